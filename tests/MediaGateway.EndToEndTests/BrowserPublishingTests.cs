using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Browser;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>A person publishes with Chromium; ffmpeg watches. Needs chromium and ffmpeg 5.1 or newer.</summary>
[Collection(Lane.Alone)]
public sealed class BrowserPublishingTests
{
    private static readonly TimeSpan RecordingLength = TimeSpan.FromSeconds(14);

    [Fact]
    public async Task PublishedFromThePage_FfmpegRecordsItFaultlessly()
    {
        using WorkFolder folder = new();
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using StreamingPage page = await StreamingPage.OpenAsync(gateway);
        string address = await page.PublishAsync("browser");
        Assert.Equal(gateway.RtmpAddress("browser"), address);

        string recording = folder.File("recording.flv");
        string source = folder.File("source.webm");
        await Task.WhenAll(
            FfmpegRecorder.RecordAsync(address, RecordingLength, recording),
            page.RecordSourceAsync(RecordingLength, source));

        DecodedMedia received = await RecordedStream.AssertSoundAsync(recording, RecordingLength.TotalSeconds - 3);
        SentMedia sent = await SentMedia.ReadAsync(page.Browser, folder);
        Assert.Empty(Timeline.GapsNotSent(received.Pictures, 150, sent.TimeByCounter));
        Assert.All(received.Pictures, picture => Assert.NotNull(picture.Counter));

        LipSync recorded = LipSync.Measure(received);
        LipSync own = LipSync.Measure(await DecodedMedia.DecodeAsync(source));
        double againstSource = recorded.Median - own.Median;
        double againstReports = recorded.Median - sent.LipSync.Median;
        Measurements.Note(
            $"lip sync, flash minus beep: recorded {recorded.Median:0.0} ms (spread {recorded.Spread:0.0}); less the source's own "
            + $"{own.Median:0.0} ms: {againstSource:0.0} ms; less {sent.LipSync.Median:0.0} ms by RTP stamps and sender reports: {againstReports:0.0} ms");
        Assert.InRange(recorded.Offsets.Count, 5, 15); // of 14: a busy machine draws some flashes too late to be seen
        Assert.InRange(Math.Abs(againstSource), 0, Limits.Time(15) + own.Spread);
        Assert.InRange(recorded.Spread, 0, Limits.Time(40) + sent.LipSync.Spread);
        Assert.InRange(Math.Abs(againstReports), 0, Limits.Time(5) + (sent.LipSync.Spread / 2));
    }

    [Fact]
    public async Task PlayerJoins_FirstPictureAndFirstSoundComeTogetherAndSoon()
    {
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using StreamingPage page = await StreamingPage.OpenAsync(gateway);
        string address = await page.PublishAsync("join");

        // The very first viewer, and one that finds everything running.
        foreach (string viewer in (string[])["first viewer", "second viewer"])
        {
            using RtmpPlayer player = RtmpPlayer.Start(address);
            await Wait.UntilAsync(
                () => player.Messages.Any(message => message.IsPicture) && player.Messages.Any(message => message.IsSound),
                TimeSpan.FromSeconds(10),
                () => $"picture and sound; received message types: {string.Join(' ', player.Messages.Select(message => message.Type))}");
            RtmpMessage picture = player.Messages.First(message => message.IsPicture);
            RtmpMessage sound = player.Messages.First(message => message.IsSound);

            double pictureAfter = (picture.CompleteAt - player.PlaySentAt) / 1e6;
            double soundAfter = (sound.CompleteAt - player.PlaySentAt) / 1e6;
            Measurements.Note(
                $"{viewer}: first picture {pictureAfter:0} ms and first sound {soundAfter:0} ms after play; stamps {picture.Timestamp} and {sound.Timestamp} ms");
            Assert.True(picture.IsKeyframe, "The first picture is no keyframe.");
            Assert.InRange(pictureAfter, 0, Limits.Time(2500));
            Assert.InRange(soundAfter, 0, Limits.Time(2500));
            Assert.InRange(Math.Abs((double)picture.Timestamp - sound.Timestamp), 0, Limits.Time(500));
        }
    }
}
