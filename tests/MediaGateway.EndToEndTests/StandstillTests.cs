using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>The program is halted as when its machine sleeps, and goes on: SIGSTOP and SIGCONT. Needs ffmpeg.</summary>
[Trait(LongRun.Trait, LongRun.Full)]
[Collection(Lane.Alone)]
public sealed class StandstillTests
{
    /// <summary>Longer than a publisher of RTMP may be silent.</summary>
    private static readonly TimeSpan Halt = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task ProgramStandsStill_TheEncoderAndItsViewerGoOnAsTheyWere()
    {
        string file = await TestMedia.ShareFlvAsync(60, 640, 360, TestMedia.EncoderH264(bFrames: 0));
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using FfmpegEncoder encoder = await FfmpegEncoder.PublishAsync(gateway, file, gateway.RtmpAddress("encoder"), endless: true);
        using RtmpPlayer player = RtmpPlayer.Start(gateway.RtmpAddress("encoder"));
        await Wait.UntilAsync(() => player.Messages.Count(message => message.IsPicture) > 30, Patience, () => "pictures");

        await gateway.HaltAsync();
        await Task.Delay(Halt, TestContext.Current.CancellationToken);
        int before = player.Messages.Count;
        uint last = player.Messages.Last(message => message.IsPicture).Timestamp;
        long resumed = RtmpPlayer.Now();
        await gateway.ResumeAsync();

        // Pictures of a time after everything that had waited, and after the publisher's limit had it been running.
        uint awaited = last + (uint)(2 * Halt.TotalMilliseconds);
        await Wait.UntilAsync(
            () => player.Messages.Any(message => message.IsPicture && message.Timestamp > awaited),
            Patience,
            () => $"pictures of the time after the standstill; the encoder runs: {encoder.IsRunning}; the gateway said:\n{gateway.Log}");

        RtmpMessage[] after = [.. player.Messages.Skip(before).Where(message => message.IsPicture)];
        Measurements.Note(
            $"halted for {Halt.TotalSeconds:0} s: the viewer's first picture {(after[0].CompleteAt - resumed) / 1e6:0} ms after the end, "
            + $"{after.Length} pictures of {(after[^1].Timestamp - last) / 1000.0:0.0} s in the {(after[^1].CompleteAt - resumed) / 1e9:0.0} s that followed");
        Assert.True(encoder.IsRunning, $"The encoder was cut off:\n{gateway.Log}");
        uint[] stamps = [.. after.Select(picture => picture.Timestamp)];
        Assert.All(stamps.Prepend(last).Zip(stamps), static step => Assert.True(step.First < step.Second, $"{step.Second} after {step.First}"));
        Assert.Contains("The program stood still for", gateway.Log, StringComparison.Ordinal);
        Assert.Empty(gateway.Errors);
    }
}
