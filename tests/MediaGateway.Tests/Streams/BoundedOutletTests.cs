using MediaGateway.Diagnostics;
using MediaGateway.Media.Amf;
using MediaGateway.Media.Frames;
using MediaGateway.Streams;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Streams;

public sealed class BoundedOutletTests : IDisposable
{
    private static readonly TimeSpan MaximumAge = TimeSpan.FromSeconds(4);

    private readonly TrackingBufferPool _pool = new();
    private readonly ManualTimeProvider _time = new();
    private readonly TestFrames _frames;
    private readonly BoundedOutlet _outlet;
    private int _wakes;

    public BoundedOutletTests()
    {
        _frames = new TestFrames(_pool);
        _outlet = new BoundedOutlet(MaximumAge, maximumBytes: 10_000, new GatewayClock(_time), () => _wakes++);
    }

    public void Dispose()
    {
        _outlet.Close();
        _pool.Dispose();
    }

    [Fact]
    public void WithinTheBounds_EverythingComesInOrderAndWakes()
    {
        _outlet.Start(new StreamFormats(TestFrames.Picture360, null));
        _outlet.Deliver(_frames.Key(0));
        _outlet.Describe(new StreamMetadata([]));
        _outlet.Deliver(_frames.Delta(40));
        _outlet.End(StreamEndReason.Unpublished);
        Assert.Equal(5, _wakes);
        Assert.Equal("Start K0 Metadata D40 End", TakeAll());
        Assert.Equal(0, _outlet.DroppedFrames);
    }

    [Fact]
    public void TooOld_EverythingBeforeTheNewestKeyframeIsDropped()
    {
        _outlet.Start(new StreamFormats(TestFrames.Picture360, TestFrames.Aac));
        _outlet.Deliver(_frames.Key(0));
        _outlet.Deliver(_frames.AacAt(0, default));
        _outlet.Describe(new StreamMetadata([KeyValuePair.Create<string, AmfValue>("a", new AmfBoolean(true))]));
        _time.Advance(TimeSpan.FromSeconds(2));
        _outlet.Deliver(_frames.Key(2000));
        _outlet.Deliver(_frames.AacAt(96_000, default));
        _time.Advance(MaximumAge - TimeSpan.FromSeconds(2) + TimeSpan.FromMilliseconds(1));
        _outlet.Deliver(_frames.Delta(4001));
        Assert.Equal("Start Metadata K2000 S2000 D4001", TakeAll());
        Assert.Equal(2, _outlet.DroppedFrames);
    }

    [Fact]
    public void ManyDescriptionsThatNobodyTakes_TheNewestStaysAndTheirNumberIsBounded()
    {
        _outlet.Start(new StreamFormats(TestFrames.Picture360, null));
        _outlet.Deliver(_frames.Key(0));
        for (int number = 1; number <= 1000; number++)
        {
            _outlet.Describe(new StreamMetadata([KeyValuePair.Create<string, AmfValue>("number", new AmfNumber(number))]));
            Assert.InRange(_outlet.WaitingFrames, 3, 2 + BoundedOutlet.MaximumDescriptions);
        }

        OutletItem last = default;
        while (_outlet.TryTake(out OutletItem item))
        {
            item.Frame?.Release();
            last = item;
        }

        Assert.Equal(new AmfNumber(1000), last.Metadata?.Properties[0].Value);
    }

    [Fact]
    public void TooManyBytesWithoutAKeyframe_TheNextOneIsAwaited()
    {
        _outlet.Start(new StreamFormats(TestFrames.Picture360, TestFrames.Aac));
        _outlet.Deliver(_frames.Key(0, bytes: 9_000));
        _outlet.Deliver(_frames.Delta(40, bytes: 2_000));
        _outlet.Deliver(_frames.Delta(80));
        _outlet.Deliver(_frames.AacAt(4_800, default));
        Assert.Equal("Start", TakeAll());
        _outlet.Deliver(_frames.Key(120));
        _outlet.Deliver(_frames.AacAt(5_760, default));
        Assert.Equal("K120 S120", TakeAll());
        Assert.Equal(4, _outlet.DroppedFrames);
    }

    [Fact]
    public void SoundAlone_GoesOnWithTheNewest()
    {
        _outlet.Start(new StreamFormats(null, TestFrames.Aac));
        _outlet.Deliver(_frames.AacAt(0, default));
        _time.Advance(MaximumAge + TimeSpan.FromSeconds(1));
        _outlet.Deliver(_frames.AacAt(48_000, default));
        _outlet.Deliver(_frames.AacAt(96_000, default));
        Assert.Equal("Start S1000 S2000", TakeAll());
        Assert.Equal(1, _outlet.DroppedFrames);
    }

    [Fact]
    public void Closed_LetsEverythingGo()
    {
        _outlet.Deliver(_frames.Key(0));
        _outlet.Close();
        _outlet.Deliver(_frames.Key(40));
        Assert.Equal("", TakeAll());
    }

    private string TakeAll()
    {
        var words = new List<string>();
        while (_outlet.TryTake(out OutletItem item))
        {
            words.Add(item.Frame is { } frame
                ? $"{(frame.Kind == TrackKind.Audio ? "S" : frame.IsKeyframe ? "K" : "D")}{frame.Decoding.ToMilliseconds()}"
                : item.Kind.ToString());
            item.Frame?.Release();
        }

        return string.Join(' ', words);
    }
}
