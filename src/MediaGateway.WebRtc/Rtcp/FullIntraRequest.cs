using System.Buffers.Binary;

namespace MediaGateway.WebRtc.Rtcp;

/// <summary>One entry of a full intra request (RFC 5104 4.3.1.1).</summary>
/// <param name="Ssrc">Who shall send a keyframe.</param>
/// <param name="SequenceNumber">Distinguishes a new request from a repeated one.</param>
internal readonly record struct FullIntraRequest(uint Ssrc, byte SequenceNumber)
{
    /// <summary>Bytes of one entry.</summary>
    public const int EntryLength = 8;

    /// <summary>Reads the first entry of the control information. False: there is none.</summary>
    public static bool TryParse(ReadOnlySpan<byte> controlInformation, out FullIntraRequest request)
    {
        request = default;
        if (controlInformation.Length < EntryLength)
        {
            return false;
        }

        request = new FullIntraRequest(BinaryPrimitives.ReadUInt32BigEndian(controlInformation), controlInformation[4]);
        return true;
    }
}
