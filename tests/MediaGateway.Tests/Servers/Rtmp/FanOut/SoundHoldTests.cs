using MediaGateway.Servers.Rtmp.FanOut;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp.FanOut;

public sealed class SoundHoldTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromMilliseconds(20);

    private readonly SoundHold _hold = new(new FanOutSettings { Coalescing = Bound, CoalescingViewers = 3 });

    [Fact]
    public void Nothing_DoesNotWait()
    {
        Assert.False(_hold.MayWait(3, At(0)));
        Assert.False(_hold.IsOver(At(1000)));
    }

    [Fact]
    public void Sound_WaitsFromItsArrivalUpToTheBound()
    {
        _hold.NoteSound(At(100));

        Assert.True(_hold.MayWait(3, At(100)));
        Assert.True(_hold.MayWait(3, At(119)));
        Assert.False(_hold.IsOver(At(119)));
        Assert.True(_hold.IsOver(At(120)));
        Assert.False(_hold.MayWait(3, At(120)));
    }

    [Fact]
    public void MoreSound_DoesNotPutTheBoundOff()
    {
        _hold.NoteSound(At(100));
        _hold.NoteSound(At(110));

        Assert.Equal(At(120), _hold.Until);
    }

    [Fact]
    public void SoundOutOfACache_DoesNotWait()
    {
        _hold.NoteSound(At(100));
        Assert.False(_hold.MayWait(3, At(2000)));
    }

    [Fact]
    public void SomethingUrgent_TakesTheSoundAlong()
    {
        _hold.NoteSound(At(100));
        _hold.NoteUrgent();
        Assert.False(_hold.MayWait(3, At(100)));

        _hold.Clear();
        _hold.NoteSound(At(110));
        Assert.True(_hold.MayWait(3, At(110)));
    }

    [Fact]
    public void FewViewers_GetItAtOnce()
    {
        _hold.NoteSound(At(100));
        Assert.False(_hold.MayWait(2, At(100)));
    }

    [Fact]
    public void SwitchedOff_NothingWaits()
    {
        var off = new SoundHold(new FanOutSettings());
        off.NoteSound(At(100));
        Assert.False(off.MayWait(1000, At(100)));
    }

    private static TimeSpan At(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
