using MediaGateway.Diagnostics.Export;
using MediaGateway.Streams;
using MediaGateway.Tests.Api;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Diagnostics.Export;

public sealed class StreamMetricsTests
{
    [Fact]
    public async Task EveryStream_HasItsFiguresUntilItEnds()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        PublishLease lease = host.Publish("a", tracks: ExpectedTracks.AudioAndVideo);
        var frames = new TestFrames(host.Buffers);
        lease.Publish(frames.Key(0));
        lease.Publish(frames.Sound(0));
        lease.Stream.AddViewers(2);
        lease.Stream.Drops.Add(StreamDropReason.SlowViewer, 5);
        lease.Stream.Drops.Add(StreamDiscard.HlsSegments, 2);
        string text = (await host.GetAsync("/metrics")).Text;
        Assert.Contains("\nmediagateway_stream_viewers{stream=\"live/a\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("\nmediagateway_stream_keyframe_age_seconds{stream=\"live/a\"} ", text, StringComparison.Ordinal);
        Assert.Contains("\nmediagateway_stream_skew_seconds{stream=\"live/a\"} ", text, StringComparison.Ordinal);
        Assert.Contains("\nmediagateway_stream_queue{stream=\"live/a\",queue=\"outlets\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("\nmediagateway_stream_frames_dropped_total{stream=\"live/a\",reason=\"slow_viewer\"} 5\n", text, StringComparison.Ordinal);
        Assert.Contains("\nmediagateway_frames_dropped_total{reason=\"slow_viewer\"} 5\n", text, StringComparison.Ordinal);
        Assert.Contains("\nmediagateway_stream_discarded_total{stream=\"live/a\",what=\"hls_segments\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("\nmediagateway_discarded_total{what=\"hls_segments\"} 2\n", text, StringComparison.Ordinal);
        lease.Stream.AddViewers(-2);
        lease.Dispose();
    }

    [Fact]
    public void EveryReason_HasAWordOfItsOwnThatTheDocumentNames()
    {
        string document = File.ReadAllText(RepositoryFiles.PathOf("docs/operations.md"));
        string[] words =
        [
            .. Enum.GetValues<StreamDropReason>().Select(StreamDrops.WordFor),
            .. Enum.GetValues<StreamDiscard>().Select(StreamDrops.WordFor),
        ];
        Assert.Equal(words.Length, words.Distinct().Count());
        Assert.Equal([], words.Where(word => !document.Contains($"`{word}`", StringComparison.Ordinal)));
    }

    [Fact]
    public void StreamsBeyondThoseWithNames_AreOneWithTheSumsAndTheWorstTimes()
    {
        StreamFigures merged = StreamFigures.Merge([Figures("live/a", skew: -0.5, age: 1, drops: 3), Figures("live/b", skew: 0.2, age: null, drops: 4)]);
        Assert.Equal((StreamFigures.Others, 2, -0.5, 1, 7), (merged.Name, merged.Viewers, merged.Skew, merged.KeyframeAge, merged.Drops["slow_disk"]));
        Assert.Null(merged.BridgeDelay);
    }

    [Fact]
    public async Task NoPlacesForNames_NoNameIsTold()
    {
        await using ApiHost host = await ApiHost.StartAsync(("Metrics:LabelledStreams", "0"));
        using PublishLease first = host.Publish("a");
        using PublishLease second = host.Publish("b");
        string text = (await host.GetAsync("/metrics")).Text;
        Assert.DoesNotContain("live/", text, StringComparison.Ordinal);
        Assert.Contains("\nmediagateway_stream_viewers{stream=\"(others)\"} 0\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Skew_IsHowMuchLaterTheSoundComes()
    {
        var skew = new TrackSkew();
        skew.NotePicture(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(100));
        Assert.Null(skew.Value);
        skew.NoteSound(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(100.3));
        Assert.Equal(0.3, skew.Value!.Value.TotalSeconds, 6);
        skew.Clear();
        Assert.Null(skew.Value);
    }

    private static StreamFigures Figures(string name, double? skew, double? age, long drops) => new()
    {
        Name = name,
        Viewers = 1,
        BitsPerSecond = 1,
        Skew = skew,
        KeyframeAge = age,
        WaitingForOutlets = 0,
        WaitingForBridges = 0,
        BridgeDelay = null,
        Drops = new Dictionary<string, long> { ["slow_disk"] = drops },
    };
}
