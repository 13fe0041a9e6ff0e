namespace MediaGateway.Media.Hls;

/// <summary>
/// A media segment, complete or growing: its parts one after the other are its bytes. Used under the lock of whoever owns the
/// <see cref="HlsWindow"/>.
/// </summary>
/// <param name="number">Its media sequence number.</param>
/// <param name="initialization">What a player must read before it.</param>
/// <param name="isDiscontinuity">Whether it does not continue the one before it (RFC 8216bis 4.4.4.3).</param>
/// <param name="programTime">The wall clock when its first sample came.</param>
/// <param name="listsParts">Whether its parts may be told to players.</param>
public sealed class HlsSegment(long number, HlsInitialization initialization, bool isDiscontinuity, DateTimeOffset programTime, bool listsParts = true)
{
    private readonly List<HlsPart> _parts = [];

    /// <summary>Its media sequence number.</summary>
    public long Number => number;

    /// <summary>What a player must read before it.</summary>
    public HlsInitialization Initialization => initialization;

    /// <summary>Whether it does not continue the one before it.</summary>
    public bool IsDiscontinuity => isDiscontinuity;

    /// <summary>The wall clock when its first sample came.</summary>
    public DateTimeOffset ProgramTime => programTime;

    /// <summary>Where it begins on the stream's own timeline, in microseconds.</summary>
    public long Start { get; init; }

    /// <summary>Its parts so far.</summary>
    public IReadOnlyList<HlsPart> Parts => _parts;

    /// <summary>Whether nothing will be added.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>
    /// Whether its parts are told to players: not when it holds one picture that lasts longer than a part may, since a part of it came too
    /// late to be of use; and not when they were made before the part target was known and do not keep it.
    /// </summary>
    public bool ListsParts { get; private set; } = listsParts;

    /// <summary>How long it lasts so far: the sum of its parts, exactly.</summary>
    public long Microseconds { get; private set; }

    /// <summary>Bytes so far.</summary>
    public long Length { get; private set; }

    /// <summary>Bytes of memory that it keeps.</summary>
    public long Capacity { get; private set; }

    /// <summary>Adds a part; takes over its blob's reference.</summary>
    public void Add(HlsPart part)
    {
        ArgumentNullException.ThrowIfNull(part);
        _parts.Add(part);
        Microseconds += part.Microseconds;
        Length += part.Blob.Length;
        Capacity += part.Blob.Capacity;
    }

    /// <summary>Whether its parts are as long as a part target allows; the last one may be shorter (RFC 8216bis 4.4.4.9).</summary>
    public bool Keeps(long partTarget)
    {
        for (int index = 0; index < _parts.Count; index++)
        {
            long duration = _parts[index].Microseconds;
            if (duration > partTarget || (index < _parts.Count - 1 && HlsPart.IsShort(duration, partTarget)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Its parts are not told to players.</summary>
    public void HideParts() => ListsParts = false;

    /// <summary>Nothing will be added.</summary>
    public void Complete() => IsComplete = true;

    /// <summary>Lets the bytes go.</summary>
    public void Release()
    {
        foreach (HlsPart part in _parts)
        {
            part.Blob.Release();
        }

        _parts.Clear();
    }
}
