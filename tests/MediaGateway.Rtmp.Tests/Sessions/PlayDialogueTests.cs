using MediaGateway.Media.Amf;
using MediaGateway.Rtmp.Messages;
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
        script.Expect("UserControl 0", "onStatus NetStream.Play.Reset", "onStatus NetStream.Play.Start");
        RtmpTestMessage access = script.Next();
        Assert.Equal((18, 1u, "|RtmpSampleAccess"), (access.Type, access.MessageStreamId, access.Name));
        Assert.Equal([true, true], access.Values.Skip(1).Select(value => value.AsBoolean).OfType<bool>());
        script.ExpectNothing();
    }

    [Fact]
    public void StatusOfAStream_IsOnItsMessageStreamWithoutTransaction()
    {
        using RtmpScript script = Requested(null, "x");
        script.Do(session => session.AcceptPlay(1));
        Assert.Equal(Wire.Hex("0000 00000001"), script.Next().Body);
        RtmpTestMessage status = script.Next();
        Assert.Equal((20, 1u), (status.Type, status.MessageStreamId));
        Assert.Equal(0, status.Values[1].AsNumber);
        Assert.IsType<AmfNull>(status.Values[2]);
        Assert.Equal("status", ((AmfMap)status.Values[3]).Find("level")?.AsString);
    }

    [Theory]
    [InlineData(null, RtmpPlayStart.LiveOrRecorded, 0)]
    [InlineData(-2.0, RtmpPlayStart.LiveOrRecorded, 0)]
    [InlineData(-2000.0, RtmpPlayStart.LiveOrRecorded, 0)]
    [InlineData(-1.0, RtmpPlayStart.Live, 0)]
    [InlineData(-1000.0, RtmpPlayStart.Live, 0)]
    [InlineData(0.0, RtmpPlayStart.Recorded, 0)]
    [InlineData(5000.0, RtmpPlayStart.Recorded, 5000)]
    [InlineData(1e300, RtmpPlayStart.LiveOrRecorded, 0)]
    [InlineData(double.NaN, RtmpPlayStart.LiveOrRecorded, 0)]
    public void Start_HasFormsInSecondsAndMilliseconds(double? argument, RtmpPlayStart start, long milliseconds)
    {
        using RtmpScript script = RtmpScript.Connected();
        script.Send(script.Client.Command("createStream", 0, [null]));
        script.Expect("_result");
        script.Send(argument is null ? script.Client.Command("play", 1, null, "x") : script.Client.Command("play", 1, null, "x", argument));
        RtmpEvent.PlayRequested request = script.ExpectEvent<RtmpEvent.PlayRequested>();
        Assert.Equal((start, milliseconds, null), (request.Start, request.StartMilliseconds, request.DurationMilliseconds));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(0)]
    public void PlayWithoutReset_IsNotTold(object reset)
    {
        using RtmpScript script = Requested(null, "x", -2000, 1500, reset);
        script.Do(session => session.AcceptPlay(1));
        script.Expect("UserControl 0", "onStatus NetStream.Play.Start", "|RtmpSampleAccess");
    }

    [Fact]
    public void RejectedPlay_IsToldTheReason()
    {
        using RtmpScript script = Requested(null, "nothing");
        script.Do(session => session.RejectPlay(1, StatusCode.PlayStreamNotFound, "There is no stream nothing."));
        RtmpTestMessage status = script.Next();
        Assert.Equal("onStatus NetStream.Play.StreamNotFound", status.ToString());
        Assert.Equal("error", ((AmfMap)status.Values[3]).Find("level")?.AsString);
        Assert.Equal("There is no stream nothing.", ((AmfMap)status.Values[3]).Find("description")?.AsString);
        script.ExpectNothing();
        Assert.Equal(RtmpSessionState.Connected, script.Session.State);
    }

    [Theory]
    [InlineData("x?a=%zz")]
    [InlineData(null)]
    [InlineData(7)]
    public void NameThatCannotBeRead_IsNotFound(object? name)
    {
        using RtmpScript script = RtmpScript.Connected();
        script.Send(script.Client.Command("createStream", 0, [null]));
        script.Expect("_result");
        script.Send(script.Client.Command("play", 1, null, name));
        script.Expect("onStatus NetStream.Play.StreamNotFound");
        script.ExpectNothing();
    }

    [Fact]
    public void EmptyName_IsTheOwnersToJudge()
    {
        using RtmpScript script = RtmpScript.Connected();
        script.Send(script.Client.Command("createStream", 0, [null]));
        script.Send(script.Client.Command("play", 1, null, ""));
        Assert.Equal("", script.ExpectEvent<RtmpEvent.PlayRequested>().Url.StreamName);
    }

    [Fact]
    public void PlayWithoutCreateStream_Fails()
    {
        using RtmpScript script = RtmpScript.Connected();
        script.Send(script.Client.Command("play", 1, null, "x"));
        script.Expect("onStatus NetStream.Play.Failed");
        script.ExpectNothing();
    }

    [Fact]
    public void InputBehindPlay_WaitsForTheAnswer()
    {
        using RtmpScript script = RtmpScript.Connected();
        script.Send(script.Client.Command("createStream", 0, [null]));
        script.Expect("_result");
        byte[] play = script.Client.Command("play", 1, null, "x");
        byte[] ping = script.Client.UserControl(6, 77);
        script.Send([.. play, .. ping]);
        script.ExpectEvent<RtmpEvent.PlayRequested>();
        script.ExpectNothing();
        Assert.Equal(ping.Length, script.UnreadBytes);
        script.Do(session => session.RejectPlay(1, StatusCode.PlayFailed, "No."));
        script.Expect("onStatus NetStream.Play.Failed", "UserControl 7");
    }

    [Fact]
    public void EndOfTheStream_IsToldInThreeWays()
    {
        using RtmpScript script = RtmpScript.Playing();
        script.Do(session => session.EndPlay(1));
        script.Expect("onStatus NetStream.Play.UnpublishNotify", "UserControl 1", "onStatus NetStream.Play.Stop");
        script.Do(session => session.EndPlay(1));
        script.Do(session => session.EndPlay(99));
        script.ExpectNothing();
    }

    [Fact]
    public void Close_EndsWhatPlaysAndAsksForTheEnd()
    {
        using RtmpScript script = RtmpScript.Playing();
        script.Do(session => session.Close());
        script.Expect("onStatus NetStream.Play.UnpublishNotify", "UserControl 1", "onStatus NetStream.Play.Stop");
        Assert.Equal(RtmpSessionState.Closing, script.Session.State);
        script.Do(session => session.Close());
        script.Do(session => session.EndPlay(1));
        script.ExpectNothing();
    }

    [Theory]
    [InlineData("closeStream")]
    [InlineData("deleteStream")]
    public void ClosingTheStream_TellsTheOwner(string command)
    {
        using RtmpScript script = RtmpScript.Playing();
        script.Send(
            command == "closeStream"
                ? script.Client.CommandWithTransaction(command, 0, 1, [null])
                : script.Client.CommandWithTransaction(command, 0, 0, null, 1));
        Assert.Equal(1u, script.ExpectEvent<RtmpEvent.StreamClosed>().MessageStreamId);
        script.ExpectNothing();
        script.Do(session => session.EndPlay(1));
        script.ExpectNothing();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(-1)]
    [InlineData(1e300)]
    [InlineData(null)]
    [InlineData("1")]
    public void DeletingAnotherStream_DoesNothing(object? id)
    {
        using RtmpScript script = RtmpScript.Playing();
        script.Send(script.Client.CommandWithTransaction("deleteStream", 0, 0, null, id));
        script.ExpectNothing();
    }

    [Fact]
    public void PlayAgain_ClosesTheFormerAndAsksAnew()
    {
        using RtmpScript script = RtmpScript.Playing();
        script.Send(script.Client.Command("play", 1, null, "y"));
        script.ExpectEvent<RtmpEvent.StreamClosed>();
        Assert.Equal("y", script.ExpectEvent<RtmpEvent.PlayRequested>().Url.StreamName);
    }

    [Fact]
    public void PlayFalse_StopsPlaying()
    {
        using RtmpScript script = RtmpScript.Playing();
        script.Send(script.Client.Command("play", 1, null, false));
        script.ExpectEvent<RtmpEvent.StreamClosed>();
        script.ExpectNothing();
    }

    [Fact]
    public void PauseAndResume_AreAnsweredAndTold()
    {
        using RtmpScript script = RtmpScript.Playing();
        script.Send(script.Client.CommandWithTransaction("pause", 0, 1, null, true, 5000));
        script.Expect("onStatus NetStream.Pause.Notify", "UserControl 1");
        Assert.Equal(new RtmpEvent.PauseChanged(1, true, 5000), script.ExpectEvent<RtmpEvent.PauseChanged>());
        script.Send(script.Client.CommandWithTransaction("pause", 0, 1, null, false, 5000));
        script.Expect("UserControl 0", "onStatus NetStream.Unpause.Notify");
        Assert.Equal(new RtmpEvent.PauseChanged(1, false, 5000), script.ExpectEvent<RtmpEvent.PauseChanged>());
    }

    [Fact]
    public void PauseRaw_IsPause()
    {
        using RtmpScript script = RtmpScript.Playing();
        script.Send(script.Client.CommandWithTransaction("pauseRaw", 0, 1, null, true, 5000));
        script.Expect("onStatus NetStream.Pause.Notify", "UserControl 1");
        Assert.True(script.ExpectEvent<RtmpEvent.PauseChanged>().IsPaused);
    }

    [Fact]
    public void PlayThatCannotGoOn_IsToldTheReason()
    {
        using RtmpScript script = RtmpScript.Playing();
        script.Do(session => session.FailPlay(1, StatusCode.PlayFailed, "The stream sends HEVC."));
        RtmpTestMessage status = script.Next();
        Assert.Equal("onStatus NetStream.Play.Failed", status.ToString());
        var information = (AmfMap)status.Values[3];
        Assert.Equal(("error", "The stream sends HEVC."), (information.Find("level")?.AsString, information.Find("description")?.AsString));
        script.Expect("UserControl 1");
        script.Do(session => session.FailPlay(1, StatusCode.PlayFailed, "Twice."));
        script.ExpectNothing();
    }

    [Fact]
    public void WhatHappensToAStream_IsToldThoseWhoPlayIt()
    {
        using RtmpScript script = RtmpScript.Playing();
        script.Do(session => session.NotifyPublish(1));
        script.Do(session => session.NotifyInsufficientBandwidth(1));
        script.Expect("onStatus NetStream.Play.PublishNotify", "onStatus NetStream.Play.InsufficientBW");
        script.Do(session => session.NotifyPublish(2));
        script.Do(session => session.EndPlay(1));
        script.Expect("onStatus NetStream.Play.UnpublishNotify", "UserControl 1", "onStatus NetStream.Play.Stop");
        script.Do(session => session.NotifyPublish(1));
        script.Do(session => session.NotifyInsufficientBandwidth(1));
        script.ExpectNothing();
    }

    [Fact]
    public void Seek_IsAcknowledged()
    {
        using RtmpScript script = RtmpScript.Playing();
        script.Send(script.Client.CommandWithTransaction("seek", 0, 1, null, 5000));
        script.Expect("onStatus NetStream.Seek.Notify");
        script.ExpectNothing();
    }

    [Fact]
    public void TurningMediaOffAndOn_IsTold()
    {
        using RtmpScript script = RtmpScript.Playing();
        script.Send(script.Client.CommandWithTransaction("receiveAudio", 0, 1, null, false));
        Assert.Equal(new RtmpEvent.ReceiveAudioChanged(1, false), script.ExpectEvent<RtmpEvent.ReceiveAudioChanged>());
        script.ExpectNothing();
        script.Send(script.Client.CommandWithTransaction("receiveVideo", 0, 1, null, true));
        Assert.Equal(new RtmpEvent.ReceiveVideoChanged(1, true), script.ExpectEvent<RtmpEvent.ReceiveVideoChanged>());
        script.Expect("onStatus NetStream.Seek.Notify", "onStatus NetStream.Play.Start");
    }

    [Fact]
    public void MediaTurnedOffBeforePlaying_IsToldWhenPlayingBegins()
    {
        using RtmpScript script = RtmpScript.Connected();
        script.Send(script.Client.Command("createStream", 0, [null]));
        script.Expect("_result");
        script.Send(script.Client.CommandWithTransaction("receiveVideo", 0, 1, null, false));
        script.ExpectNothing();
        script.Send(script.Client.Command("play", 1, null, "x"));
        script.ExpectEvent<RtmpEvent.PlayRequested>();
        script.Do(session => session.AcceptPlay(1));
        Assert.Equal(new RtmpEvent.ReceiveVideoChanged(1, false), script.ExpectEvent<RtmpEvent.ReceiveVideoChanged>());
        script.Expect("UserControl 0", "onStatus NetStream.Play.Reset", "onStatus NetStream.Play.Start", "|RtmpSampleAccess");
        script.ExpectNothing();
    }

    [Theory]
    [InlineData("pause")]
    [InlineData("seek")]
    [InlineData("receiveAudio")]
    [InlineData("closeStream")]
    public void CommandOnAStreamThatDoesNotPlay_DoesNothing(string command)
    {
        using RtmpScript script = RtmpScript.Connected();
        script.Send(script.Client.Command("createStream", 0, [null]));
        script.Expect("_result");
        script.Send(script.Client.CommandWithTransaction(command, 0, 1, null, true));
        script.Send(script.Client.CommandWithTransaction(command, 0, 9, null, true));
        script.ExpectNothing();
    }

    private static RtmpScript Requested(params object?[] arguments)
    {
        RtmpScript script = RtmpScript.Connected();
        script.Send(script.Client.Command("createStream", 0, [null]));
        script.Expect("_result");
        script.Send(script.Client.Command("play", 1, arguments));
        script.ExpectEvent<RtmpEvent.PlayRequested>();
        return script;
    }
}
