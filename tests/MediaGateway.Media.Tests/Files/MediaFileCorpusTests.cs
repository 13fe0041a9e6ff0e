using MediaGateway.Media.Files;
using MediaGateway.Media.Frames;
using MediaGateway.Media.H264;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Media.Tests.Files;

public sealed class MediaFileCorpusTests
{
    // Frames as ffprobe -count_packets of FFmpeg 5.1 has them; durations of the longest track.
    [Theory]
    [InlineData("mp4/androidx/sample.mp4", 30, 45, 1.024)]
    [InlineData("mp4/androidx/sample_fragmented.mp4", 30, 46, 1.05)]
    [InlineData("mp4/androidx/sample_no_bframes.mp4", 30, 45, 1.089)]
    [InlineData("mp4/androidx/testvid_1022ms.mp4", 30, 44, 1.022)]
    [InlineData("mp4/mp4ff/bbb_prog_10s.mp4", 238, 428, 9.917)]
    [InlineData("flv/androidx/sample.flv", 30, 45, 1.136)]
    [InlineData("flv/membrane/testsrc.flv", 75, 132, 3.291)]
    [InlineData("flv/ruffle/audio_aac_tone_mono_44100hz.flv", 0, 45, 1.023)]
    [InlineData("flv/ruffle/audio_aac_tone_stereo_48000hz.flv", 0, 48, 1.021)]
    [InlineData("flv/ruffle/dummy.flv", 4, 0, 0.16)]
    [InlineData("flv/srs/avatar.flv", 282, 486, 11.44)]
    [InlineData("flv/srs/bbb.flv", 250, 432, 10.08)]
    [InlineData("audio/mp3/androidx/bear-cbr-variable-frame-size-no-seek-table.mp3", 0, 108, 2.821)]
    [InlineData("audio/mp3/minimp3/l3-he_48khz.bit", 0, 150, 3.6)]
    [InlineData("audio/mp3/minimp3/l3-hecommon.bit", 0, 30, 0.784)]
    public void Index_HasTheFramesAndTheDurationOfTheSource(string path, int pictures, int sounds, double seconds)
    {
        var source = new MemorySource(TestData.Read(path.Split('/')));
        MediaFile file = MediaFileFormat.Open(source);

        Assert.Equal(pictures, file.Track(TrackKind.Video)?.Samples ?? 0);
        Assert.Equal(sounds, file.Track(TrackKind.Audio)?.Samples ?? 0);
        Assert.InRange(file.Duration.TotalSeconds, seconds - 0.13, seconds + 0.13);
        AssertIsWhole(source, file);
    }

    [Theory]
    [InlineData("mp4/mp4ff/bbb_prog_10s.mp4")]
    [InlineData("flv/srs/bbb.flv")]
    public void Indexing_ReadsNoMoreThanItMust(string path)
    {
        var source = new MemorySource(TestData.Read(path.Split('/')));
        MediaFileFormat.Open(source);

        Assert.True(source.BytesRead < source.Length, $"{source.BytesRead} of {source.Length} bytes were read.");
    }

    [Fact]
    public void Seeking_FindsTheKeyframeAtOrBefore()
    {
        MediaFile file = MediaFileFormat.Open(new MemorySource(TestData.Read("flv", "srs", "bbb.flv")));
        Assert.True(file.Keyframes.Length > 1);
        for (int milliseconds = 0; milliseconds < 12_000; milliseconds += 250)
        {
            int start = file.FindStart(TimeSpan.FromMilliseconds(milliseconds));
            int next = file.Keyframes[^1];
            for (int keyframe = file.Keyframes.Length - 1; keyframe >= 0 && file.Keyframes[keyframe] > Math.Max(start, file.Keyframes[0]); keyframe--)
            {
                next = file.Keyframes[keyframe];
            }

            Assert.True(start == 0 || file.PresentationOf(file[start]).ToMilliseconds() <= milliseconds);
            Assert.True(next <= start || file.PresentationOf(file[next]).ToTimeSpan() > TimeSpan.FromMilliseconds(milliseconds));
        }
    }

    [Theory]
    [InlineData("flv/membrane/testsrc.flv")]
    [InlineData("mp4/androidx/sample_fragmented.mp4")]
    public void GrowingFile_IsReadOnWhereItStopped(string path)
    {
        byte[] bytes = TestData.Read(path.Split('/'));
        var source = new MemorySource(bytes) { Length = bytes.Length / 3 };
        IMediaFileIndexer indexer = MediaFileFormat.Start(source);
        int before = 0;
        for (; source.Length < bytes.Length; source.Length = Math.Min(bytes.Length, source.Length + (bytes.Length / 7)))
        {
            try
            {
                MediaFile partial = indexer.Update(source);
                Assert.True(partial.Count >= before);
                before = partial.Count;
            }
            catch (MediaFileException)
            {
                Assert.Equal(0, before);
            }
        }

        Assert.True(indexer.CanGrow);
        MediaFile grown = indexer.Update(source);
        MediaFile whole = MediaFileFormat.Open(new MemorySource(bytes));
        Assert.Equal(whole.Count, grown.Count);
        for (int index = 0; index < whole.Count; index++)
        {
            Assert.Equal(whole[index] with { Entry = 0 }, grown[index] with { Entry = 0 });
        }
    }

    [Theory]
    [InlineData("mp4/androidx/sample.mp4")]
    [InlineData("mp4/androidx/sample_fragmented.mp4")]
    [InlineData("flv/androidx/sample.flv")]
    [InlineData("audio/mp3/androidx/bear-cbr-variable-frame-size-no-seek-table.mp3")]
    public void BrokenFile_EndsInOneKindOfExceptionAndBoundedMemory(string path)
    {
        byte[] good = TestData.Read(path.Split('/'));
        var random = new Random(2026);
        IEnumerable<byte[]> cut = Enumerable.Range(0, 150).Select(_ => good[..random.Next(good.Length)]);
        IEnumerable<byte[]> flipped = Enumerable.Range(0, 600).Select(_ => Flipped(good, random));
        long before = GC.GetTotalAllocatedBytes();
        int count = 0;
        foreach (byte[] bad in cut.Concat(flipped))
        {
            count++;
            TryRead(bad);
        }

        long perFile = ((GC.GetTotalAllocatedBytes() - before) / count) - (2 * good.Length);
        Assert.True(perFile < 24 * 1024 * 1024, $"{perFile} bytes were allocated per file of {good.Length}.");
    }

    [Fact]
    public void FuzzSeeds_EndInOneKindOfException()
    {
        foreach (string path in TestData.Files("fuzz"))
        {
            byte[] seed = File.ReadAllBytes(path);
            TryRead(seed);
            TryRead([.. "FLV\u0001\u0005\0\0\0\u0009\0\0\0\0"u8, .. seed]);
            TryRead([0, 0, 0, 8, .. "ftyp"u8, .. seed]);
        }
    }

    private static byte[] Flipped(byte[] good, Random random)
    {
        byte[] bytes = (byte[])good.Clone();

        // The tables of MP4 files are small beside the pictures: half of the changes go to where boxes begin.
        for (int change = random.Next(1, 4); change > 0; change--)
        {
            int index = random.Next(2) == 0 ? random.Next(bytes.Length) : random.Next(Math.Min(bytes.Length, 4096));
            bytes[index] = random.Next(3) switch { 0 => 0xFF, 1 => 0, _ => (byte)random.Next(256) };
        }

        return bytes;
    }

    private static void TryRead(byte[] bytes)
    {
        var source = new MemorySource(bytes);
        using var pool = new TrackingBufferPool();
        try
        {
            MediaFile file = MediaFileFormat.Open(source);
            for (int index = 0; index < Math.Min(file.Count, 20); index++)
            {
                file.ReadFrame(source, index, pool, TimeSpan.Zero).Release();
            }
        }
        catch (MediaFileException)
        {
            // What it is to end in.
        }
    }

    private static void AssertIsWhole(MemorySource source, MediaFile file)
    {
        using var pool = new TrackingBufferPool();
        Assert.Equal(0, file.DecodingOf(file[0]).Value);
        TimeSpan last = default;
        for (int index = 0; index < file.Count; index++)
        {
            MediaSample sample = file[index];
            MediaFrame frame = file.ReadFrame(source, index, pool, TimeSpan.Zero);
            Assert.InRange(frame.Decoding.ToTimeSpan(), last - TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(12));
            last = frame.Decoding.ToTimeSpan();
            if (frame.Format is H264Format)
            {
                foreach (ReadOnlySpan<byte> unit in new Avcc(frame.Payload))
                {
                    Assert.False(unit.IsEmpty);
                }
            }

            Assert.Equal(sample.Length, frame.Length);
            frame.Release();
        }
    }
}
