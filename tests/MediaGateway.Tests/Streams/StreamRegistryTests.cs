using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Memory;
using MediaGateway.Streams;
using Xunit;

namespace MediaGateway.Tests.Streams;

public sealed class StreamRegistryTests : IDisposable
{
    private readonly TestHub _hub = new(new BufferPool(), new StreamOptions { MaximumStreams = 3 });

    private StreamRegistry Registry => _hub.Registry;

    public void Dispose() => _hub.Dispose();

    [Fact]
    public void TakenName_IsRefusedUntilTheLeaseIsDisposed()
    {
        PublishLease? first = Publish("a", out string? refusal);
        Assert.NotNull(first);
        Assert.Null(refusal);
        Assert.Same(first.Stream, Registry.Find(TestHub.Key("a")));

        Assert.Null(Publish("a", out refusal));
        Assert.Equal("Stream name is already in use", refusal);

        first.Dispose();
        Assert.Null(Registry.Find(TestHub.Key("a")));
        Assert.NotNull(Publish("a", out _));
    }

    [Fact]
    public void LeaseDisposedTwice_LeavesTheNextPublisherAlone()
    {
        PublishLease first = Publish("a", out _)!;
        first.Dispose();
        PublishLease second = Publish("a", out _)!;
        first.Dispose();
        Assert.Same(second.Stream, Registry.Find(TestHub.Key("a")));
    }

    [Fact]
    public void StreamOverTheLimit_IsRefusedUntilOneEnds()
    {
        PublishLease[] leases = [Publish("a", out _)!, Publish("b", out _)!, Publish("c", out _)!];
        Assert.Null(Publish("d", out string? refusal));
        Assert.Equal("The gateway already carries 3 streams", refusal);
        leases[1].Dispose();
        Assert.NotNull(Publish("d", out _));
        Assert.Equal(3, Registry.Streams.Count);
    }

    [Fact]
    public void EndAll_AsksEveryPublisher()
    {
        var publishers = new FakePublisher[] { new(), new() };
        using PublishLease first = _hub.Publish("a", publishers[0]);
        using PublishLease second = _hub.Publish("b", publishers[1]);
        Registry.EndAll(SessionEndReason.ServerShutdown, "test");
        Assert.All(publishers, publisher => Assert.Equal(SessionEndReason.ServerShutdown, publisher.Ended));
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
            Assert.Empty(Registry.Streams);

            void Race(int index)
            {
                barrier.SignalAndWait();
                leases[index] = Publish("raced", out refusals[index]);
            }
        }
    }

    private PublishLease? Publish(string name, out string? refusal) =>
        Registry.TryPublish(TestHub.Key(name), ExpectedTracks.AudioAndVideo, new FakePublisher(), out refusal);
}
