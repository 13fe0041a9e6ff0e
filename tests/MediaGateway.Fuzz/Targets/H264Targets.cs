using MediaGateway.Media.Aac;
using MediaGateway.Media.H264;
using MediaGateway.Media.Memory;
using MediaGateway.Media.Mp3;
using MediaGateway.Media.Opus;
using MediaGateway.Media.Speex;
using MediaGateway.Testing;
using static MediaGateway.Fuzz.OracleException;

namespace MediaGateway.Fuzz.Targets;

/// <summary>What is read of coded media itself: parameter sets, framing, headers of sound.</summary>
internal static class H264Targets
{
    private static readonly byte[] HighProfile = Wire.Hex("67 64001f acd94050 05bb0110 00000300 10000003 03c0f183 1960");

    /// <summary>The targets.</summary>
    public static IEnumerable<FuzzTarget> All =>
    [
        new()
        {
            Name = "h264-sps",
            Parser = "`SequenceParameterSet`",
            Oracle = "a second reader, bit by bit, finds the same size and formats",
            Seeds = () => ParameterSets(7),
            MaximumBytes = SequenceParameterSet.MaximumBytes + 64,
            AllocationConstant = 4096,
            Parse = bytes => SequenceParameterSet.TryParse(bytes, out _),
            Verify = VerifySequenceParameterSet,
        },
        new()
        {
            Name = "h264-pps",
            IsBrief = true,
            Parser = "`PictureParameterSet`, `SliceHeader`",
            Oracle = "a second reader, bit by bit, finds the same numbers",
            Seeds = () => [.. ParameterSets(8), .. ParameterSets(1), .. ParameterSets(5)],
            MaximumBytes = 256,
            AllocationConstant = 1024,
            Parse = ReadPictureParameterSet,
            Verify = VerifyPictureParameterSet,
        },
        new()
        {
            Name = "h264-framing",
            Parser = "`AnnexB`, `Avcc`, `AccessUnitInspector`, `EmulationPrevention`",
            Oracle = "units found in one framing and written in the other are found again; escaping and back gives the same bytes; all memory comes back",
            Seeds = FramingSeeds,
            MaximumBytes = 8 * 1024,
            AllocationConstant = 256 * 1024,
            Parse = ReadFraming,
            Verify = VerifyFraming,
        },
        new()
        {
            Name = "avc-configuration",
            IsBrief = true,
            Parser = "`AvcDecoderConfigurationRecord`",
            Oracle = "a record built of the sets that were read holds the same sets",
            Seeds = () => [Mp4Boxes.AvcConfiguration, Record()],
            MaximumBytes = 4096,
            Parse = bytes => AvcDecoderConfigurationRecord.ToFormat(bytes, out _),
            Verify = VerifyConfiguration,
        },
        new()
        {
            Name = "aac-configuration",
            IsBrief = true,
            Parser = "`AudioSpecificConfig`",
            Oracle = "written again it reads the same",
            Seeds = () => [Wire.Hex("1210"), Wire.Hex("2b92 0800"), Wire.Hex("17800bb8 10"), .. SeedFiles.Below("fuzz", "mediacommon")],
            MaximumBytes = 128,
            AllocationConstant = 4096,
            Parse = bytes => AudioSpecificConfig.ToFormat(bytes),
            Verify = VerifyAacConfiguration,
        },
        new()
        {
            Name = "sound-packets",
            IsBrief = true,
            Parser = "`OpusPacket`, `Mp3FrameHeader`, `SpeexPacket`",
            Oracle = "durations and sizes stay inside what the formats allow",
            Seeds = () => [Wire.Hex("fc 0102"), Wire.Hex("ff 83 00 0102"), Wire.Hex("fffb 9064 00"), Wire.Hex("fff3 48c0"), Wire.Hex("be1d de"), .. SeedFiles.Below("fuzz", "mediacommon")],
            MaximumBytes = 2048,
            AllocationConstant = 4096,
            Parse = ReadSound,
            Verify = VerifySound,
        },
    ];

    private static IEnumerable<byte[]> ParameterSets(int type)
    {
        byte[][] own = [TestMedia.SequenceParameterSet, HighProfile, TestMedia.PictureParameterSet, TestMedia.Slice(1, true, 60), TestMedia.Slice(2, false, 60)];
        foreach (byte[] unit in own.Where(unit => (unit[0] & 31) == type))
        {
            yield return unit;
        }

        foreach (byte[] file in SeedFiles.Below("h264").Select(file => file[..Math.Min(file.Length, 4096)]))
        {
            foreach (byte[] unit in UnitsOf(file).Where(unit => (unit[0] & 31) == type).Take(2))
            {
                yield return unit[..Math.Min(unit.Length, 200)];
            }
        }

        foreach (byte[] seed in SeedFiles.Below("fuzz", "mediacommon"))
        {
            yield return [(byte)(0x60 | type), .. seed];
        }
    }

    private static IEnumerable<byte[]> FramingSeeds() =>
    [
        [0, 0, 0, 1, .. TestMedia.SequenceParameterSet, 0, 0, 1, .. TestMedia.PictureParameterSet, 0, 0, 0, 1, .. TestMedia.Slice(1, true, 100), 0, 0],
        TestMedia.AccessUnit(TestMedia.Slice(1, true, 100), true),
        Wire.Hex("02 6500 01 41 03 010203"),
        .. SeedFiles.Below("h264").Select(file => file[..Math.Min(file.Length, 2048)]),
        .. SeedFiles.Below("fuzz", "mediacommon"),
    ];

    private static List<byte[]> UnitsOf(ReadOnlySpan<byte> stream)
    {
        List<byte[]> units = [];
        foreach (ReadOnlySpan<byte> unit in new AnnexB(stream))
        {
            units.Add(unit.ToArray());
        }

        return units;
    }

    private static void VerifySequenceParameterSet(byte[] bytes)
    {
        if (!SequenceParameterSet.TryParse(bytes, out SequenceParameterSet? found))
        {
            Require(found is null, "a set comes with a no");
            return;
        }

        RequireEqual(SecondParameterSetReader.Read(bytes), (found!.Id, found.Width, found.Height, found.ChromaFormatIdc, found.LumaBitDepth, found.ChromaBitDepth), "id, size, formats");
        Require(found.Width is >= 1 and <= 16384 && found.Height is >= 1 and <= 16384, "the size is out of bounds");
    }

    private static void ReadPictureParameterSet(byte[] bytes)
    {
        PictureParameterSet.TryParse(bytes, out _);
        SliceHeader.TryParse(bytes.AsSpan(Math.Min(1, bytes.Length)), out _);
    }

    private static void VerifyPictureParameterSet(byte[] bytes)
    {
        if (PictureParameterSet.TryParse(bytes, out PictureParameterSet found))
        {
            var reader = new SecondBitReader(bytes.AsSpan(1, Math.Min(bytes.Length - 1, 12)));
            RequireEqual((reader.Golomb(), reader.Golomb()), (found.Id, found.SequenceParameterSetId), "ids of a picture parameter set");
        }

        ReadOnlySpan<byte> slice = bytes.AsSpan(Math.Min(1, bytes.Length));
        if (SliceHeader.TryParse(slice, out SliceHeader header))
        {
            var reader = new SecondBitReader(slice[..Math.Min(slice.Length, SliceHeader.LeadingBytes)]);
            RequireEqual((reader.Golomb(), reader.Golomb() % 5, reader.Golomb()), (header.FirstMacroblock, header.SliceType, header.PictureParameterSetId), "a slice header");
        }
    }

    private static void ReadFraming(byte[] bytes)
    {
        foreach (ReadOnlySpan<byte> unit in new AnnexB(bytes))
        {
            Require(unit.Overlaps(bytes), "a unit lies outside");
        }

        AccessUnitInspector.Inspect(bytes);
        Span<byte> room = stackalloc byte[bytes.Length];
        EmulationPrevention.Remove(bytes, room);
        for (int lengthSize = 1; lengthSize <= 2; lengthSize++)
        {
            Avcc.Widen(bytes, lengthSize, Pools.Mine, out _)?.Dispose();
        }

        Pools.RequireReturned();
    }

    private static void VerifyFraming(byte[] bytes)
    {
        List<byte[]> units = UnitsOf(bytes);
        byte[] framed = new byte[units.Sum(unit => unit.Length + Avcc.LengthSize)];
        int length = 0;
        foreach (byte[] unit in units)
        {
            Require(unit.Length > 0 && unit[^1] != 0 && unit.AsSpan().IndexOf((ReadOnlySpan<byte>)[0, 0, 1]) < 0, "a unit holds a start code, or ends in a zero");
            length += Avcc.Write(unit, framed.AsSpan(length));
        }

        int count = 0;
        var walk = new Avcc(framed);
        while (walk.MoveNext())
        {
            RequireSame(units[count++], walk.Current, "a unit in the other framing");
        }

        RequireEqual((units.Count, false), (count, walk.HasFailed), "units in the other framing");
        byte[] escaped = new byte[(bytes.Length * 3 / 2) + 4];
        int escapedLength = EmulationPrevention.Insert(bytes, escaped);
        byte[] plain = new byte[escapedLength];
        RequireSame(bytes, plain.AsSpan(0, EmulationPrevention.Remove(escaped.AsSpan(0, escapedLength), plain)), "bytes escaped and back");
        Require(escaped.AsSpan(0, escapedLength).IndexOf((ReadOnlySpan<byte>)[0, 0, 1]) < 0, "what is escaped holds a start code");
        for (int lengthSize = 1; lengthSize <= 2; lengthSize++)
        {
            VerifyWidening(bytes, lengthSize);
        }
    }

    private static void VerifyWidening(byte[] bytes, int lengthSize)
    {
        using PooledBuffer? wide = Avcc.Widen(bytes, lengthSize, Pools.Mine, out int wideLength);
        if (wide is null)
        {
            return;
        }

        int position = 0;
        var walk = new Avcc(wide.Span[..wideLength]);
        while (walk.MoveNext())
        {
            position += lengthSize;
            RequireSame(bytes.AsSpan(position, walk.Current.Length), walk.Current, "a unit whose length was widened");
            position += walk.Current.Length;
        }

        Require(!walk.HasFailed, "widened lengths do not fill the picture");
    }

    private static byte[] Record()
    {
        SequenceParameterSet.TryParse(TestMedia.SequenceParameterSet, out SequenceParameterSet? first);
        return AvcDecoderConfigurationRecord.Build(first!, [TestMedia.SequenceParameterSet], [TestMedia.PictureParameterSet]);
    }

    private static void VerifyConfiguration(byte[] bytes)
    {
        if (!AvcDecoderConfigurationRecord.TryParse(bytes, out AvcDecoderConfigurationRecord? record))
        {
            return;
        }

        byte[][] sequence = [.. record!.SequenceParameterSets.Select(set => set.ToArray())];
        byte[][] picture = [.. record.PictureParameterSets.Select(set => set.ToArray())];
        Require(sequence.Concat(picture).Sum(set => set.Length + 2) <= bytes.Length, "the sets are longer than the record");
        if (sequence.Length == 0 || !SequenceParameterSet.TryParse(sequence[0], out SequenceParameterSet? first))
        {
            return;
        }

        Require(AvcDecoderConfigurationRecord.TryParse(AvcDecoderConfigurationRecord.Build(first!, sequence, picture), out AvcDecoderConfigurationRecord? again), "the record built is not read");
        RequireEqual((sequence.Length, picture.Length), (again!.SequenceParameterSets.Count, again.PictureParameterSets.Count), "sets");
        for (int i = 0; i < sequence.Length; i++)
        {
            RequireSame(sequence[i], again.SequenceParameterSets[i].Span, "a sequence parameter set");
        }
    }

    private static void VerifyAacConfiguration(byte[] bytes)
    {
        if (!AudioSpecificConfig.TryRead(bytes, out AudioSpecificConfig config))
        {
            return;
        }

        Require(config.SampleRate > 0 && config.Channels is >= 0 and <= 8, $"{config}");
        byte[] written = new byte[AudioSpecificConfig.Length];
        try
        {
            config.Write(written);
        }
        catch (InvalidOperationException)
        {
            // It takes more than two bytes.
            return;
        }

        Require(AudioSpecificConfig.TryRead(written, out AudioSpecificConfig again), "what was written is not read");
        RequireEqual(config, again, "the configuration");
    }

    private static void ReadSound(byte[] bytes)
    {
        OpusPacket.TryParse(bytes, out _);
        Mp3FrameHeader.TryRead(bytes, out _);
        SpeexPacket.TryParse(bytes, out _);
    }

    private static void VerifySound(byte[] bytes)
    {
        // RFC 6716 3.4: at most 120 ms.
        if (OpusPacket.TryParse(bytes, out OpusPacket opus))
        {
            Require(opus.FrameCount > 0 && opus.FrameCount * opus.SamplesPerFrame is >= 120 and <= 5760, $"{opus}");
            RequireEqual((bytes[0] & 4) != 0 ? 2 : 1, opus.Channels, "channels");
        }

        if (Mp3FrameHeader.TryRead(bytes, out Mp3FrameHeader mp3))
        {
            Require(mp3 is { SampleRate: >= 8000 and <= 48000, Channels: 1 or 2, FrameLength: >= 0 and < 4096 }, $"{mp3}");
        }

        if (SpeexPacket.TryParse(bytes, out SpeexPacket speex))
        {
            Require(speex.FrameCount > 0 && speex.FrameCount <= bytes.Length * 8, $"{speex}");
        }
    }
}
