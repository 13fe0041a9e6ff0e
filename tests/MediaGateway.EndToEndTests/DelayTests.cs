using System.Collections.Concurrent;
using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>The delay that the gateway adds, seen from outside: a Pion publisher and a measuring player, no browser.</summary>
[Collection(Lane.Alone)]
public sealed class DelayTests
{
    private const int OpusMilliseconds = 20;
    private const int Pictures = 330;

    [Fact]
    public async Task PionPublishes720p30_PicturesAndSoundArriveSoonAfterTheyWereSent()
    {
        using WorkFolder folder = new();
        PublisherMedia media = await PublisherMedia.CreateAsync(1280, 720, "2500k");
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        ConcurrentDictionary<(string Kind, int Index), long> sent = new();
        await using StackPublisher publisher = await StackPublisher.StartPionAsync(media, sessions: 1, report: true);
        publisher.OnSent = (kind, index, nanoseconds) => sent[(kind, index)] = nanoseconds;
        await publisher.PublishAsync(gateway, ["delay"]);
        using RtmpPlayer player = RtmpPlayer.Start(gateway.RtmpAddress("delay"));
        await Wait.UntilAsync(
            () => player.Messages.Count(message => message.IsPicture) > Pictures, TimeSpan.FromSeconds(40), () => $"{Pictures} pictures");

        // What was cached when the player came is as old as it is; the rest came live.
        RtmpMessage[] pictures = [.. player.Messages.Where(message => message.IsPicture)];
        RtmpMessage[] live = [.. pictures.Skip(TestPattern.PictureRate * 3)];
        // What Pion says of what it has sent comes through a pipe, later than the picture itself.
        await Wait.UntilAsync(
            () => sent.Keys.Count(key => key.Kind == "video") > Pictures + TestPattern.PictureRate, TimeSpan.FromSeconds(40), () => "the times of sending");
        double start = StreamStart(live.First(message => message.IsKeyframe), sent);
        double[] video = [.. live.Select(picture =>
            Milliseconds(picture.FirstByteAt - sent[("video", (int)Math.Round((picture.Timestamp - start) * TestPattern.PictureRate / 1000))]))];
        double[] audio = [.. player.Messages
            .Where(message => message.IsSound && message.CompleteAt > live[0].CompleteAt)
            .Select(sound => Milliseconds(sound.FirstByteAt - sent[("audio", (int)Math.Floor((sound.Timestamp - start) / OpusMilliseconds))]))];
        using HttpClient client = new();
        Measurements.Note(
            $"last packet of a picture sent to first byte received: median {Statistics.Median(video):0.00} ms, p95 {Statistics.Percentile(video, 0.95):0.00} ms; "
            + $"sound, packet with its first sample sent to first byte received: median {Statistics.Median(audio):0.0} ms, p95 {Statistics.Percentile(audio, 0.95):0.0} ms; "
            + $"the gateway's own figures: {await client.GetStringAsync(new Uri(gateway.Page, "api/statistics"), TestContext.Current.CancellationToken)}");
        // The middle one: where others take the processor for a while, they have what waited then.
        // Pion notes a picture when its last packet has been sent: on a busy machine that may be when the picture has long been played.
        Assert.InRange(Statistics.Percentile(video, LongRun.IsOn ? 0.95 : 0.5), -Limits.Time(5), Limits.Time(5));
        Assert.InRange(Statistics.Percentile(audio, LongRun.IsOn ? 0.95 : 0.5), 0, Limits.Time(80));
    }

    [Trait(LongRun.Trait, LongRun.Full)]
    [Fact]
    public async Task EncoderPublishes720p30OverRtmp_PicturesAndSoundArriveSoonAfterTheyWereSent()
    {
        using WorkFolder folder = new();
        string file = folder.File("source.flv");
        await TestMedia.EncodeAsync(
            folder, 25, 1280, 720, 0, [.. TestMedia.RealTimeH264(60), "-b:v", "2500k", "-c:a", "aac", "-ac", "2", "-f", "flv", file]);
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        using RtmpTagPublisher publisher = RtmpTagPublisher.Start(gateway.RtmpAddress("delay"), file);
        await gateway.WaitForStreamAsync("delay", TimeSpan.FromSeconds(20), () => "");
        using RtmpPlayer player = RtmpPlayer.Start(gateway.RtmpAddress("delay"));
        await Wait.UntilAsync(
            () => player.Messages.Count(message => message.IsPicture) > Pictures, TimeSpan.FromSeconds(40), () => $"{Pictures} pictures");

        // What was cached when the player came is as old as it is; the rest came live.
        IReadOnlyList<RtmpMessage> messages = player.Messages;
        RtmpMessage first = messages.First(message => message.IsPicture);
        RtmpMessage[] live = [.. messages.Where(message => message.FirstByteAt > first.FirstByteAt + 3_000_000_000)];
        double[] video = [.. live.Where(message => message.IsPicture).Select(picture => Milliseconds(picture.CompleteAt - publisher.SentAt[(9, picture.Timestamp)]))];
        double[] audio = [.. live.Where(message => message.IsSound).Select(sound => Milliseconds(sound.CompleteAt - publisher.SentAt[(8, sound.Timestamp)]))];
        Measurements.Note(
            $"RTMP to RTMP, last byte sent to last byte received: pictures median {Statistics.Median(video):0.00} ms, p95 {Statistics.Percentile(video, 0.95):0.00} ms; "
            + $"sound median {Statistics.Median(audio):0.00} ms, p95 {Statistics.Percentile(audio, 0.95):0.00} ms; "
            + $"first picture {Milliseconds(first.FirstByteAt - player.PlaySentAt):0.0} ms after play");
        Assert.InRange(Statistics.Percentile(video, 0.95), -1, Limits.Time(5));
        Assert.InRange(Statistics.Percentile(audio, 0.95), -1, Limits.Time(5));
        Assert.InRange(Milliseconds(first.FirstByteAt - player.PlaySentAt), 0, Limits.Time(50));
    }

    private static double Milliseconds(long nanoseconds) => nanoseconds / 1e6;

    // The stamp that picture 0 would have: a keyframe is a picture whose index is a multiple of the group's length, the newest sent before it came.
    private static double StreamStart(RtmpMessage keyframe, ConcurrentDictionary<(string Kind, int Index), long> sent)
    {
        int index = sent
            .Where(entry => entry.Key.Kind == "video" && entry.Key.Index % TestPattern.PictureRate == 0 && entry.Value < keyframe.FirstByteAt)
            .Max(entry => entry.Key.Index);
        return keyframe.Timestamp - (index * 1000.0 / TestPattern.PictureRate);
    }
}
