using MediaGateway.EndToEndTests.Browser;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>VLC 3.0 plays what Chromium publishes.</summary>
[Collection(Lane.Browser)]
public sealed class VlcTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    [Fact]
    public async Task CameraChangesItsResolution_VlcPlaysOn()
    {
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using StreamingPage page = await StreamingPage.OpenAsync(gateway);
        string address = await page.PublishAsync("vlc");
        await using VlcPlayer vlc = await VlcPlayer.StartAsync(address);
        await WaitForPicturesAsync(vlc, 60);

        await page.ResizeAsync(480, 270);
        await WaitForSizeAsync(vlc, "480x270");
        await WaitForPicturesAsync(vlc, 60);
        await page.ResizeAsync(640, 360);
        await WaitForSizeAsync(vlc, "640x360");
        await WaitForPicturesAsync(vlc, 60);

        VlcPlayer.Statistics end = await vlc.StatisticsAsync();
        Measurements.Note($"VLC through two changes of resolution: {end}, decoder errors {vlc.DecoderErrors.Count}");
        Assert.Empty(vlc.DecoderErrors);
        // What it shows too late for want of a processor counts as lost, too; what is really missing makes decoder errors.
        Assert.InRange(end.FramesLost, 0, end.FramesDisplayed);
        Assert.InRange(end.AudioBuffersPlayed, 100, int.MaxValue);
    }

    private static async Task WaitForPicturesAsync(VlcPlayer vlc, int more)
    {
        int before = (await vlc.StatisticsAsync()).FramesDisplayed;
        VlcPlayer.Statistics now = await vlc.StatisticsAsync();
        await Wait.UntilAsync(
            async () => (now = await vlc.StatisticsAsync()).FramesDisplayed >= before + more, Patience, () => $"{more} more pictures than {before}: {now}");
    }

    // VLC names the size of the picture buffer, which may be a few lines larger, and the visible size.
    private static async Task WaitForSizeAsync(VlcPlayer vlc, string size)
    {
        string information = "";
        await Wait.UntilAsync(
            async () => (information = await vlc.InformationAsync()).Contains(size, StringComparison.Ordinal), Patience, () => $"VLC to show {size}:\n{information}");
    }
}
