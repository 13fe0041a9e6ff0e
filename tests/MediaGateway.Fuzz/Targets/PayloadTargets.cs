using System.Buffers.Binary;
using MediaGateway.Media.H264;
using MediaGateway.Media.Memory;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Rtp.Payloads;
using static MediaGateway.Fuzz.OracleException;

namespace MediaGateway.Fuzz.Targets;

/// <summary>The payload formats of pictures. An input is the payloads of one picture, each with its length in two bytes in front.</summary>
internal static class PayloadTargets
{
    private const int MaximumPictureBytes = 64 * 1024;
    private const int LargestPayload = 1400;

    private static readonly byte[] StapA =
    [
        0x78,
        0, (byte)TestMedia.SequenceParameterSet.Length, .. TestMedia.SequenceParameterSet,
        0, (byte)TestMedia.PictureParameterSet.Length, .. TestMedia.PictureParameterSet,
    ];

    /// <summary>The targets.</summary>
    public static IEnumerable<FuzzTarget> All =>
    [
        new()
        {
            Name = "h264-payload",
            Parser = "`H264Depacketizer` and `AccessUnitBuilder`: single NAL units, STAP-A, FU-A",
            Oracle = "a second depacketizer finds the same NAL units; all memory comes back",
            Seeds = H264Seeds,
            MaximumBytes = 8 * 1024,
            AllocationConstant = 512 * 1024,
            Parse = bytes => Depacketize(bytes, null),
            Verify = VerifyH264,
        },
        Pictures("vp8-payload", new Vp8Depacketizer(), "a picture is the ends of its payloads in order", Vp8Seeds),
        Pictures("vp9-payload", new Vp9Depacketizer(), "a picture is the ends of its payloads in order", Vp9Seeds),
        Pictures("av1-payload", new Av1Depacketizer(), "the OBUs that come out have sizes and fill the picture", Av1Seeds),
    ];

    private static FuzzTarget Pictures(string name, IVideoDepacketizer depacketizer, string oracle, Func<IEnumerable<byte[]>> seeds) => new()
    {
        Name = name,
        IsBrief = true,
        Parser = $"`{depacketizer.GetType().Name}` and `PictureBuilder`",
        Oracle = $"{oracle}; all memory comes back",
        Seeds = seeds,
        MaximumBytes = 4 * 1024,
        AllocationConstant = 512 * 1024,
        Parse = bytes => Depacketize(depacketizer, bytes),
        Verify = bytes => VerifyPicture(depacketizer, bytes),
    };

    private static byte[] Join(params IEnumerable<byte[]> payloads) =>
        [.. payloads.SelectMany(payload => (byte[])[(byte)(payload.Length >> 8), (byte)payload.Length, .. payload])];

    private static IEnumerable<byte[]> H264Seeds() =>
    [
        Join(TestMedia.Packetize(TestMedia.Slice(1, true, 2500), true)),
        Join(TestMedia.Packetize(TestMedia.Slice(2, false, 300), false)),
        Join(StapA, TestMedia.Slice(3, true, 50), Wire.Hex("09f0"), Wire.Hex("06 05 01 00 80")),
        Join(Wire.Hex("7c85 88 80808080 01"), Wire.Hex("7c05 0203"), Wire.Hex("7c45 0405")),
        Join(Wire.Hex("78 0002 4188 0003 418800")),
    ];

    private static IEnumerable<byte[]> Vp8Seeds() =>
    [
        Join(Wire.Hex("10 30 0b00 9d012a 4001 f000 0102030405")),
        Join(Wire.Hex("90 f0 8001 02 21 300b00 9d012a 4001 f000 01"), Wire.Hex("80 80 7f 010203")),
        Join(Wire.Hex("10 31 0b00 01"), Wire.Hex("01 0203")),
    ];

    private static IEnumerable<byte[]> Vp9Seeds() =>
    [
        Join(Wire.Hex("8a 8123 18 0140 00f0 82 49834200 13f00ef0 01")),
        Join(Wire.Hex("ac 01 20 05 82 49834200 13f00ef0"), Wire.Hex("a4 01 00 05 0102")),
        Join(Wire.Hex("bb 8001 20 3a 0140 00f0 0280 01e0 02 40 04 01 02 86 0102")),
        Join(Wire.Hex("f8 8001 20 03 05 02 86 01")),
    ];

    private static IEnumerable<byte[]> Av1Seeds() =>
    [
        Join(Wire.Hex("28 0a 0a 0b00000004 3c ffbc ff f9 b0 32 0102030405")),
        Join(Wire.Hex("18 0a0102"), Wire.Hex("10 32 0304")),
        Join(Wire.Hex("50 3001020304"), Wire.Hex("d0 0506"), Wire.Hex("90 0708")),
        Join(Wire.Hex("00 02 1200 05 0a 03 010203 03 320102")),
        Join(Wire.Hex("10 36 08 0102")),
    ];

    /// <summary>The payloads of an input; the last may be cut short.</summary>
    private static List<Range> Split(ReadOnlySpan<byte> bytes)
    {
        List<Range> payloads = new(16);
        for (int position = 0; position + 2 <= bytes.Length;)
        {
            int length = Math.Min(LargestPayload, (int)BinaryPrimitives.ReadUInt16BigEndian(bytes[position..]));
            int start = position + 2;
            position = Math.Min(bytes.Length, start + length);
            payloads.Add(start..position);
        }

        return payloads;
    }

    private static PooledBuffer Packet(ReadOnlySpan<byte> payload)
    {
        PooledBuffer buffer = Pools.Mine.Rent(payload.Length, BufferOwner.Datagram);
        payload.CopyTo(buffer.Span);
        return buffer;
    }

    private static void Depacketize(byte[] bytes, List<byte[]>? units)
    {
        using (var builder = new AccessUnitBuilder(Pools.Mine, new ParameterSetStore(), MaximumPictureBytes))
        {
            bool isRead = true;
            foreach (Range range in Split(bytes))
            {
                ReadOnlySpan<byte> payload = bytes.AsSpan(range);
                H264Depacketizer.FirstTypeOf(payload);
                H264Depacketizer.IsFirstSliceOfIdr(payload);
                ReadOnlySpan<byte> first = H264Depacketizer.FirstNalUnitOf(payload);
                Require(first.IsEmpty || first.Overlaps(bytes), "the first NAL unit lies outside");
                isRead = isRead && builder.TryHold(Packet(payload)) && H264Depacketizer.TryAdd(payload, 0, builder);
            }

            if (isRead && builder is { IsInsideNalUnit: false, Slices: > 0 })
            {
                using PooledBuffer picture = builder.Build(out int length);
                units?.AddRange(UnitsOf(picture.Span[..length]));
            }
        }

        Pools.RequireReturned();
    }

    private static List<byte[]> UnitsOf(ReadOnlySpan<byte> picture)
    {
        List<byte[]> units = [];
        var walk = new Avcc(picture);
        while (walk.MoveNext())
        {
            units.Add(walk.Current.ToArray());
        }

        Require(!walk.HasFailed, "the lengths of the picture do not fill it");
        return units;
    }

    private static void VerifyH264(byte[] bytes)
    {
        List<byte[]> found = [];
        Depacketize(bytes, found);
        if (found.Count == 0)
        {
            return;
        }

        // Parameter sets move to the front of keyframes, and what decoders do without is left out.
        List<byte[]> expected = [.. SecondDepacketizer(bytes).Where(IsKept)];
        found.RemoveAll(unit => !IsKept(unit));
        RequireEqual(expected.Count, found.Count, "NAL units");
        for (int i = 0; i < found.Count; i++)
        {
            RequireSame(expected[i], found[i], $"NAL unit {i}");
        }
    }

    private static bool IsKept(byte[] unit) => (unit[0] & 31) is not (0 or 7 or 8 or 9 or 10 or 11 or 12);

    private static List<byte[]> SecondDepacketizer(byte[] bytes)
    {
        List<byte[]> units = [];
        foreach (byte[] payload in Split(bytes).Select(range => bytes[range]))
        {
            switch (payload[0] & 31)
            {
                case 24:
                    for (int position = 1; position < payload.Length;)
                    {
                        int end = position + 2 + (payload[position] * 256) + payload[position + 1];
                        units.Add(payload[(position + 2)..end]);
                        position = end;
                    }

                    break;
                case 28 when payload[1] > 127:
                    units.Add([(byte)((payload[0] & 0xE0) | (payload[1] & 31)), .. payload[2..]]);
                    break;
                case 28:
                    units[^1] = [.. units[^1], .. payload[2..]];
                    break;
                default:
                    units.Add(payload);
                    break;
            }
        }

        return units;
    }

    private static byte[]? Depacketize(IVideoDepacketizer depacketizer, byte[] bytes)
    {
        byte[]? built = null;
        using (var picture = new PictureBuilder(Pools.Mine, MaximumPictureBytes))
        {
            bool isRead = true;
            foreach (Range range in Split(bytes))
            {
                ReadOnlySpan<byte> payload = bytes.AsSpan(range);
                depacketizer.StartOf(payload, out long pixels);
                Require(pixels is >= 0 and <= 65536L * 65536, $"{pixels} pixels");
                isRead = isRead && picture.TryHold(Packet(payload)) && depacketizer.TryAdd(payload, 0, picture);
            }

            if (isRead && !picture.IsInsideUnit && !picture.IsEmpty)
            {
                using PooledBuffer block = picture.Build(out int length);
                built = block.Span[..length].ToArray();
            }
        }

        Pools.RequireReturned();
        return built;
    }

    private static void VerifyPicture(IVideoDepacketizer depacketizer, byte[] bytes)
    {
        if (Depacketize(depacketizer, bytes) is not { } picture)
        {
            return;
        }

        if (depacketizer is not Av1Depacketizer)
        {
            Require(IsMadeOfEnds(bytes, picture), "what comes out is not the ends of the payloads, in order");
            return;
        }

        for (int position = 0; position < picture.Length;)
        {
            Require((picture[position] & 0x82) == 2, "an OBU has no size, or its forbidden bit is set");
            position += (picture[position] & 4) != 0 ? 2 : 1;
            int length = 0;
            int shift = 0;
            do
            {
                Require(position < picture.Length && shift < 28, "a size is cut off");
                length |= (picture[position] & 127) << shift;
                shift += 7;
            }
            while (picture[position++] > 127);

            position += length;
            Require(position <= picture.Length, "an OBU passes the end of the picture");
        }
    }

    /// <summary>Whether a picture is the end of some of the payloads, one after the other: each of them has a head that is left out.</summary>
    private static bool IsMadeOfEnds(byte[] bytes, byte[] picture)
    {
        HashSet<int> reached = [picture.Length];
        foreach (Range range in Enumerable.Reverse(Split(bytes)))
        {
            HashSet<int> next = [];
            foreach (int end in reached)
            {
                next.Add(end);
                ReadOnlySpan<byte> payload = bytes.AsSpan(range);
                for (int length = 1; length <= Math.Min(payload.Length, end) && payload[^length] == picture[end - length]; length++)
                {
                    next.Add(end - length);
                }
            }

            reached = next;
        }

        return reached.Contains(0);
    }
}
