using System.Diagnostics;
using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>The program is halted as when its machine sleeps, and goes on: SIGSTOP and SIGCONT. Needs ffmpeg and go.</summary>
[Trait(LongRun.Trait, LongRun.Full)]
[Collection(Lane.Alone)]
public sealed class StandstillTests
{
    /// <summary>Longer than a WebRTC peer consents without an answer, and than a publisher of RTMP may be silent.</summary>
    private static readonly TimeSpan Halt = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FirstSeconds = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task ProgramStandsStill_WhoIsGoneEndsTheOthersGoOnAndANewPublisherWorksAtOnce()
    {
        string file = await TestMedia.ShareFlvAsync(60, 640, 360, TestMedia.EncoderH264(bFrames: 0));
        PublisherMedia media = await PublisherMedia.CreateAsync(320, 180, "300k");
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using FfmpegEncoder encoder = await FfmpegEncoder.PublishAsync(gateway, file, gateway.RtmpAddress("encoder"), endless: true);
        await using StackPublisher browser = await StackPublisher.StartPionAsync(media, sessions: 1);
        await browser.PublishAsync(gateway, ["browser"]);
        using RtmpPlayer player = RtmpPlayer.Start(gateway.RtmpAddress("encoder"));
        await Wait.UntilAsync(() => player.Messages.Count(message => message.IsPicture) > 30, Patience, () => "pictures");

        await gateway.HaltAsync();
        await Task.Delay(Halt, TestContext.Current.CancellationToken);
        int before = player.Messages.Count;
        long resumed = RtmpPlayer.Now();
        await gateway.ResumeAsync();

        long asked = Stopwatch.GetTimestamp();
        using RtmpTagPublisher newcomer = RtmpTagPublisher.Start(gateway.RtmpAddress("newcomer"), file);
        await Wait.UntilAsync(() => !newcomer.SentAt.IsEmpty, Patience, () => $"a new publisher:\n{gateway.Log}");
        double admitted = Stopwatch.GetElapsedTime(asked).TotalMilliseconds;
        using RtmpPlayer newViewer = RtmpPlayer.Start(gateway.RtmpAddress("newcomer"));
        await Wait.UntilAsync(() => newViewer.Messages.Any(message => message.IsPicture), Patience, () => $"a picture of the new publisher:\n{gateway.Log}");
        await Wait.UntilAsync(
            () => player.Messages.Any(message => message.IsPicture && message.CompleteAt > resumed + (4 * FirstSeconds.Ticks * 100)),
            Patience,
            () => $"pictures of the old one:\n{gateway.Log}");
        await gateway.WaitForEndOfStreamAsync("browser", Patience);

        RtmpMessage[] after = [.. player.Messages.Skip(before).Where(message => message.IsPicture)];
        RtmpMessage[] first = [.. after.Where(message => message.CompleteAt < resumed + (FirstSeconds.Ticks * 100))];
        Measurements.Note(
            $"halted for {Halt.TotalSeconds:0} s: another publisher after {admitted:0} ms; the old viewer's first picture {(after[0].CompleteAt - resumed) / 1e6:0} ms after the end, "
            + $"{first.Length} pictures of {(first[^1].Timestamp - first[0].Timestamp) / 1000.0:0.0} s of media in the first {FirstSeconds.TotalSeconds:0} s");
        uint[] stamps = [.. after.Select(picture => picture.Timestamp)];
        Assert.Equal(stamps.Order(), stamps);
        Assert.InRange(admitted, 0, Limits.Time(1000));
        Assert.DoesNotContain("fail:", gateway.Log);
    }
}
