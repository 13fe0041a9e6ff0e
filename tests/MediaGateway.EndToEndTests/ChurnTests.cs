using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>Ten thousand times an encoder comes, is watched, and goes. Needs ffmpeg.</summary>
[Trait(LongRun.Trait, LongRun.Full)]
[Collection(Lane.Alone)]
public sealed class ChurnTests
{
    private const int Rounds = 10_000;
    private const int WarmUp = 2000;
    private const int AtOnce = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task PublishersAndViewersComeAndGoTenThousandTimes_NothingGrows()
    {
        string file = await TestMedia.ShareFlvAsync(2, 160, 90, TestMedia.EncoderH264(bFrames: 0));
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(new Dictionary<string, string?>
        {
            ["Rtmp__WaitForPublisher"] = "00:00:20",
            ["Streams__ReconnectGrace"] = "00:00:01",
            ["Streams__MaximumStreams"] = "10000",
        });
        int files = gateway.OpenFiles;
        await TurnAsync(gateway, file, from: 0, WarmUp);
        long warm = gateway.ResidentBytes;
        await TurnAsync(gateway, file, from: WarmUp, Rounds - WarmUp);
        double megabytes = (gateway.ResidentBytes - warm) / 1e6 / ((Rounds - WarmUp) / 1000);
        await Wait.UntilAsync(() => gateway.OpenFiles <= files + 8, Patience, () => $"{files} open files; there are {gateway.OpenFiles}");
        Measurements.Note($"{Rounds} publishers and viewers came and went, {AtOnce} at once: memory {megabytes:+0.00;-0.00} MB for each thousand after the first {WarmUp}; open files {files} before, {gateway.OpenFiles} after");
        Assert.InRange(megabytes, double.MinValue, Limits.Time(1));
        Assert.Empty(gateway.Errors);
    }

    // Each stream has a name of its own: one that comes before the gateway has seen the last one go would be refused.
    private static Task TurnAsync(GatewayProcess gateway, string file, int from, int rounds) => Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async worker =>
    {
        for (int round = from + worker; round < from + rounds; round += AtOnce)
        {
            string address = gateway.RtmpAddress($"churn{round}");
            using RtmpTagPublisher publisher = RtmpTagPublisher.Start(address, file);
            using RtmpPlayer player = RtmpPlayer.Start(address);
            await Wait.UntilAsync(() => !publisher.SentAt.IsEmpty && player.Messages.Any(message => message.IsPicture), Patience, () => $"a picture in round {round}:\n{gateway.Log}");
        }
    }));
}
