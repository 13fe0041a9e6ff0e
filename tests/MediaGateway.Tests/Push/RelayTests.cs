using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Push;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using MediaGateway.Tests.Servers.Rtmp;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Push;

/// <summary>One gateway pushes to another, as both are shipped.</summary>
public sealed class RelayTests
{
    private static readonly Action<IServiceCollection> WithPush = services =>
    {
        services.AddPush();
        services.Configure<MediaGateway.Configuration.PushOptions>(options => options.AllowPrivateAddresses = true);
    };

    [Fact]
    public async Task GatewayToGateway_EveryFrameAndTheMetadataArrive()
    {
        var buffers = new BufferPool();
        await using RtmpServerHost receiver = await RtmpServerHost.StartAsync(buffers);
        await using var sender = new PushHost();
        EncodedStream media = await EncodedStream.CreateAsync(3);
        PublishLease lease = sender.Publish("a", ExpectedTracks.AudioAndVideo);
        StreamPush push = sender.Push("a", receiver.UrlOf("copy"));
        await PushHost.UntilAsync(push, PushState.Publishing);
        await PushHost.UntilAsync(() => receiver.Streams.Find(TestHub.Key("copy")) is not null, "the copy is published");
        LiveStream copy = receiver.Streams.Find(TestHub.Key("copy"))!;
        var outlet = new RecordingOutlet();
        copy.Attach(outlet, new SubscriptionOptions(AudioPreference.Aac, StartPoint.CachedGroup));
        const int Offset = 3_600_000;
        foreach (EncodedStream.Unit unit in media.Units)
        {
            lease.Publish(EncodedStream.Frame(unit with { Stamp = unit.Stamp + Offset }, sender.Buffers, sender.Clock.Now));
        }

        lease.Dispose();
        await PushHost.UntilAsync(() => outlet.Ends.Count == 1, "the copy ends with the stream");
        EncodedStream.Unit first = media.Units.First(unit => unit.Format.Kind == TrackKind.Video);
        string[] expected =
        [
            .. media.Units.Where(unit => unit.Stamp >= first.Stamp)
                .Select(unit => $"{(unit.Format.Kind == TrackKind.Audio ? "A" : unit.IsKeyframe ? "K" : "D")}{unit.Stamp - first.Stamp}"),
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), outlet.Frames.Order(StringComparer.Ordinal));
        Assert.Equal(StreamEndReason.Unpublished, outlet.Ends[0]);
    }

    [Fact]
    public async Task Loop_IsRefusedAfterOneRound()
    {
        var buffers = new BufferPool();
        await using RtmpServerHost one = await RtmpServerHost.StartAsync(buffers, services: WithPush);
        await using RtmpServerHost other = await RtmpServerHost.StartAsync(buffers, services: WithPush);
        var frames = new PushFrames(buffers);
        using PublishLease lease = one.Publish("a", ExpectedTracks.Video);
        lease.Publish(frames.Key(0));
        one.Pushes.Start(PushTarget.Create(TestHub.Key("a"), other.UrlOf("b"), isFullUrl: true, out _)!, out StreamPush? there);
        await PushHost.UntilAsync(there!, PushState.Publishing);
        other.Pushes.Start(PushTarget.Create(TestHub.Key("b"), one.UrlOf("c"), isFullUrl: true, out _)!, out StreamPush? back);
        await PushHost.UntilAsync(back!, PushState.WaitingToRetry);
        Assert.Contains("the relay is a loop", back!.Reason, StringComparison.Ordinal);
        Assert.Null(one.Streams.Find(TestHub.Key("c")));
        Assert.Equal(PushState.Publishing, there!.State);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("a,b,c,d", null)]
    [InlineData("us", "loop")]
    [InlineData("a,us,b", "loop")]
    [InlineData("a,b,c,d,e", "more than 4")]
    public void Path_IsRefusedWhenWeAreInItOrItIsTooLong(string? path, string? words)
    {
        string? refusal = RelayPath.Refuse(path, "us");
        Assert.Equal(words is null, refusal is null);
        Assert.Contains(words ?? "", refusal ?? "", StringComparison.Ordinal);
        Assert.NotNull(RelayPath.Refuse(new string('x', RelayPath.MaximumLength + 1), "us"));
    }
}
