using MediaGateway.Media.Frames;

namespace MediaGateway.WebRtc.Tests.Congestion;

/// <summary>The packets of one source that a simulated receiver misses and requests again, a few times, before it asks for a keyframe.</summary>
internal sealed class MissingPackets
{
    private static readonly TimeSpan Repetition = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(600);

    private readonly SortedDictionary<long, (TimeSpan Since, TimeSpan AskAt)> _missing = [];
    private TimestampUnwrapper _unwrapper = new(16);
    private long _received;
    private long _expected;

    /// <summary>The highest sequence number.</summary>
    public long Highest { get; private set; } = -1;

    /// <summary>Notes a packet.</summary>
    public void OnPacket(ushort sequenceNumber, TimeSpan now)
    {
        long sequence = _unwrapper.Unwrap(sequenceNumber);
        _received++;
        if (Highest < 0)
        {
            Highest = sequence - 1;
        }

        for (long missing = Highest + 1; missing < sequence; missing++)
        {
            _missing[missing] = (now, now);
        }

        _expected += Math.Max(0, sequence - Highest);
        Highest = Math.Max(Highest, sequence);
        _missing.Remove(sequence);
    }

    /// <summary>Notes a packet that was sent again.</summary>
    public void OnRepair(ushort sequenceNumber) => _missing.Remove(Highest + unchecked((short)(sequenceNumber - (ushort)Highest)));

    /// <summary>The share lost since the last call.</summary>
    public double TakeLoss(out long expected)
    {
        expected = _expected;
        double ratio = _expected > 0 ? Math.Clamp(1 - ((double)_received / _expected), 0, 1) : 0;
        (_received, _expected) = (0, 0);
        return ratio;
    }

    /// <summary>What is to be requested now, ascending; and whether something has been missing for so long that only a keyframe helps.</summary>
    public int TakeRequests(Span<long> sequences, TimeSpan now, out bool isHopeless)
    {
        isHopeless = false;
        int count = 0;
        foreach ((long sequence, (TimeSpan since, TimeSpan askAt)) in _missing.ToArray())
        {
            isHopeless |= now - since > Patience;
            if (askAt <= now && count < sequences.Length)
            {
                sequences[count++] = sequence;
                _missing[sequence] = (since, now + Repetition);
            }
        }

        if (isHopeless)
        {
            _missing.Clear();
            return 0;
        }

        return count;
    }
}
