using MediaGateway.Media.Files;
using MediaGateway.Media.Flv;
using MediaGateway.Media.Frames;
using MediaGateway.Testing;
using static MediaGateway.Fuzz.OracleException;

namespace MediaGateway.Fuzz.Targets;

/// <summary>Media files: recordings that others made, and whatever lies in a folder of files.</summary>
internal static class FileTargets
{
    private const int FramesRead = 50;

    // The index of a table whose samples take no bytes is longer than its bytes; its samples are bounded instead (docs/limits.md).
    private const int IndexBytes = 32 * 1024 * 1024;

    /// <summary>The targets.</summary>
    public static IEnumerable<FuzzTarget> All =>
    [
        File(
            "mp4-file",
            "`MediaFileFormat`: MP4, whole and in fragments",
            () => [SmallMp4.Make(1, 16), .. SeedFiles.Below("mp4").Where(IsSmall), .. SeedFiles.Below("mp4").Select(Tables)],
            [.. Names("moov", "trak", "mdia", "minf", "stbl", "stsd", "stts", "stsc", "stsz", "stco", "co64", "ctts", "stss", "edts", "elst", "moof", "traf", "trun", "tfhd", "avcC", "esds")]),
        File(
            "flv-file",
            "`MediaFileFormat`: FLV",
            () => [SmallFlv(), .. SeedFiles.Below("flv").Select(file => file[..Math.Min(file.Length, 24 * 1024)]), .. SeedFiles.Below("fuzz", "mediacommon").Select(seed => (byte[])[.. FlvHead, .. seed])],
            [[8], [9], [18], Wire.Hex("17 00 000000"), Wire.Hex("af 01")]),
        File(
            "mp3-file",
            "`MediaFileFormat`: MP3",
            () => [SmallMp3(), .. SeedFiles.Below("audio", "mp3").Select(file => file[..Math.Min(file.Length, 16 * 1024)])],
            [Wire.Hex("fffb9064"), Wire.Hex("fff388c0"), [.. "ID3"u8, 4, 0, 0, 0, 0, 0, 10], [.. "TAG"u8], [.. "Xing"u8], [.. "VBRI"u8]]),
        new()
        {
            Name = "flv-tag",
            Parser = "`FlvVideoTag`, `FlvAudioTag`, `FlvEnhancedTag`",
            Oracle = "headers of pictures written again read the same; tracks lie one after the other inside the tag",
            Seeds = () =>
            [
                Wire.Hex("17 00 000000 01"), Wire.Hex("27 01 fffff0 01"), Wire.Hex("af 01 2110"), Wire.Hex("90 61766331 01 000028 41"), Wire.Hex("91 68766331 01"),
                Wire.Hex("96 11 68766331 00 000001 00 01 000001 00"), Wire.Hex("97 00000003 e8 01"), Wire.Hex("95 21 4f707573 00 000002 0102 6d703461 01 000001 03"),
            ],
            MaximumBytes = 1024,
            AllocationConstant = 4096,
            Parse = ReadTag,
            Verify = VerifyTag,
        },
    ];

    private static byte[] FlvHead => [.. "FLV"u8, 1, 5, 0, 0, 0, 9, 0, 0, 0, 0];

    private static FuzzTarget File(string name, string parser, Func<IEnumerable<byte[]>> seeds, IReadOnlyList<byte[]> words) => new()
    {
        Name = name,
        Parser = parser,
        Oracle = "samples lie inside the file, keyframes are in order, every time finds a sample, a second reading gives the same index; all memory comes back",
        Seeds = seeds,
        Words = words,
        MaximumBytes = 64 * 1024,
        AllocationConstant = IndexBytes,
        Parse = bytes => Open(bytes),
        Verify = VerifyFile,
    };

    private static IEnumerable<byte[]> Names(params string[] names) => names.Select(System.Text.Encoding.ASCII.GetBytes);

    private static bool IsSmall(byte[] file) => file.Length < 64 * 1024;

    // What comes before the pictures, which are most of a file and say nothing: up to the first mdat, or from moov on.
    private static byte[] Tables(byte[] file)
    {
        int movie = file.AsSpan().IndexOf("moov"u8) - 4;
        byte[] head = file[..Math.Min(file.Length, 32)];
        return movie < 0 ? head : [.. head, .. file[movie..Math.Min(file.Length, movie + (48 * 1024))]];
    }

    private static byte[] SmallFlv() =>
    [
        .. FlvHead,
        .. Tag(18, 0, Wire.Hex("02 000a 6f6e4d65746144617461 08 00000001 0005 7769647468 00 4084000000000000 000009")),
        .. Tag(9, 0, [.. Wire.Hex("17 00 000000"), .. Mp4Boxes.AvcConfiguration]),
        .. Tag(8, 0, Wire.Hex("af 00 1190")),
        .. Tag(9, 0, Wire.Hex("17 01 000000 00000004 65880102")),
        .. Tag(8, 10, Wire.Hex("af 01 2110")),
        .. Tag(9, 40, Wire.Hex("27 01 000000 00000004 41880102")),
        .. Tag(9, 80, Wire.Hex("91 61766331 000000 00000004 41880102")),
    ];

    private static byte[] Tag(int type, int time, byte[] body) =>
    [
        (byte)type, 0, 0, (byte)body.Length, 0, 0, (byte)time, 0, 0, 0, 0, .. body, 0, 0, 0, (byte)(body.Length + 11),
    ];

    private static byte[] SmallMp3() =>
        [.. "ID3"u8, 4, 0, 0, 0, 0, 0, 4, 1, 2, 3, 4, .. Enumerable.Range(0, 6).SelectMany(_ => (byte[])[0xFF, 0xFB, 0x10, 0xC4, .. new byte[100]])];

    private static MediaFile? Open(byte[] bytes)
    {
        var source = new MemorySource(bytes);
        try
        {
            MediaFile file = MediaFileFormat.Open(source);
            for (int index = 0; index < Math.Min(file.Count, FramesRead); index++)
            {
                MediaFrame frame = file.ReadFrame(source, index, Pools.Mine, TimeSpan.Zero);
                Require(frame.Length <= bytes.Length * 4, "a frame is longer than its file");
                frame.Release();
            }

            return file;
        }
        catch (MediaFileException)
        {
            return null;
        }
        finally
        {
            Pools.RequireReturned();
        }
    }

    private static void VerifyFile(byte[] bytes)
    {
        MediaFile? file = Open(bytes);
        MediaFile? again = Open(bytes);
        RequireEqual(file?.Count, again?.Count, "samples of the second reading");
        if (file is null)
        {
            return;
        }

        for (int index = 0; index < file.Count; index++)
        {
            MediaSample sample = file[index];
            Require(sample.Length >= 0 && sample.Offset >= 0 && sample.Offset + sample.Length <= bytes.Length, $"sample {index} lies outside the file");
            RequireEqual(sample, again![index], $"sample {index} of the second reading");
        }

        int last = -1;
        foreach (int keyframe in file.Keyframes)
        {
            Require(keyframe > last && keyframe < file.Count, "keyframes are not in order");
            last = keyframe;
        }

        Require(file.Duration >= TimeSpan.Zero, "the duration is negative");
        foreach (TimeSpan time in (TimeSpan[])[TimeSpan.Zero, file.Duration / 2, file.Duration, TimeSpan.FromDays(1000)])
        {
            Require(file.FindStart(time) is var start && start >= 0 && start < file.Count, $"nothing is found for {time}");
        }
    }

    private static void ReadTag(byte[] bytes)
    {
        FlvVideoTag.TryRead(bytes, out _);
        FlvAudioTag.TryRead(bytes, out _);
        foreach (TrackKind kind in (ReadOnlySpan<TrackKind>)[TrackKind.Video, TrackKind.Audio])
        {
            if (bytes.Length > 0 && FlvEnhancedTag.IsEnhanced(kind, bytes[0]))
            {
                FlvEnhancedTag.TryRead(kind, bytes, out _);
            }
        }
    }

    private static void VerifyTag(byte[] bytes)
    {
        if (FlvVideoTag.TryRead(bytes, out FlvVideoTag video))
        {
            Span<byte> written = stackalloc byte[FlvVideoTag.Length];
            video.Write(written);
            Require(FlvVideoTag.TryRead(written, out FlvVideoTag again), "a header of pictures is not read again");
            RequireEqual(video, again, "a header of pictures");
        }

        foreach (TrackKind kind in (TrackKind[])[TrackKind.Video, TrackKind.Audio])
        {
            if (bytes.Length > 0 && FlvEnhancedTag.IsEnhanced(kind, bytes[0]) && FlvEnhancedTag.TryRead(kind, bytes, out FlvEnhancedTag tag))
            {
                VerifyTracks(bytes, tag);
            }
        }
    }

    private static void VerifyTracks(byte[] bytes, FlvEnhancedTag tag)
    {
        Require(tag.BodyOffset <= bytes.Length, "the body begins outside the tag");
        if (tag.Tracks == FlvTrackLayout.Single)
        {
            return;
        }

        int position = tag.BodyOffset;
        int count = 0;
        int before = position;
        while (tag.TryReadTrack(bytes, ref position, out _, out _, out ReadOnlySpan<byte> body))
        {
            Require(position > before && position <= bytes.Length && body.Length <= bytes.Length, "the walk over tracks does not move on");
            before = position;
            Require(++count <= bytes.Length, "there are more tracks than bytes");
        }
    }
}
