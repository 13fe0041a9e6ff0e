using System.Buffers.Binary;
using System.Buffers.Text;

namespace MediaGateway.Load;

/// <summary>
/// When a picture was sent and which one it is, inside the picture: a SEI message of type <c>user_data_unregistered</c> (ITU-T H.264 D.1.7) in front of
/// its slices, which decoders pass over and servers pass on. In hexadecimal digits, so that it needs no emulation prevention.
/// </summary>
internal static class LoadStamp
{
    /// <summary>Bytes of a stamp with its four-byte length.</summary>
    public const int Length = 48;

    private const byte SupplementalEnhancementInformation = 6;
    private const byte UserDataUnregistered = 5;
    private const byte TrailingBits = 0x80;
    private const int LengthBytes = 4;
    private const int PayloadBytes = 40;
    private const int NameAt = 3;
    private const int TimeAt = 19;
    private const int SequenceAt = 35;

    // A server may put an access unit delimiter and parameter sets in front.
    private const int NalUnitsBefore = 8;

    /// <summary>Takes the place of a UUID: 16 bytes that nobody else uses.</summary>
    private static ReadOnlySpan<byte> Name => "MediaGatewayLoad"u8;

    /// <summary>Writes a stamp of <see cref="Length"/> bytes.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="at">The machine's monotonic time in ticks of <see cref="TimeProvider"/>.</param>
    /// <param name="sequence">Counts the pictures of a stream.</param>
    public static void Write(Span<byte> destination, long at, uint sequence)
    {
        BinaryPrimitives.WriteInt32BigEndian(destination, Length - LengthBytes);
        Span<byte> nalUnit = destination[LengthBytes..Length];
        (nalUnit[0], nalUnit[1], nalUnit[2]) = (SupplementalEnhancementInformation, UserDataUnregistered, PayloadBytes);
        Name.CopyTo(nalUnit[NameAt..]);
        _ = at.TryFormat(nalUnit[TimeAt..SequenceAt], out _, "x16");
        _ = sequence.TryFormat(nalUnit[SequenceAt..^1], out _, "x8");
        nalUnit[^1] = TrailingBits;
    }

    /// <summary>Finds the stamp of a picture in AVCC framing.</summary>
    public static bool TryRead(ReadOnlySpan<byte> picture, out long at, out uint sequence)
    {
        (at, sequence) = (0, 0);
        for (int index = 0; index < NalUnitsBefore && picture.Length > LengthBytes; index++)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(picture);
            if (length <= 0 || length > picture.Length - LengthBytes)
            {
                return false;
            }

            if (IsStamp(picture.Slice(LengthBytes, length), out at, out sequence))
            {
                return true;
            }

            picture = picture[(LengthBytes + length)..];
        }

        return false;
    }

    private static bool IsStamp(ReadOnlySpan<byte> nalUnit, out long at, out uint sequence)
    {
        (at, sequence) = (0, 0);
        return nalUnit.Length == Length - LengthBytes
            && nalUnit[NameAt..].StartsWith(Name)
            && Utf8Parser.TryParse(nalUnit[TimeAt..SequenceAt], out at, out int timeDigits, 'x') && timeDigits == SequenceAt - TimeAt
            && Utf8Parser.TryParse(nalUnit[SequenceAt..^1], out sequence, out int sequenceDigits, 'x') && sequenceDigits == 8;
    }
}
