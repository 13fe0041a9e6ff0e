using System.Buffers.Binary;

namespace MediaGateway.WebRtc.Rtcp;

/// <summary>The common part of transport and payload feedback (RFC 4585 6.1).</summary>
internal readonly ref struct FeedbackPacket
{
    private const int FixedLength = 8;

    private FeedbackPacket(uint senderSsrc, uint mediaSsrc, ReadOnlySpan<byte> controlInformation)
    {
        SenderSsrc = senderSsrc;
        MediaSsrc = mediaSsrc;
        ControlInformation = controlInformation;
    }

    /// <summary>Who sends the feedback.</summary>
    public uint SenderSsrc { get; }

    /// <summary>Whose media it is about; 0 where the control information says it.</summary>
    public uint MediaSsrc { get; }

    /// <summary>What follows (FCI).</summary>
    public ReadOnlySpan<byte> ControlInformation { get; }

    /// <summary>Reads the body of a feedback packet. False: too short.</summary>
    public static bool TryParse(ReadOnlySpan<byte> body, out FeedbackPacket packet)
    {
        packet = default;
        if (body.Length < FixedLength)
        {
            return false;
        }

        packet = new FeedbackPacket(
            BinaryPrimitives.ReadUInt32BigEndian(body),
            BinaryPrimitives.ReadUInt32BigEndian(body[4..]),
            body[FixedLength..]);
        return true;
    }
}
