using MediaGateway.Diagnostics;
using MediaGateway.Media.Amf;
using MediaGateway.Media.Frames;
using MediaGateway.Push;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Push;

public sealed class PushFeedTests : IDisposable
{
    private static readonly TimeSpan MaximumAge = TimeSpan.FromSeconds(4);

    private readonly TrackingBufferPool _pool = new();
    private readonly ManualTimeProvider _time = new();
    private readonly TestFrames _frames;
    private readonly PushFeed _feed;
    private int _wakes;

    public PushFeedTests()
    {
        _frames = new TestFrames(_pool);
        _feed = new PushFeed(MaximumAge, maximumBytes: 10_000, new GatewayClock(_time), () => _wakes++);
    }

    public void Dispose()
    {
        _feed.Close();
        _pool.Dispose();
    }

    [Fact]
    public void WithinTheBounds_EverythingComesInOrderAndWakes()
    {
        _feed.Start(new StreamFormats(TestFrames.Picture360, null));
        _feed.Deliver(_frames.Key(0));
        _feed.Describe(new StreamMetadata([]));
        _feed.Deliver(_frames.Delta(40));
        _feed.End(StreamEndReason.Unpublished);
        Assert.Equal(5, _wakes);
        Assert.Equal("Start K0 Metadata D40 End", TakeAll());
        Assert.Equal(0, _feed.DroppedFrames);
    }

    [Fact]
    public void TooOld_EverythingBeforeTheNewestKeyframeIsDropped()
    {
        _feed.Start(new StreamFormats(TestFrames.Picture360, TestFrames.Aac));
        _feed.Deliver(_frames.Key(0));
        _feed.Deliver(_frames.AacAt(0, default));
        _feed.Describe(new StreamMetadata([KeyValuePair.Create<string, AmfValue>("a", new AmfBoolean(true))]));
        _time.Advance(TimeSpan.FromSeconds(2));
        _feed.Deliver(_frames.Key(2000));
        _feed.Deliver(_frames.AacAt(96_000, default));
        _time.Advance(MaximumAge - TimeSpan.FromSeconds(2) + TimeSpan.FromMilliseconds(1));
        _feed.Deliver(_frames.Delta(4001));
        Assert.Equal("Start Metadata K2000 S2000 D4001", TakeAll());
        Assert.Equal(2, _feed.DroppedFrames);
    }

    [Fact]
    public void TooManyBytesWithoutAKeyframe_TheNextOneIsAwaited()
    {
        _feed.Start(new StreamFormats(TestFrames.Picture360, TestFrames.Aac));
        _feed.Deliver(_frames.Key(0, bytes: 9_000));
        _feed.Deliver(_frames.Delta(40, bytes: 2_000));
        _feed.Deliver(_frames.Delta(80));
        _feed.Deliver(_frames.AacAt(4_800, default));
        Assert.Equal("Start", TakeAll());
        _feed.Deliver(_frames.Key(120));
        _feed.Deliver(_frames.AacAt(5_760, default));
        Assert.Equal("K120 S120", TakeAll());
        Assert.Equal(4, _feed.DroppedFrames);
    }

    [Fact]
    public void SoundAlone_GoesOnWithTheNewest()
    {
        _feed.Start(new StreamFormats(null, TestFrames.Aac));
        _feed.Deliver(_frames.AacAt(0, default));
        _time.Advance(MaximumAge + TimeSpan.FromSeconds(1));
        _feed.Deliver(_frames.AacAt(48_000, default));
        _feed.Deliver(_frames.AacAt(96_000, default));
        Assert.Equal("Start S1000 S2000", TakeAll());
        Assert.Equal(1, _feed.DroppedFrames);
    }

    [Fact]
    public void Closed_LetsEverythingGo()
    {
        _feed.Deliver(_frames.Key(0));
        _feed.Close();
        _feed.Deliver(_frames.Key(40));
        Assert.Equal("", TakeAll());
    }

    private string TakeAll()
    {
        var words = new List<string>();
        while (_feed.TryTake(out PushFeedItem item))
        {
            words.Add(item.Frame is { } frame
                ? $"{(frame.Kind == TrackKind.Audio ? "S" : frame.IsKeyframe ? "K" : "D")}{frame.Decoding.ToMilliseconds()}"
                : item.Kind.ToString());
            item.Frame?.Release();
        }

        return string.Join(' ', words);
    }
}
