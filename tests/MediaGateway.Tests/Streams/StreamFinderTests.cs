using MediaGateway.Configuration;
using MediaGateway.Media.Memory;
using MediaGateway.Streams;
using Xunit;

namespace MediaGateway.Tests.Streams;

public sealed class StreamFinderTests : IDisposable
{
    private readonly TestHub _hub = new(new BufferPool(), new StreamOptions());
    private readonly Source _deaf = new();
    private readonly Source _source = new();

    public void Dispose() => _hub.Dispose();

    [Fact]
    public void PublishedStream_IsFoundWithoutAQuestionToASource()
    {
        using PublishLease lease = Publish("a");
        Assert.Same(lease.Stream, Find("a").Stream);
        Assert.Empty(_deaf.Asked);
    }

    [Fact]
    public void UnknownName_IsAskedOfEverySource()
    {
        Assert.False(Find("a", "edge1").IsAnswer);
        Assert.Equal(new StreamQuery(TestHub.Key("a"), "edge1"), Assert.Single(_deaf.Asked));
        Assert.Equal(_deaf.Asked, _source.Asked);
    }

    [Fact]
    public void FirstAnswer_Decides()
    {
        _deaf.Answer = StreamSearch.Refused("There is no room.");
        Assert.Equal("There is no room.", Find("a").Refusal);
        Assert.Empty(_source.Asked);
    }

    [Fact]
    public void StreamOnItsWay_IsAPromiseUntilItIsPublished()
    {
        _source.Answer = StreamSearch.Coming(TimeSpan.FromSeconds(5));
        StreamSearch search = Find("a");
        Assert.True(search.IsAnswer);
        Assert.Null(search.Stream);
        Assert.Equal(TimeSpan.FromSeconds(5), search.Patience);

        using PublishLease lease = Publish("a");
        Assert.Same(lease.Stream, Find("a").Stream);
    }

    [Fact]
    public async Task PromiseThatCannotBeKept_IsToldInWordsAtOnce()
    {
        _source.Answer = StreamSearch.Coming(TimeSpan.FromSeconds(5));
        var finder = new StreamFinder(_hub.Registry, [_source]);
        Task<(LiveStream? Stream, string? Refusal)> wait =
            finder.FindAsync(_hub.Registry, new StreamQuery(TestHub.Key("a")), _hub.Time, CancellationToken.None);
        Assert.False(wait.IsCompleted);
        _hub.Registry.GiveUp(TestHub.Key("b"), "Another one.");
        _hub.Registry.GiveUp(TestHub.Key("a"), "The origin is gone.");

        Assert.Equal((null, "The origin is gone."), await wait);
    }

    private StreamSearch Find(string name, string? relayPath = null) =>
        new StreamFinder(_hub.Registry, [_deaf, _source]).Find(new StreamQuery(TestHub.Key(name), relayPath));

    private PublishLease Publish(string name) =>
        _hub.Registry.TryPublish(TestHub.Key(name), ExpectedTracks.Audio, new FakePublisher(), out _)!;

    private sealed class Source : IStreamSource
    {
        public List<StreamQuery> Asked { get; } = [];

        public StreamSearch Answer { get; set; }

        public StreamSearch Find(in StreamQuery query)
        {
            Asked.Add(query);
            return Answer;
        }
    }
}
