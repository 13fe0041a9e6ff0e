using System.Buffers.Binary;
using System.Numerics;

namespace MediaGateway.WebRtc.Rtcp;

/// <summary>Receiver estimated maximum bitrate, REMB (draft-alvestrand-rmcat-remb-03 2.2).</summary>
internal static class MaximumBitrate
{
    /// <summary>Bytes of control information in front of the SSRCs.</summary>
    public const int FixedLength = 8;

    private const int MantissaBits = 18;
    private const int MantissaMask = (1 << MantissaBits) - 1;

    private static ReadOnlySpan<byte> Name => "REMB"u8;

    // |  'R' 'E' 'M' 'B'                                              |
    // |  Num SSRC     | BR Exp    |  BR Mantissa (18 bits)            |
    // |   SSRC feedback ...                                           |

    /// <summary>Writes the control information. The bitrate is rounded down to 18 significant bits.</summary>
    public static void Write(Span<byte> destination, long bitrate, ReadOnlySpan<uint> sources)
    {
        int exponent = Math.Max(0, 64 - BitOperations.LeadingZeroCount((ulong)bitrate) - MantissaBits);
        int mantissa = (int)(bitrate >> exponent);
        Name.CopyTo(destination);
        BinaryPrimitives.WriteInt32BigEndian(destination[4..], (sources.Length << 24) | (exponent << MantissaBits) | mantissa);
        for (int i = 0; i < sources.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination[(FixedLength + (i * 4))..], sources[i]);
        }
    }

    /// <summary>Reads the bitrate. False: it is other application layer feedback, or too short for its sources.</summary>
    public static bool TryParse(ReadOnlySpan<byte> controlInformation, out double bitrate)
    {
        bitrate = 0;
        if (controlInformation.Length < FixedLength || !controlInformation.StartsWith(Name))
        {
            return false;
        }

        if (controlInformation.Length < FixedLength + (controlInformation[4] * 4))
        {
            return false;
        }

        int word = BinaryPrimitives.ReadInt32BigEndian(controlInformation[4..]) & 0xFF_FFFF;
        bitrate = Math.ScaleB(word & MantissaMask, word >> MantissaBits);
        return true;
    }
}
