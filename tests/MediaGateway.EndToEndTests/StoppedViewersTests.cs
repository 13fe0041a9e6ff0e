using System.Diagnostics;
using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>Two hundred viewers of one stream of 2.5 Mbit/s stop reading: memory, and the delay of one who goes on. Needs ffmpeg.</summary>
[Trait(LongRun.Trait, LongRun.Full)]
[Collection(Lane.Alone)]
public sealed class StoppedViewersTests
{
    private const int Stopped = 200;
    private const int ReceiveBuffer = 8 * 1024;
    private const int BytesOfEach = 500_000;
    private static readonly TimeSpan Phase = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task TwoHundredViewersStopReading_TheyEndAndAnotherOneMissesNothing()
    {
        string[] noise = ["-vf", "noise=alls=24:allf=t", "-b:v", "2500k", "-maxrate", "2500k", "-bufsize", "1000k"];
        string file = await TestMedia.ShareFlvAsync(120, 640, 360, [.. TestMedia.EncoderH264(bFrames: 0), .. noise]);
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(new Dictionary<string, string?> { ["Rtmp__MaximumIdleConnectionsPerAddress"] = "1000" });
        using RtmpTagPublisher publisher = RtmpTagPublisher.Start(gateway.RtmpAddress("good"), file);
        await gateway.WaitForStreamAsync("good", Patience, () => "");
        using RtmpPlayer player = await PlayAsync(gateway, receiveBuffer: null);
        await Task.Delay(Phase, TestContext.Current.CancellationToken);
        (int files, long alone) = (gateway.OpenFiles, gateway.ResidentBytes);
        int from = player.Messages.Count;
        await Task.Delay(Phase, TestContext.Current.CancellationToken);
        double quiet = Delay(publisher, player, ref from);

        RtmpPlayer[] others = await Task.WhenAll(Enumerable.Range(0, Stopped).Select(_ => PlayAsync(gateway, ReceiveBuffer)));
        long playing = gateway.ResidentBytes;
        from = player.Messages.Count;
        Array.ForEach(others, other => other.StopReading());
        long start = Stopwatch.GetTimestamp();
        long most = playing;
        await Wait.UntilAsync(
            () =>
            {
                most = Math.Max(most, gateway.ResidentBytes);
                return gateway.OpenFiles <= files + 4;
            },
            Patience,
            () => $"the end of all who stopped; {gateway.OpenFiles} files are open, {files} before");
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double beside = Delay(publisher, player, ref from);
        Array.ForEach(others, other => other.Dispose());
        await Task.Delay(Phase, TestContext.Current.CancellationToken);
        uint newest = publisher.SentAt.Keys.Where(static tag => tag.Type == 9).Max(static tag => tag.Timestamp);
        await Wait.UntilAsync(() => player.Messages.Last(message => message.IsPicture).Timestamp >= newest, Patience, () => $"picture {newest}:\n{gateway.Log}");
        uint[] stamps = [.. player.Messages.Where(message => message.IsPicture).Select(picture => picture.Timestamp)];
        Measurements.Note(
            $"{Stopped} viewers stop reading: all ended after {seconds:0.0} s; memory {alone / 1e6:0} MB with one viewer, {playing / 1e6:0} with {Stopped + 1}, {most / 1e6:0} at most while they stood, "
            + $"{gateway.ResidentBytes / 1e6:0} {Phase.TotalSeconds:0} s later; p99 of another viewer's delay {quiet:0.0} ms alone, {beside:0.0} ms beside them; it had all {stamps.Length} pictures");
        Assert.All(stamps.Zip(stamps.Skip(1), (one, next) => next - one), step => Assert.InRange(step, 1u, 50u)); // No picture is missing.
        Assert.InRange(most - playing, long.MinValue, Stopped * BytesOfEach);
        Assert.Empty(gateway.Errors);
    }

    private static async Task<RtmpPlayer> PlayAsync(GatewayProcess gateway, int? receiveBuffer)
    {
        RtmpPlayer player = RtmpPlayer.Start(gateway.RtmpAddress("good"), receiveBuffer);
        await Wait.UntilAsync(() => player.Messages.Any(message => message.IsPicture), Patience, () => $"a picture:\n{gateway.Log}");
        return player;
    }

    /// <summary>The delay that one of a hundred pictures exceeds, from the encoder's last byte to the viewer's, in milliseconds.</summary>
    private static double Delay(RtmpTagPublisher publisher, RtmpPlayer player, ref int from)
    {
        RtmpMessage[] pictures = [.. player.Messages.Skip(from).Where(message => message.IsPicture)];
        from = player.Messages.Count;
        double[] delays = [.. pictures.Where(picture => publisher.SentAt.ContainsKey((9, picture.Timestamp)))
            .Select(picture => (picture.CompleteAt - publisher.SentAt[(9, picture.Timestamp)]) / 1e6).Order()];
        return delays[delays.Length * 99 / 100];
    }
}
