using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Streams;
using MediaGateway.Testing;
using Microsoft.Extensions.Options;
using Xunit;

namespace MediaGateway.Tests.Streams;

public class StreamRegistryTests
{
    private readonly StreamRegistry _registry = new(Options.Create(new StreamOptions { MaximumStreams = 3 }), new GatewayClock(new ManualTimeProvider()));

    [Fact]
    public void TakenName_IsRefusedUntilTheLeaseIsDisposed()
    {
        PublishLease? first = Publish("a", out string? refusal);
        Assert.NotNull(first);
        Assert.Null(refusal);
        Assert.Same(first.Stream, _registry.Find(Key("a")));

        Assert.Null(Publish("a", out refusal));
        Assert.Equal("Stream name is already in use", refusal);

        first.Dispose();
        Assert.Null(_registry.Find(Key("a")));
        Assert.NotNull(Publish("a", out _));
    }

    [Fact]
    public void LeaseDisposedTwice_LeavesTheNextPublisherAlone()
    {
        PublishLease first = Publish("a", out _)!;
        first.Dispose();
        PublishLease second = Publish("a", out _)!;
        first.Dispose();
        Assert.Same(second.Stream, _registry.Find(Key("a")));
    }

    [Fact]
    public void StreamOverTheLimit_IsRefusedUntilOneEnds()
    {
        PublishLease[] leases = [Publish("a", out _)!, Publish("b", out _)!, Publish("c", out _)!];
        Assert.Null(Publish("d", out string? refusal));
        Assert.Equal("The gateway already carries 3 streams", refusal);
        leases[1].Dispose();
        Assert.NotNull(Publish("d", out _));
        Assert.Equal(3, _registry.Streams.Count);
    }

    [Fact]
    public void TwoPublishersAtOnce_ExactlyOneWins()
    {
        using var barrier = new Barrier(2);
        for (int round = 0; round < 1000; round++)
        {
            PublishLease?[] leases = new PublishLease?[2];
            string?[] refusals = new string?[2];
            var rival = new Thread(() => Race(1));
            rival.Start();
            Race(0);
            rival.Join();

            int winner = leases[0] is not null ? 0 : 1;
            Assert.NotNull(leases[winner]);
            Assert.Null(leases[1 - winner]);
            Assert.Equal(StreamRegistry.NameInUse, refusals[1 - winner]);
            leases[winner]!.Dispose();
            Assert.Empty(_registry.Streams);

            void Race(int index)
            {
                barrier.SignalAndWait();
                leases[index] = Publish("raced", out refusals[index]);
            }
        }
    }

    private static StreamKey Key(string name)
    {
        Assert.True(StreamKey.TryCreate(StreamKey.DefaultApplication, name, out StreamKey key, out _));
        return key;
    }

    private PublishLease? Publish(string name, out string? refusal) =>
        _registry.TryPublish(Key(name), ExpectedTracks.AudioAndVideo, new FakePublisher(), out refusal);
}
