using System.Buffers.Binary;
using MediaGateway.Media.H264;

namespace MediaGateway.WebRtc.Rtp.Payloads;

/// <summary>
/// The payload format of H.264 (RFC 6184): single NAL units, STAP-A and FU-A, of either packetization mode that is not interleaved.
/// Puts what it finds into an <see cref="AccessUnitBuilder"/>.
/// </summary>
internal static class H264Depacketizer
{
    // RFC 6184 table 1
    private const int FirstAggregationType = 24;
    private const int StapA = 24;
    private const int FuA = 28;

    private const int TypeMask = 0x1F;
    private const int ForbiddenBit = 0x80;
    private const int HeaderMask = 0xE0;

    // RFC 6184 5.8
    private const int StartBit = 0x80;
    private const int EndBit = 0x40;
    private const int FuHeaderLength = 2;

    private const int SizeLength = 2;

    /// <summary>Adds what a payload carries. The builder holds its packet already, where it starts at <paramref name="offset"/>.</summary>
    /// <returns>False: the payload breaks the format, or a bound of the builder.</returns>
    public static bool TryAdd(ReadOnlySpan<byte> payload, int offset, AccessUnitBuilder unit)
    {
        if (payload.Length == 0 || (payload[0] & ForbiddenBit) != 0)
        {
            return false;
        }

        int type = payload[0] & TypeMask;
        if (type == FuA)
        {
            return TryAddFragment(payload, offset, unit);
        }

        // A fragmented NAL unit is not interrupted (RFC 6184 5.8).
        if (unit.IsInsideNalUnit)
        {
            return false;
        }

        return type switch
        {
            StapA => TryAddAggregate(payload, offset, unit),
            < FirstAggregationType => TryAddNalUnit(payload, offset, unit),
            _ => false,
        };
    }

    /// <summary>
    /// The type of the NAL unit that begins with a payload: the first of an aggregate, or one whose first fragment it is. Unspecified
    /// when none begins.
    /// </summary>
    public static NalUnitType FirstTypeOf(ReadOnlySpan<byte> payload)
    {
        if (payload.Length <= FuHeaderLength)
        {
            return payload.Length == 0 ? NalUnitType.Unspecified : NalUnit.TypeOf(payload[0]);
        }

        return (payload[0] & TypeMask) switch
        {
            StapA => payload.Length > 1 + SizeLength ? NalUnit.TypeOf(payload[1 + SizeLength]) : NalUnitType.Unspecified,
            FuA => (payload[1] & StartBit) != 0 ? NalUnit.TypeOf(payload[1]) : NalUnitType.Unspecified,
            _ => NalUnit.TypeOf(payload[0]),
        };
    }

    /// <summary>The whole NAL unit that a payload begins with: itself, or the first of an aggregate; empty when there is none.</summary>
    public static ReadOnlySpan<byte> FirstNalUnitOf(ReadOnlySpan<byte> payload)
    {
        if (payload.Length == 0 || (payload[0] & TypeMask) < FirstAggregationType)
        {
            return payload;
        }

        if ((payload[0] & TypeMask) != StapA || payload.Length < 1 + SizeLength)
        {
            return default;
        }

        int size = BinaryPrimitives.ReadUInt16BigEndian(payload[1..]);
        return size <= payload.Length - 1 - SizeLength ? payload.Slice(1 + SizeLength, size) : default;
    }

    /// <summary>Whether a payload, not an aggregate, begins with the first slice of an IDR picture: first_mb_in_slice is 0, one bit.</summary>
    public static bool IsFirstSliceOfIdr(ReadOnlySpan<byte> payload)
    {
        int offset = payload.Length > 0 && (payload[0] & TypeMask) == FuA ? FuHeaderLength : 1;
        return payload.Length > offset && FirstTypeOf(payload) == NalUnitType.IdrSlice && (payload[offset] & 0x80) != 0;
    }

    private static bool TryAddNalUnit(ReadOnlySpan<byte> nalUnit, int offset, AccessUnitBuilder unit)
    {
        if (nalUnit.Length == 0 || (nalUnit[0] & ForbiddenBit) != 0 || (nalUnit[0] & TypeMask) >= FirstAggregationType)
        {
            return false;
        }

        if (!unit.TryBegin(nalUnit[0]))
        {
            return false;
        }

        bool added = nalUnit.Length == 1 || unit.TryAdd(offset + 1, nalUnit.Length - 1);
        return added && unit.TryEnd();
    }

    // RFC 6184 5.7.1: | STAP-A header | size (16) | NAL unit | size (16) | NAL unit | ...
    private static bool TryAddAggregate(ReadOnlySpan<byte> payload, int offset, AccessUnitBuilder unit)
    {
        int position = 1;
        do
        {
            if (payload.Length < position + SizeLength)
            {
                return false;
            }

            int size = BinaryPrimitives.ReadUInt16BigEndian(payload[position..]);
            position += SizeLength;
            if (size > payload.Length - position || !TryAddNalUnit(payload.Slice(position, size), offset + position, unit))
            {
                return false;
            }

            position += size;
        }
        while (position < payload.Length);

        return true;
    }

    // RFC 6184 5.8: | FU indicator |F|NRI| 28 | FU header |S|E|R| type | fragment ...
    private static bool TryAddFragment(ReadOnlySpan<byte> payload, int offset, AccessUnitBuilder unit)
    {
        if (payload.Length <= FuHeaderLength || (payload[1] & TypeMask) >= FirstAggregationType)
        {
            return false;
        }

        bool starts = (payload[1] & StartBit) != 0;
        bool ends = (payload[1] & EndBit) != 0;
        if (starts == unit.IsInsideNalUnit || (starts && ends))
        {
            return false;
        }

        byte header = (byte)((payload[0] & HeaderMask) | (payload[1] & TypeMask));
        if (starts ? !unit.TryBegin(header) : NalUnit.TypeOf(header) != unit.CurrentType)
        {
            return false;
        }

        return unit.TryAdd(offset + FuHeaderLength, payload.Length - FuHeaderLength) && (!ends || unit.TryEnd());
    }
}
