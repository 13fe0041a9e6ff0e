using System.Buffers.Binary;
using MediaGateway.Media.H264;

namespace MediaGateway.Testing;

/// <summary>Cuts access units into RTP payloads (RFC 6184, packetization mode 1): the sender's side of the depacketizer's tests.</summary>
public static class H264Packetizer
{
    private const byte StapA = 24;
    private const byte FuA = 28;
    private const int MaximumAggregatedSize = 0xFFFF;

    /// <summary>Payloads of at most <paramref name="maximumBytes"/> (at least 3).</summary>
    /// <param name="accessUnit">NAL units without framing.</param>
    /// <param name="maximumBytes">Bytes per payload.</param>
    /// <param name="aggregates">Whether small NAL units share a packet, as browsers do with parameter sets.</param>
    public static List<byte[]> Packetize(IEnumerable<byte[]> accessUnit, int maximumBytes, bool aggregates)
    {
        List<byte[]> payloads = [];
        List<byte[]> waiting = [];
        foreach (byte[] unit in accessUnit)
        {
            int aggregate = 1 + waiting.Sum(other => other.Length + 2) + unit.Length + 2;
            if (!aggregates || aggregate > Math.Min(maximumBytes, MaximumAggregatedSize))
            {
                Flush(waiting, payloads);
            }

            if (unit.Length > maximumBytes)
            {
                payloads.AddRange(Fragment(unit, maximumBytes));
                continue;
            }

            waiting.Add(unit);
        }

        Flush(waiting, payloads);
        return payloads;
    }

    /// <summary>Cuts a stream of NAL units into access units (H.264 7.4.1.2.3, for streams of frames without redundant pictures).</summary>
    public static List<List<byte[]>> SplitAccessUnits(IEnumerable<byte[]> nalUnits)
    {
        List<List<byte[]>> accessUnits = [];
        bool hasSlice = true;
        foreach (byte[] unit in nalUnits)
        {
            NalUnitType type = NalUnit.TypeOf(unit[0]);
            bool isSlice = NalUnit.IsSlice(type);
            bool starts = isSlice ? (unit[1] & 0x80) != 0 : (int)type is >= 6 and <= 9;
            if (accessUnits.Count == 0 || (hasSlice && starts))
            {
                accessUnits.Add([]);
                hasSlice = false;
            }

            accessUnits[^1].Add(unit);
            hasSlice |= isSlice;
        }

        return accessUnits;
    }

    private static void Flush(List<byte[]> waiting, List<byte[]> payloads)
    {
        if (waiting.Count == 1)
        {
            payloads.Add(waiting[0]);
        }
        else if (waiting.Count > 1)
        {
            List<byte> payload = [StapA];
            foreach (byte[] unit in waiting)
            {
                byte[] size = new byte[2];
                BinaryPrimitives.WriteUInt16BigEndian(size, (ushort)unit.Length);
                payload.AddRange(size);
                payload.AddRange(unit);
            }

            payload[0] |= (byte)(waiting.Max(unit => unit[0] & 0x60));
            payloads.Add([.. payload]);
        }

        waiting.Clear();
    }

    private static IEnumerable<byte[]> Fragment(byte[] unit, int maximumBytes)
    {
        int room = maximumBytes - 2;
        for (int offset = 1; offset < unit.Length; offset += room)
        {
            int length = Math.Min(room, unit.Length - offset);
            int start = offset == 1 ? 0x80 : 0;
            int end = offset + length == unit.Length ? 0x40 : 0;
            byte indicator = (byte)((unit[0] & 0xE0) | FuA);
            yield return [indicator, (byte)(start | end | (unit[0] & 0x1F)), .. unit.AsSpan(offset, length)];
        }
    }
}
