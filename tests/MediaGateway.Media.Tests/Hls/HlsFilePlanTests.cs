using MediaGateway.Media.Files;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Hls;
using MediaGateway.Media.Memory;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Media.Tests.Hls;

public sealed class HlsFilePlanTests
{
    [Fact]
    public void File_IsCutAtKeyframesEverySixSeconds()
    {
        var source = new MemorySource(SmallMp4.Make(20));
        MediaFile file = MediaFileFormat.Open(source);

        HlsFilePlan plan = HlsFilePlan.Make(file, out _)!;

        Assert.Equal([6_000_000, 6_000_000, 6_000_000, 2_000_000], plan.Segments.Select(segment => segment.Microseconds));
        Assert.All(plan.Segments, segment => Assert.True(segment.IsIndependent));
        Assert.Equal(0, plan.Segments[0].First);
        Assert.Equal(file.Count, plan.Segments[^1].End);
        Assert.Equal(plan.Segments.Skip(1).Select(segment => segment.First), plan.Segments.SkipLast(1).Select(segment => segment.End));
        string playlist = HlsFilePlaylistWriter.Write(plan, HlsFileOrigin.Plain, "e/", "?s=1");
        HlsPlaylist read = HlsPlaylist.Read(playlist);
        Assert.Equal((6, 4, true), (read.TargetDuration, read.Segments.Count, read.HasEnded));
        Assert.Contains("#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"e/init0.mp4?s=1\"", playlist, StringComparison.Ordinal);
    }

    [Fact]
    public void Segments_HoldEveryFrameOnce_AtItsTime()
    {
        using var pool = new TrackingBufferPool();
        var source = new MemorySource(SmallMp4.Make(13));
        MediaFile file = MediaFileFormat.Open(source);
        HlsFilePlan plan = HlsFilePlan.Make(file, out _)!;
        ulong picture = 0;
        int pictures = 0;
        int sounds = 0;
        foreach (int number in Enumerable.Range(0, plan.Segments.Count))
        {
            using PooledBuffer block = HlsFileReader.Read(file, source, plan, number, pool, out int length);
            Mp4Box moof = Mp4Box.Read(block.Memory[..length])[0];
            Mp4Box[] tracks = [.. moof.Children().Where(box => box.Type == "traf")];
            Assert.Equal(picture, tracks[0].Child("tfdt").UInt64(4));
            Mp4Box run = tracks[0].Child("trun");
            int count = (int)run.UInt32(4);
            picture += (ulong)Enumerable.Range(0, count).Sum(index => run.UInt32(12 + (16 * index)));
            pictures += count;
            sounds += (int)tracks[1].Child("trun").UInt32(4);
        }

        Assert.Equal(13ul * 90_000, picture);
        Assert.Equal((13 * SmallMp4.PicturesPerSecond, 13 * SmallMp4.SoundsPerSecond), (pictures, sounds));
    }

    [Fact]
    public void RealFiles_AreCutWithoutGapsAndEverySegmentCanBeMade()
    {
        using var pool = new TrackingBufferPool();
        int made = 0;
        foreach (string path in TestData.Files("mp4", "androidx").Where(path => Path.GetExtension(path) is ".mp4" or ".m4a"))
        {
            var source = new MemorySource(File.ReadAllBytes(path));
            MediaFile file;
            try
            {
                file = MediaFileFormat.Open(source);
            }
            catch (MediaFileException)
            {
                continue;
            }

            if (HlsFilePlan.Make(file, out string? refusal) is not { } plan)
            {
                Assert.NotNull(refusal);
                continue;
            }

            Assert.All(plan.Segments, segment => Assert.True(Math.Round(segment.Microseconds / 1e6, MidpointRounding.AwayFromZero) <= plan.TargetSeconds));
            for (int number = 0; number < plan.Segments.Count; number++)
            {
                try
                {
                    HlsFileReader.Read(file, source, plan, number, pool, out _).Dispose();
                    made++;
                }
                catch (MediaFileException)
                {
                    // Cut short, or with a frame that cannot be read: an error for this viewer alone.
                }
            }
        }

        Assert.NotEqual(0, made);
    }

    [Fact]
    public void SoundThatHlsCannotCarry_IsRefusedInWords()
    {
        foreach (string path in TestData.Files("flv").Where(path => path.EndsWith(".flv", StringComparison.Ordinal)))
        {
            MediaFile file;
            try
            {
                file = MediaFileFormat.Open(new MemorySource(File.ReadAllBytes(path)));
            }
            catch (MediaFileException)
            {
                continue;
            }

            HlsFilePlan? plan = HlsFilePlan.Make(file, out string? refusal);
            Assert.Equal(plan is null, refusal is not null);
            bool isOrdinary = file.Entries.All(entry =>
                entry.Format is H264Format or AacFormat or ScriptDataFormat or PlainAudioFormat { Codec: CodecId.Mp3 });
            Assert.True(plan is not null || !isOrdinary || file.Count == 0, path);
        }
    }

    [Fact]
    public void RecordingThatGrows_IsAnEventWithoutTheSegmentThatGrows_AndItsTargetStays()
    {
        HlsFilePlan plan = HlsFilePlan.Make(MediaFileFormat.Open(new MemorySource(SmallMp4.Make(19))), out _)!;
        HlsFilePlan young = HlsFilePlan.Make(MediaFileFormat.Open(new MemorySource(SmallMp4.Make(3))), out _)!;

        string text = HlsFilePlaylistWriter.Write(plan, HlsFileOrigin.Growing, "e/", "");
        HlsPlaylist growing = HlsPlaylist.Read(text);
        HlsPlaylist ended = HlsPlaylist.Read(HlsFilePlaylistWriter.Write(plan, HlsFileOrigin.Recorded, "e/", ""));
        HlsPlaylist plain = HlsPlaylist.Read(HlsFilePlaylistWriter.Write(plan, HlsFileOrigin.Plain, "e/", ""));
        HlsPlaylist begun = HlsPlaylist.Read(HlsFilePlaylistWriter.Write(young, HlsFileOrigin.Growing, "e/", ""));

        Assert.Contains("#EXT-X-PLAYLIST-TYPE:EVENT\n", text, StringComparison.Ordinal);
        Assert.Equal((3, 4, 1), (growing.Segments.Count, ended.Segments.Count, begun.Segments.Count));
        Assert.Equal((false, true, true, true), (growing.HasEnded, ended.HasEnded, plain.HasEnded, begun.HasEnded));
        Assert.Equal((20, 20, 20), (growing.TargetDuration, ended.TargetDuration, begun.TargetDuration));
        Assert.Equal(growing.Segments.Select(segment => (segment.Address, segment.Duration)), ended.Segments.Take(3).Select(segment => (segment.Address, segment.Duration)));
        Assert.Equal(6, plain.TargetDuration);
    }
}
