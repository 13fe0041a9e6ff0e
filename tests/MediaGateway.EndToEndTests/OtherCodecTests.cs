using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Browser;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>Browsers that cannot send H.264: Chromium made to have one other codec publishes, and players of RTMP get H.264.</summary>
[Collection(Lane.Browser)]
public sealed class OtherCodecTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RecordingLength = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task OnlyVp8_VlcPlaysItAndFfmpegFindsItFaultless()
    {
        using WorkFolder folder = new();
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using StreamingPage page = await OpenAsync(gateway, "VP8");
        Assert.Contains("VP8", await page.Browser.Page.EvaluateAsync<string>("document.body.innerText"));
        string address = await page.PublishAsync("vp8");

        await using VlcPlayer vlc = await VlcPlayer.StartAsync(address);
        VlcPlayer.Statistics played = await vlc.StatisticsAsync();
        await Wait.UntilAsync(
            async () => (played = await vlc.StatisticsAsync()).FramesDisplayed >= 60, Patience, () => $"60 pictures in VLC: {played}");
        Assert.Empty(vlc.DecoderErrors);

        string recording = folder.File("recording.flv");
        string source = folder.File("source.webm");
        await Task.WhenAll(
            FfmpegRecorder.RecordAsync(address, RecordingLength, recording), page.RecordSourceAsync(RecordingLength, source));
        DecodedMedia received = await RecordedStream.AssertSoundAsync(recording, RecordingLength.TotalSeconds - 3);
        int[] numbers = [.. received.Pictures.Select(picture => picture.Counter!.Value)]; // Every picture can be read: none is broken.
        Assert.Equal(numbers.Order(), numbers);
        LipSync recorded = LipSync.Measure(received);
        LipSync own = LipSync.Measure(await DecodedMedia.DecodeAsync(source));
        double error = recorded.Median - own.Median;
        Measurements.Note(
            $"VP8 made H.264: {numbers.Length} pictures; lip sync, flash minus beep: {recorded.Median:0.0} ms (spread {recorded.Spread:0.0}); less the source's own "
            + $"{own.Median:0.0} ms: {error:0.0} ms");
        Assert.InRange(Math.Abs(error), 0, Limits.Time(15) + own.Spread);
    }

    [Theory]
    [InlineData("VP9", Traits = [LongRun.Trait, LongRun.Full])]
    [InlineData("AV1", Traits = [LongRun.Trait, LongRun.Full])]
    public async Task OnlyAnotherOne_PlayersOfRtmpGetH264(string codec)
    {
        using WorkFolder folder = new();
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using StreamingPage page = await OpenAsync(gateway, codec);
        string address = await page.PublishAsync("other");

        string recording = folder.File("recording.flv");
        await FfmpegRecorder.RecordAsync(address, TimeSpan.FromSeconds(5), recording);
        DecodedMedia received = await RecordedStream.AssertSoundAsync(recording, 3);
        Assert.InRange(received.Pictures.Count, 45, int.MaxValue);
    }

    [Fact]
    public async Task SwitchedOff_ThePageSaysWhatIsMissing()
    {
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(new Dictionary<string, string?> { ["Video:AcceptOtherCodecs"] = "false" });
        await using StreamingPage page = await OpenAsync(gateway, "VP8");

        Assert.Contains("H.264", await page.PublishInVainAsync("refused"));
    }

    /// <summary>The page in a browser that can send one codec of pictures only.</summary>
    private static async Task<StreamingPage> OpenAsync(GatewayProcess gateway, string codec)
    {
        Chromium browser = await Chromium.StartAsync();
        await browser.Page.AddScriptAsync($$"""
            {
              const capabilities = RTCRtpSender.getCapabilities.bind(RTCRtpSender);
              const isKept = ({ mimeType }) => /\/(rtx|{{codec}})$/i.test(mimeType);
              RTCRtpSender.getCapabilities = (kind) => kind === 'video'
                ? { ...capabilities(kind), codecs: capabilities(kind).codecs.filter(isKept) }
                : capabilities(kind);
            }
            """);
        return await StreamingPage.OpenAsync(gateway, browser);
    }
}
