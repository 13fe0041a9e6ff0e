namespace MediaGateway.WebRtc.Srtp;

/// <summary>What a context remembers of one SSRC: the packets seen, or the counter of packets sent.</summary>
internal sealed class SrtpSource(uint ssrc)
{
    private const long HalfSequence = 0x8000;
    private const long SequenceSpan = 0x1_0000;

    /// <summary>The synchronization source.</summary>
    public uint Ssrc { get; } = ssrc;

    /// <summary>SRTP indices seen.</summary>
    public ReplayWindow Rtp { get; } = new();

    /// <summary>SRTCP indices seen.</summary>
    public ReplayWindow Rtcp { get; } = new();

    /// <summary>The index of a packet by its sequence number: the one nearest to the highest so far (RFC 3711 3.3.1).</summary>
    public long GuessIndex(ushort sequenceNumber) => GuessIndex(Rtp.Highest, sequenceNumber);

    /// <summary>The same for a source whose highest index is <paramref name="highest"/>, -1 for none.</summary>
    public static long GuessIndex(long highest, ushort sequenceNumber)
    {
        if (highest < 0)
        {
            return sequenceNumber;
        }

        long index = highest - (highest % SequenceSpan) + sequenceNumber;
        long distance = index - highest;
        if (distance > HalfSequence && index >= SequenceSpan)
        {
            return index - SequenceSpan;
        }

        return distance < -HalfSequence ? index + SequenceSpan : index;
    }
}
