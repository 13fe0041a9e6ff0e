using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>WebRTC stacks other than a browser's publish; ffmpeg watches. Needs GStreamer 1.22 and Pion 3.1 of the system's packages.</summary>
[Collection(Lane.Browser)]
public sealed class StackPublishingTests
{
    private const int Publishers = 10;
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(8);

    // By WHIP, WhipConformanceTests lets it publish every time.
    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task GStreamerPublishes_FfmpegRecordsItFaultlessly()
    {
        using WorkFolder folder = new();
        PublisherMedia media = await PublisherMedia.CreateAsync(640, 360, "1M");
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using StackPublisher publisher = StackPublisher.StartGStreamer(media);
        await publisher.PublishAsync(gateway, ["gstreamer"]);

        await AssertFaultlessAsync(gateway.RtmpAddress("gstreamer"), folder.File("gstreamer.flv"), "GStreamer");
    }

    [Fact]
    public async Task PionPublishesAcrossWrappingStamps_FfmpegRecordsItFaultlessly()
    {
        using WorkFolder folder = new();
        PublisherMedia media = await PublisherMedia.CreateAsync(640, 360, "1M");
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using StackPublisher publisher = await StackPublisher.StartPionAsync(media, sessions: 1);
        await publisher.PublishAsync(gateway, ["pion"]);

        await AssertFaultlessAsync(gateway.RtmpAddress("pion"), folder.File("pion.flv"), "Pion");
    }

    /// <summary>Every time means every time.</summary>
    public static TheoryData<int> Rounds => [.. Enumerable.Range(1, 10)];

    // In every run LoadWhipTests publishes several at once, and RealPlayerTests has ten players.
    [Theory]
    [MemberData(nameof(Rounds))]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task TenPublishAtOnce_TenPlayersPlay(int round)
    {
        using WorkFolder folder = new();
        PublisherMedia media = await PublisherMedia.CreateAsync(320, 180, "300k");
        string[] names = [.. Enumerable.Range(0, Publishers).Select(number => $"round-{round}-{number}")];
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using StackPublisher publisher = await StackPublisher.StartPionAsync(media, Publishers);
        await publisher.PublishAsync(gateway, names);

        await Task.WhenAll(names.Select(name => FfmpegRecorder.RecordAsync(gateway.RtmpAddress(name), Length, folder.File($"{name}.flv"))));

        foreach (string name in names)
        {
            DecodedMedia received = await RecordedStream.AssertSoundAsync(folder.File($"{name}.flv"), Length.TotalSeconds - 3);
            Assert.Empty(Timeline.Gaps([.. received.Pictures.Select(picture => picture.Seconds)], Limits.Time(150)));
        }
    }

    // The files' pictures and sound belong exactly together, and no picture is ever left out.
    private static async Task AssertFaultlessAsync(string address, string file, string publisher)
    {
        await FfmpegRecorder.RecordAsync(address, Length, file);

        DecodedMedia received = await RecordedStream.AssertSoundAsync(file, Length.TotalSeconds - 3);
        int period = received.Pictures.Max(picture => picture.Counter!.Value) + 1;
        Assert.All(
            received.Pictures.Zip(received.Pictures.Skip(1)),
            pair => Assert.Equal((pair.First.Counter + 1) % period, pair.Second.Counter % period));
        LipSync sync = LipSync.Measure(received);
        Measurements.Note($"{publisher}: lip sync, flash minus beep {sync.Median:0.0} ms (spread {sync.Spread:0.0}), the source's own 0 ms");
        Assert.InRange(Math.Abs(sync.Median), 0, Limits.Time(15));
        Assert.InRange(sync.Spread, 0, Limits.Time(40));
    }
}
