using System.Globalization;
using MediaGateway.Api;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Hls;
using MediaGateway.Streams;

namespace MediaGateway.Servers.Hls;

/// <summary>
/// Answers requests for segments, parts and media initialization sections of live streams. Their addresses are the same for every viewer,
/// so that caches serve them; who has been given no playlist does not know them. Any thread.
/// </summary>
internal sealed class HlsSegments(HlsStreams streams, GatewayMetrics metrics)
{
    /// <summary>The media type of fragments.</summary>
    public const string Mp4Type = "video/mp4";

    /// <summary>The media type of MPEG-TS.</summary>
    public const string TransportStreamType = "video/mp2t";

    private const string Gone = "There is no such segment here: it is too old, or of an earlier run.";
    private const string InitializationPrefix = "init";
    private const string InitializationSuffix = ".mp4";

    /// <summary>Answers with what lies at <c>epoch/file</c> of a stream.</summary>
    public async Task<IResult> ReadAsync(HttpContext context, StreamKey key, string epoch, string file)
    {
        if (streams.Find(key, epoch) is not { } muxer)
        {
            return ProblemReport.NotFound(Gone);
        }

        if (TryReadInitialization(file, out int initialization))
        {
            return muxer.FindInitialization(initialization) is { } bytes
                ? new HlsText(Mp4Type, bytes, isImmutable: true)
                : ProblemReport.NotFound(Gone);
        }

        if (!TryReadSegment(file, muxer.Container, out long number, out int? part))
        {
            return ProblemReport.NotFound(Gone);
        }

        string type = muxer.Container == HlsContainer.Fragments ? Mp4Type : TransportStreamType;
        HlsBlob[]? blobs = part is { } index
            ? await muxer.TakePartAsync(number, index, context.RequestAborted) is { } blob ? [blob] : null
            : muxer.TakeSegment(number);
        return blobs is null ? ProblemReport.NotFound(Gone) : new HlsMedia(type, blobs, metrics);
    }

    private static bool TryReadInitialization(string file, out int number)
    {
        number = 0;
        return file.StartsWith(InitializationPrefix, StringComparison.Ordinal) && file.EndsWith(InitializationSuffix, StringComparison.Ordinal)
            && TryReadNumber(file.AsSpan()[InitializationPrefix.Length..^InitializationSuffix.Length], out number);
    }

    // number.extension or number.part.extension
    private static bool TryReadSegment(string file, HlsContainer container, out long number, out int? part)
    {
        (number, part) = (0, null);
        string[] pieces = file.Split('.');
        if (pieces.Length is not (2 or 3) || pieces[^1] != (container == HlsContainer.Fragments ? "m4s" : "ts")
            || !long.TryParse(pieces[0], NumberStyles.None, CultureInfo.InvariantCulture, out number))
        {
            return false;
        }

        if (pieces.Length == 2)
        {
            return true;
        }

        bool isPart = TryReadNumber(pieces[1], out int index);
        part = index;
        return isPart;
    }

    private static bool TryReadNumber(ReadOnlySpan<char> text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
