using MediaGateway.Media.Files;
using MediaGateway.Media.Frames;
using MediaGateway.Testing;
using Xunit;
using static MediaGateway.Testing.Mp4Boxes;

namespace MediaGateway.Media.Tests.Files;

public sealed class Mp4FileTests
{
    private static readonly byte[] FileType = Box("ftyp", "isom\0\0\0\0"u8.ToArray());

    // Six pictures of 8 bytes each at 25 per second: I P B P, I P.
    private static readonly byte[] Pictures = [.. Enumerable.Range(0, 6).SelectMany(number => (byte[])[0, 0, 0, 4, 0x65, 0, 0, (byte)number])];

    public static TheoryData<string> Sizes => ["stsz", "stz2", "same"];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Tables_OfAllForms_SayTheSame(string sizes)
    {
        foreach (bool isLarge in new[] { false, true })
        {
            foreach (bool isMovieFirst in new[] { false, true })
            {
                MediaFile file = Open(Movie(sizes, isLarge, isMovieFirst));

                Assert.Equal(6, file.Count);
                Assert.Equal([0, 4], file.Keyframes.ToArray());
                Assert.Equal([0L, 1000, 2000, 3000, 4000, 5000], Enumerable.Range(0, 6).Select(index => file[index].Decoding));
                Assert.Equal([2000, 3000, -1000, 1000, 2000, 1000], Enumerable.Range(0, 6).Select(index => file[index].Composition));
                Assert.Equal(TimeSpan.FromMilliseconds(240), file.Duration);
            }
        }
    }

    [Fact]
    public void EditList_MovesTheTrackAgainstTheOther()
    {
        // The pictures start half a second late, of the sound the first frame is cut off.
        byte[] late = FullBox("elst", 0, 0, Words(2, 500, -1, 0x10000, 240, 2000, 0x10000));
        byte[] cut = FullBox("elst", 1, 0, Word(1), Long(0), Long(1024), Word(0x10000));
        byte[] data = Box("mdat", Pictures, new byte[30]);
        int start = FileType.Length + 8;
        MediaFile file = Open(Join(
            FileType,
            data,
            Mp4Boxes.Movie(
                Track(1, "vide", 25_000, [Avc1(AvcConfiguration)], Tables("stsz", start, isLarge: false), late),
                Track(2, "soun", 44_100, [Mp4a(0x40, [0x12, 0x10])], SoundTables(start + 48, 3, 10), cut))));

        Assert.Equal(9, file.Count);
        MediaFileTrack pictures = file.Track(TrackKind.Video)!;
        MediaFileTrack sound = file.Track(TrackKind.Audio)!;
        Assert.Equal(500 - 40 + 23, (pictures.Start - sound.Start).TotalMilliseconds, 1.0);
        Assert.Equal(CodecId.Aac, sound.Format.Codec);
        Assert.Equal(0, file[0].Decoding);
        Assert.True(file[0].IsKeyframe && file.FormatOf(file[0]) is AacFormat);
    }

    [Theory]
    [InlineData(0x6B)]
    [InlineData(0x69)]
    public void Mp3_InMp4_IsMp3(int objectType)
    {
        MediaFile file = Open(Join(
            FileType,
            Box("mdat", new byte[30]),
            Mp4Boxes.Movie(Track(1, "soun", 44_100, [Mp4a(objectType, [])], SoundTables(FileType.Length + 8, 3, 10)))));

        Assert.Equal(CodecId.Mp3, Assert.Single(file.Tracks).Format.Codec);
        Assert.Equal(3, file.Count);
    }

    [Fact]
    public void TrackOfAnotherCodec_IsLeftOutWithTheReason()
    {
        int start = FileType.Length + 8;
        byte[] hevc = Box("hvc1", new byte[78]);
        MediaFile file = Open(Join(
            FileType,
            Box("mdat", Pictures, new byte[30]),
            Mp4Boxes.Movie(
                Track(1, "vide", 25_000, [hevc], Tables("stsz", start, isLarge: false)),
                Track(2, "soun", 44_100, [Mp4a(0x40, [0x12, 0x10])], SoundTables(start + 48, 3, 10)))));

        Assert.Equal(TrackKind.Audio, Assert.Single(file.Tracks).Kind);
        Assert.Contains("hvc1", Assert.Single(file.LeftOut), StringComparison.Ordinal);

        MediaFileException refused = Assert.Throws<MediaFileException>(() => Open(Join(
            FileType, Box("mdat", Pictures), Mp4Boxes.Movie(Track(1, "vide", 25_000, [hevc], Tables("stsz", start, isLarge: false))))));
        Assert.Contains("hvc1", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SeveralSampleEntries_AreSeveralFormats()
    {
        byte[] other = AvcConfiguration;
        other[3] = 30;
        byte[][] tables = Tables("stsz", FileType.Length + 8, isLarge: false);
        tables[2] = FullBox("stsc", 0, 0, Words(2, 1, 4, 1, 2, 2, 2));
        tables[3] = FullBox("stco", 0, 0, Words(2, FileType.Length + 8, FileType.Length + 8 + 32));
        MediaFile file = Open(Join(
            FileType,
            Box("mdat", Pictures),
            Mp4Boxes.Movie(Track(1, "vide", 25_000, [Avc1(AvcConfiguration), Avc1(other)], tables))));

        Assert.Equal(2, file.Entries.Count);
        Assert.NotEqual(file.FormatOf(file[3]), file.FormatOf(file[4]));
    }

    [Fact]
    public void ShortLengths_AreReadAsFourBytes()
    {
        byte[] configuration = AvcConfiguration;
        configuration[4] = 0xFD; // two bytes
        byte[] pictures = [.. Enumerable.Range(0, 6).SelectMany(number => (byte[])[0, 2, 0x65, 1, 0, 2, 0x65, (byte)number])];
        byte[] bytes = Join(
            FileType,
            Box("mdat", pictures),
            Mp4Boxes.Movie(Track(1, "vide", 25_000, [Avc1(configuration)], Tables("stsz", FileType.Length + 8, isLarge: false))));
        var source = new MemorySource(bytes);
        using var pool = new TrackingBufferPool();
        MediaFrame frame = MediaFileFormat.Open(source).ReadFrame(source, 5, pool, TimeSpan.Zero);

        Assert.Equal((byte[])[0, 0, 0, 2, 0x65, 1, 0, 0, 0, 2, 0x65, 5], frame.Payload.ToArray());
        Assert.Equal(0xFF, ((H264Format)frame.Format).ConfigurationRecord.Span[4]);
        frame.Release();
    }

    [Fact]
    public void Fragments_AreReadWithWhatTheyTakeForGranted()
    {
        byte[] head = Join(
            FileType,
            Mp4Boxes.Movie(
                Track(1, "vide", 25_000, [Avc1(AvcConfiguration)], EmptyTables()),
                Box("mvex", FullBox("trex", 0, 0, Words(1, 1, 1000, 8, 0x10000)))));
        byte[] first = Fragment(tfhdFlags: 0x20000, [], time: 5_000_000, FullBox("trun", 0, 0x5, Words(3, 200 - 4, 0x2000000)));
        byte[] padding = Box("free", new byte[200 - first.Length - 8 - 8 - 4]);
        byte[] second = Fragment(
            tfhdFlags: 0x20018, Words(500, 8), time: null, FullBox("trun", 1, 0x801 | 0x4, Words(2, 0, 0x2000000, 500, -500)));
        byte[] bytes = Join(head, first, padding, Box("mdat", new byte[24]), Patched(second), Box("mdat", new byte[16]));
        MediaFile file = Open(bytes);

        Assert.Equal(MediaFileKind.FragmentedMp4, file.Kind);
        Assert.Equal([0L, 1000, 2000, 3000, 3500], Enumerable.Range(0, 5).Select(index => file[index].Decoding));
        Assert.Equal([0, 3], file.Keyframes.ToArray());
        Assert.Equal(head.Length + 200 - 4, file[0].Offset);
        Assert.Equal(-500, file[4].Composition);
    }

    [Fact]
    public void SizeOfZero_ReachesToTheEnd()
    {
        byte[] movie = Movie("stsz", isLarge: false, isMovieFirst: true);
        int data = movie.Length - Pictures.Length - 8;
        movie.AsSpan(data, 4).Clear();

        Assert.Equal(6, Open(movie).Count);
    }

    public static TheoryData<string> Lies =>
        ["stts", "ctts", "stss", "stsc", "stsz", "stco", "stsd", "elst"];

    [Theory]
    [MemberData(nameof(Lies))]
    public void CountsThatPassTheirBox_AreRefused(string type)
    {
        byte[] movie = type == "elst"
            ? Join(FileType, Mp4Boxes.Movie(Track(1, "vide", 25_000, [], [], FullBox("elst", 0, 0, Words(1, 0, 0, 0)))))
            : Movie("stsz", isLarge: false, isMovieFirst: true);
        int place = movie.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(type)) + 8 + (type == "stsz" ? 4 : 0);
        movie.AsSpan(place, 4).Fill(0xFF);

        Assert.Throws<MediaFileException>(() => Open(movie));
    }

    [Fact]
    public void RunsThatSayNothingOfTheirFrames_AreBounded()
    {
        byte[] run = FullBox("trun", 0, 0, Word(3_999_999));
        byte[] bytes = Join(
            FileType,
            Mp4Boxes.Movie(
                Track(1, "vide", 25_000, [Avc1(AvcConfiguration)], EmptyTables()),
                Box("mvex", FullBox("trex", 0, 0, Words(1, 1, 1000, 0, 0)))),
            Fragment(0x20000, [], 0, [.. Enumerable.Repeat(run, 500).SelectMany(part => part)]),
            Box("mdat", new byte[24]));

        Assert.Throws<MediaFileException>(() => Open(bytes));
    }

    [Fact]
    public void FileWithoutItsTable_SaysSo()
    {
        MediaFileException refused = Assert.Throws<MediaFileException>(() => Open(Join(FileType, Box("mdat", Pictures))));
        Assert.Contains("not written to its end", refused.Message, StringComparison.Ordinal);
        Assert.Throws<MediaFileException>(() => Open(Join(FileType, Mp4Boxes.Movie(Box("cmov", new byte[8])))));
        Assert.Throws<MediaFileException>(() => Open(Join(FileType, Word(4), "moov"u8.ToArray())));
    }

    private static MediaFile Open(byte[] bytes) => MediaFileFormat.Open(new MemorySource(bytes));

    private static byte[] Movie(string sizes, bool isLarge, bool isMovieFirst)
    {
        byte[] data = isLarge ? LargeBox("mdat", Pictures) : Box("mdat", Pictures);
        int head = data.Length - Pictures.Length;
        byte[] Build(int start) => Mp4Boxes.Movie(Track(1, "vide", 25_000, [Avc1(AvcConfiguration)], Tables(sizes, start, isLarge)));
        return isMovieFirst
            ? Join(FileType, Build(FileType.Length + Build(0).Length + head), data)
            : Join(FileType, data, Build(FileType.Length + head));
    }

    private static byte[][] Tables(string sizes, int start, bool isLarge) =>
    [
        FullBox("stts", 0, 0, Words(2, 4, 1000, 2, 1000)),
        FullBox("ctts", isLarge ? 1 : 0, 0, Words(6, 1, 2000, 1, 3000, 1, -1000, 1, 1000, 1, 2000, 1, 1000)),
        FullBox("stsc", 0, 0, Words(2, 1, 4, 1, 2, 2, 1)),
        isLarge ? FullBox("co64", 0, 0, Word(2), Long(start), Long(start + 32)) : FullBox("stco", 0, 0, Words(2, start, start + 32)),
        FullBox("stss", 0, 0, Words(2, 1, 5)),
        sizes switch
        {
            "same" => FullBox("stsz", 0, 0, Words(8, 6)),
            "stz2" => FullBox("stz2", 0, 0, Words(4, 6), [0x88, 0x88, 0x88]),
            _ => FullBox("stsz", 0, 0, Words(0, 6, 8, 8, 8, 8, 8, 8)),
        },
    ];

    private static byte[][] SoundTables(int start, int count, int size) =>
    [
        FullBox("stts", 0, 0, Words(1, count, 1024)),
        FullBox("stsc", 0, 0, Words(1, 1, count, 1)),
        FullBox("stco", 0, 0, Words(1, start)),
        FullBox("stsz", 0, 0, Words(size, count)),
    ];

    private static byte[][] EmptyTables() =>
    [
        FullBox("stts", 0, 0, Word(0)), FullBox("stsc", 0, 0, Word(0)), FullBox("stco", 0, 0, Word(0)), FullBox("stsz", 0, 0, Words(0, 0)),
    ];

    private static byte[] Fragment(int tfhdFlags, byte[] defaults, long? time, byte[] runs) => Box(
        "moof",
        FullBox("mfhd", 0, 0, Word(1)),
        Box(
            "traf",
            FullBox("tfhd", 0, tfhdFlags, Word(1), defaults),
            time is { } start ? FullBox("tfdt", 1, 0, Long(start)) : [],
            runs));

    // The run's data starts behind the fragment and the header of the data that follows it.
    private static byte[] Patched(byte[] fragment)
    {
        int place = fragment.AsSpan().IndexOf("trun"u8) + 12;
        Word(fragment.Length + 8).CopyTo(fragment, place);
        return fragment;
    }
}
