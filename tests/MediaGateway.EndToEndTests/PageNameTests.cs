using MediaGateway.EndToEndTests.Browser;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>The name under which a page publishes: taken, and free again. Needs chromium and ffmpeg.</summary>
[Collection(Lane.Browser)]
public sealed class PageNameTests
{
    [Fact]
    public async Task StoppedOnThePage_PlayersEndAndTheNameIsFree()
    {
        using WorkFolder folder = new();
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using StreamingPage page = await StreamingPage.OpenAsync(gateway);
        string address = await page.PublishAsync("again");
        string file = folder.File("recording.flv");
        Task recording = FfmpegRecorder.RecordAsync(address, TimeSpan.FromSeconds(60), file);
        await FfmpegRecorder.WaitForMediaAsync(file);

        await page.StopAsync();

        // ffmpeg ends by itself, long before its 60 s, and with status 0.
        await recording.WaitAsync(TimeSpan.FromSeconds(45), TestContext.Current.CancellationToken);
        Assert.Equal(address, await page.PublishAsync("again"));
    }

    [Fact]
    public async Task NameIsTaken_ThePageSaysSoAndTheFirstStreamGoesOn()
    {
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using StreamingPage first = await StreamingPage.OpenAsync(gateway);
        string address = await first.PublishAsync("taken");
        await using StreamingPage second = await StreamingPage.OpenAsync(gateway);

        Assert.Contains("Stream name is already in use", await second.PublishInVainAsync("taken"));

        using RtmpPlayer player = RtmpPlayer.Start(address);
        await Wait.UntilAsync(() => player.Messages.Count(message => message.IsPicture) > 10, TimeSpan.FromSeconds(20), () => "pictures of the first stream");
    }
}
