using MediaGateway.Rtmp.Sessions;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Sessions;

public sealed class PlayDialogueTests
{
    [Fact]
    public void Play_IsAskedOfTheOwnerAndAnswered()
    {
        using RtmpScript script = RtmpScript.Connected(app: "live?token=a%20b");
        script.Send(script.Client.Command("createStream", 0, [null]));
        Assert.Equal(1, script.Next().Values[3].AsNumber);
        script.Send(script.Client.Command("play", 1, null, "x?quality=1", -2000));

        RtmpEvent.PlayRequested request = script.ExpectEvent<RtmpEvent.PlayRequested>();
        Assert.Equal(1u, request.MessageStreamId);
        Assert.Equal(("live", "x"), (request.Url.Application, request.Url.StreamName));
        Assert.Equal("a b", request.Url.App.Parameter("token"));
        Assert.Equal("1", request.Url.Name.Parameter("quality"));
        Assert.Equal(RtmpPlayStart.LiveOrRecorded, request.Start);
        script.ExpectNothing();

        script.Do(session => session.AcceptPlay(1));
        script.Expect("UserControl 0", "onStatus NetStream.Play.Reset", "onStatus NetStream.Play.Start", "|RtmpSampleAccess");
        script.ExpectNothing();
    }
}
