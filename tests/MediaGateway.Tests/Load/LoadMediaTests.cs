using MediaGateway.Load;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Load;

public sealed class LoadMediaTests
{
    [Theory]
    [InlineData(2500, 30)]
    [InlineData(20_000, 60)]
    [InlineData(50, 1)]
    public void MadeUpMedia_HasTheRateAskedForAndBeginsWithAKeyframe(int kilobits, int pictures)
    {
        var media = LoadMedia.Synthetic(kilobits, pictures);

        long bytes = media.Frames.Where(frame => frame.IsPicture).Sum(frame => (long)frame.Payload.Length);
        Assert.InRange(bytes * 8 / 1000 / media.Length.TotalSeconds, kilobits * 0.97, kilobits * 1.03);
        Assert.Equal(pictures * media.Length.TotalSeconds, media.Frames.Count(frame => frame.IsPicture));
        Assert.True(media.Frames.First(frame => frame.IsPicture) is { IsKeyframe: true, Milliseconds: 0 });
        Assert.Equal(media.Frames.OrderBy(frame => frame.Milliseconds), media.Frames);
        Assert.True(media.Frames[^1].Milliseconds < media.Length.TotalMilliseconds);
    }

    [Fact]
    public void File_BeginsWithItsFirstKeyframeAndKeepsItsFrames()
    {
        var media = LoadMedia.Read(Path.Combine(TestData.Folder, "mp4", "androidx", "sample.mp4"));

        Assert.True(media.Frames[0] is { IsPicture: true, IsKeyframe: true, Milliseconds: 0 });
        Assert.Equal(30, media.Frames.Count(frame => frame.IsPicture));
        Assert.Contains(media.Frames, frame => !frame.IsPicture);
    }

    [Fact]
    public void FileThatIsNone_IsToldInWords()
    {
        string missing = Path.Combine(Path.GetTempPath(), "there-is-no-such-file.flv");
        Assert.Contains(missing, Assert.Throws<LoadException>(() => LoadMedia.Read(missing)).Message, StringComparison.Ordinal);
        string sound = Path.Combine(TestData.Folder, "flv", "ruffle", "audio_aac_tone_mono_44100hz.flv");
        Assert.Contains("no H.264", Assert.Throws<LoadException>(() => LoadMedia.Read(sound)).Message, StringComparison.Ordinal);
    }
}
