using MediaGateway.Media.Frames;
using MediaGateway.Servers.WebRtc;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Servers.WebRtc;

public sealed class ViewerOutletTests : IDisposable
{
    private readonly TrackingBufferPool _pool = new();
    private readonly TestFrames _frames;
    private int _wakes;

    public ViewerOutletTests() => _frames = new TestFrames(_pool);

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void LoopDoesNotFollow_PicturesAreLeftOutUpToAKeyframeThatFits()
    {
        var outlet = new ViewerOutlet(() => _wakes++, wantsPictures: true);
        for (int index = 0; index < ViewerOutlet.MaximumFrames; index++)
        {
            outlet.Deliver(index == 0 ? _frames.Key(0, bytes: 10) : _frames.Delta(index, bytes: 10));
        }

        Assert.Equal(ViewerOutlet.MaximumFrames / 4, outlet.Dropped);
        outlet.Deliver(_frames.Sound(1));
        for (int taken = 0; taken < 100; taken++)
        {
            Take(outlet);
        }

        outlet.Deliver(_frames.Delta(5000));
        outlet.Deliver(_frames.Key(5001));
        outlet.Deliver(_frames.Delta(5002));
        List<MediaFrame> rest = TakeAll(outlet);
        Assert.Equal((ViewerOutlet.MaximumFrames / 4) + 1, outlet.Dropped);
        Assert.Equal([TrackKind.Audio, TrackKind.Video, TrackKind.Video], rest[^3..].Select(frame => frame.Kind));
        Assert.True(rest[^2].IsKeyframe);
        rest.ForEach(frame => frame.Release());
    }

    [Fact]
    public void BytesOfPictures_AreBoundedAndSoundIsNot()
    {
        var outlet = new ViewerOutlet(() => _wakes++, wantsPictures: true);
        const int Bytes = 1024 * 1024;
        for (int index = 0; index < 40; index++)
        {
            outlet.Deliver(_frames.Key(index, Bytes));
            outlet.Deliver(_frames.Sound(index));
        }

        Assert.Equal(40 - (ViewerOutlet.MaximumPictureBytes / Bytes), outlet.Dropped);
        Assert.Equal(40, TakeAllAndRelease(outlet).Count(kind => kind == TrackKind.Audio));
        outlet.Deliver(_frames.Delta(100));
        Assert.Empty(TakeAllAndRelease(outlet));
        outlet.Deliver(_frames.Key(101));
        Assert.Single(TakeAllAndRelease(outlet));
    }

    [Fact]
    public void NothingButSound_IsBoundedToo()
    {
        var outlet = new ViewerOutlet(() => _wakes++, wantsPictures: true);
        for (int index = 0; index < ViewerOutlet.MaximumFrames + 5; index++)
        {
            outlet.Deliver(_frames.Sound(index));
        }

        Assert.Equal(5, outlet.Dropped);
        outlet.Close();
        outlet.Deliver(_frames.Sound(1));
        Assert.False(outlet.TryTake(out _));
    }

    [Fact]
    public void ViewerWithoutPictures_IsNotWokenForThem()
    {
        var outlet = new ViewerOutlet(() => _wakes++, wantsPictures: false);
        outlet.Deliver(_frames.Key(0));
        outlet.Deliver(_frames.Further(TestFrames.FurtherFormat(TrackKind.Audio, 1), 0));
        Assert.Equal(0, _wakes);
        outlet.End(StreamEndReason.Unpublished);
        Assert.Equal(1, _wakes);
        Assert.Equal(StreamEndReason.Unpublished, outlet.EndReason);
    }

    [Fact]
    public void FramesPassThrough_NothingIsAllocated()
    {
        var outlet = new ViewerOutlet(() => _wakes++, wantsPictures: true);
        MediaFrame frame = _frames.Key(0);
        Assert.Equal(0, Allocation.Of(10_000, () => Pass(outlet, frame)));
        frame.Release();
    }

    private static void Pass(ViewerOutlet outlet, MediaFrame frame)
    {
        outlet.Deliver(frame.AddReference());
        outlet.Deliver(frame.AddReference());
        Take(outlet);
        Take(outlet);
    }

    private static void Take(ViewerOutlet outlet)
    {
        Assert.True(outlet.TryTake(out MediaFrame? frame));
        frame!.Release();
    }

    private static List<MediaFrame> TakeAll(ViewerOutlet outlet)
    {
        List<MediaFrame> frames = [];
        while (outlet.TryTake(out MediaFrame? frame))
        {
            frames.Add(frame!);
        }

        return frames;
    }

    private static List<TrackKind> TakeAllAndRelease(ViewerOutlet outlet) =>
    [
        .. TakeAll(outlet).Select(frame =>
        {
            TrackKind kind = frame.Kind;
            frame.Release();
            return kind;
        }),
    ];
}
