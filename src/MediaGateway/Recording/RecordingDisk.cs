using MediaGateway.Configuration;
using Microsoft.Extensions.Options;

namespace MediaGateway.Recording;

/// <summary>Whether the disk of the recordings has room. Any thread; asking waits for the disk.</summary>
internal sealed class RecordingDisk(RecordingCatalog catalog, IOptions<RecordingOptions> options)
{
    /// <summary>
    /// So much more must be free before a recording that has failed begins anew: a disk on which a little becomes free now and then is not
    /// filled up by one short file after the other.
    /// </summary>
    public const long RetryRoom = 16 * 1024 * 1024;

    /// <summary>Says how many bytes are free at a place.</summary>
    public Func<string, long> Measure { get; init; } = static root => new DriveInfo(root).AvailableFreeSpace;

    /// <summary>Bytes that are free; as many as there are numbers when the system does not say.</summary>
    public long FreeBytes
    {
        get
        {
            try
            {
                return Measure(catalog.Root!); // only with a root
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return long.MaxValue;
            }
        }
    }

    /// <summary>In words, why nothing may be written now; null when it may.</summary>
    /// <param name="hasFailed">Whether the recording that asks has just failed.</param>
    public string? Refuse(bool hasFailed)
    {
        long free = FreeBytes;
        return free < options.Value.ReservedBytes ? "Less is free on the disk than Recording:ReservedBytes."
            : hasFailed && free - options.Value.ReservedBytes < RetryRoom ? "The disk has no room for another file."
            : null;
    }
}
