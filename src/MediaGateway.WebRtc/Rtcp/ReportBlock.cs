using System.Buffers.Binary;
using MediaGateway.Media.Memory;

namespace MediaGateway.WebRtc.Rtcp;

/// <summary>A reception report block of an SR or RR (RFC 3550 6.4.1).</summary>
/// <param name="Ssrc">Whose packets it reports on.</param>
/// <param name="FractionLost">Share lost since the last report, in 1/256.</param>
/// <param name="CumulativeLost">Packets lost since the beginning; 24 bits, signed.</param>
/// <param name="HighestSequence">Highest sequence number with its cycles above.</param>
/// <param name="Jitter">Interarrival jitter in ticks of the RTP clock.</param>
/// <param name="LastSenderReport">Middle 32 bits of the last SR's NTP time; 0 for none.</param>
/// <param name="DelaySinceLastSenderReport">In units of 1/65536 s.</param>
internal readonly record struct ReportBlock(
    uint Ssrc,
    byte FractionLost,
    int CumulativeLost,
    uint HighestSequence,
    uint Jitter,
    uint LastSenderReport,
    uint DelaySinceLastSenderReport)
{
    /// <summary>Bytes of a report block.</summary>
    public const int Length = 24;

    private const int LargestLoss = 0x7F_FFFF;
    private const int SmallestLoss = -0x80_0000;

    /// <summary>Reads the first <see cref="Length"/> bytes.</summary>
    public static ReportBlock Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt32BigEndian(source),
        source[4],
        (UInt24.ReadBigEndian(source[5..]) << 8) >> 8,
        BinaryPrimitives.ReadUInt32BigEndian(source[8..]),
        BinaryPrimitives.ReadUInt32BigEndian(source[12..]),
        BinaryPrimitives.ReadUInt32BigEndian(source[16..]),
        BinaryPrimitives.ReadUInt32BigEndian(source[20..]));

    /// <summary>Writes <see cref="Length"/> bytes.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, Ssrc);
        destination[4] = FractionLost;
        UInt24.WriteBigEndian(destination[5..], Math.Clamp(CumulativeLost, SmallestLoss, LargestLoss));
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], HighestSequence);
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], Jitter);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], LastSenderReport);
        BinaryPrimitives.WriteUInt32BigEndian(destination[20..], DelaySinceLastSenderReport);
    }
}
