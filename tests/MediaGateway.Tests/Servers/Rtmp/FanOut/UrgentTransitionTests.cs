using MediaGateway.Servers.Rtmp.FanOut;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp.FanOut;

/// <summary>A viewer goes over to another stream because it must: pictures may be left out.</summary>
public sealed class UrgentTransitionTests : TransitionScene
{
    [Fact]
    public void Urgent_LeavesOutWhatIsLeftOfTheGroupAndSaysSo()
    {
        Run(0, 400, 0, 1);
        Watch(0);
        Socket.Room = 0;
        Run(400, 1200, 0, 1);
        Command(new ViewerCommand(ViewerCommandKind.ChangeStream, Stream: Levels[1].Stream, MessageStreamId: 1, IsUrgent: true));
        Socket.Room = long.MaxValue;
        Run(1200, 1400, 0, 1);

        Sent.Read(Socket);
        Assert.Equal(Times(0, 400, 40).Concat(Times(1000, 1400, 40)), Sent.Pictures);
        Assert.Equal(Times(0, 1400, 20), Sent.Sounds.Order());
        Assert.Equal(15, Viewer.Cursor.DroppedFrames);
        Assert.Single(Owner.Changes);
    }

    [Fact]
    public void Urgent_HoldsBackForASecondAndThenGoesOnAsBefore()
    {
        Run(0, 400, 0, 1);
        Watch(0);
        Command(new ViewerCommand(ViewerCommandKind.ChangeStream, Stream: Levels[1].Stream, MessageStreamId: 1, IsUrgent: true));
        Run(400, 800, 0);
        Assert.Equal(Times(0, 400, 40), Sent.Read(Socket).Pictures);
        Bench.Time.Advance(TimeSpan.FromSeconds(1));
        Run(800, 840, 0);
        Assert.Equal(Times(0, 840, 40), Sent.Read(Socket).Pictures);
        Run(400, 1080, 1);

        Assert.Equal(Times(0, 840, 40).Concat(Times(1000, 1080, 40)), Sent.Read(Socket).Pictures);
    }
}
