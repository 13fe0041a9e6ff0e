using System.Buffers.Binary;

namespace MediaGateway.WebRtc.Rtcp;

/// <summary>The sender information of an SR (RFC 3550 6.4.1).</summary>
/// <param name="Ssrc">Who sends.</param>
/// <param name="NtpTime">The sender's wall clock in 32.32 fixed point.</param>
/// <param name="RtpTime">The same instant on the RTP clock of <paramref name="Ssrc"/>.</param>
/// <param name="PacketCount">RTP packets sent.</param>
/// <param name="OctetCount">Payload bytes sent.</param>
internal readonly record struct SenderReport(uint Ssrc, ulong NtpTime, uint RtpTime, uint PacketCount, uint OctetCount)
{
    /// <summary>Bytes in front of the report blocks.</summary>
    public const int Length = 24;

    /// <summary>Reads the body of an SR with <paramref name="reportCount"/> report blocks. False: too short for them.</summary>
    public static bool TryParse(ReadOnlySpan<byte> body, int reportCount, out SenderReport report)
    {
        report = default;
        if (body.Length < Length + (reportCount * ReportBlock.Length))
        {
            return false;
        }

        report = new SenderReport(
            BinaryPrimitives.ReadUInt32BigEndian(body),
            BinaryPrimitives.ReadUInt64BigEndian(body[4..]),
            BinaryPrimitives.ReadUInt32BigEndian(body[12..]),
            BinaryPrimitives.ReadUInt32BigEndian(body[16..]),
            BinaryPrimitives.ReadUInt32BigEndian(body[20..]));
        return true;
    }
}
