using MediaGateway.Media.Amf;
using MediaGateway.Rtmp.Messages;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Sessions;

/// <summary>The command <c>play2</c>: its arguments as clients write and omit them, and the dialogue about it.</summary>
public sealed class TransitionTests
{
    private static readonly string[] Answered = ["UserControl 0", "onStatus NetStream.Play.Start", "|RtmpSampleAccess"];

    [Fact]
    public void Switch_IsAskedOfTheOwnerBegunAndCompleted()
    {
        using RtmpScript script = RtmpScript.Playing();
        script.Send(Play2(script, ("streamName", "x_360p?a=b"), ("oldStreamName", ""), ("transition", "switch"), ("start", -2), ("len", -1), ("offset", -1)));

        RtmpEvent.TransitionRequested request = script.ExpectEvent<RtmpEvent.TransitionRequested>();
        Assert.Equal((RtmpTransition.Switch, null), (request.Transition, request.OffsetMilliseconds));
        Assert.Equal((1u, "live", "x_360p"), (request.Play.MessageStreamId, request.Play.Url.Application, request.Play.Url.StreamName));
        Assert.Equal((RtmpPlayStart.LiveOrRecorded, 0, null), (request.Play.Start, request.Play.StartMilliseconds, request.Play.DurationMilliseconds));
        Assert.Equal("b", request.Play.Url.Name.Parameter("a"));
        script.ExpectNothing();

        script.Do(session => session.Transitions.Accept(1));
        RtmpTestMessage begun = script.Next();
        Assert.Equal((20, 1u, "onStatus"), (begun.Type, begun.MessageStreamId, begun.Name));
        Assert.Equal((0.0, true), (begun.Values[1].AsNumber, begun.Values[2] is AmfNull));
        Assert.Equal(
            ["level=status", "code=NetStream.Play.Transition", "description=The transition has begun.", "details=x_360p?a=b", "reason=NetStream.Transition.Success"],
            Texts(begun.Values[3]));
        script.ExpectNothing();

        script.Do(session => session.Transitions.Complete(1));
        RtmpTestMessage complete = script.Next();
        Assert.Equal((18, 1u, "onPlayStatus", 2), (complete.Type, complete.MessageStreamId, complete.Name, complete.Values.Count));
        Assert.Equal(
            ["level=status", "code=NetStream.Play.TransitionComplete", "description=The transition is complete.", "details=x_360p?a=b"],
            Texts(complete.Values[1]));
        var properties = (AmfMap)complete.Values[1];
        Assert.Equal((1.0, false, 0.0, 0.0), (Number("clientid"), properties.Find("isFastPlay")?.AsBoolean, Number("duration"), Number("bytes")));
        script.ExpectNothing();

        double? Number(string name) => properties.Find(name)?.AsNumber;
    }

    [Fact]
    public void OnlyTheName_IsEnough()
    {
        using RtmpScript script = RtmpScript.Playing();
        script.Send(Play2(script, ("streamName", "y")));
        RtmpEvent.TransitionRequested request = script.ExpectEvent<RtmpEvent.TransitionRequested>();
        Assert.Equal((RtmpTransition.Switch, "y"), (request.Transition, request.Play.Url.StreamName));
    }

    [Fact]
    public void UndefinedFields_CountAsAbsent()
    {
        using RtmpScript script = RtmpScript.Playing();
        byte[] body =
        [
            .. Wire.Hex("02 0005 706C617932  00 0000000000000000  05  03"),
            .. Wire.Hex("000A 73747265616D4E616D65  02 0001 79"), // streamName: "y"
            .. Wire.Hex("000D 6F6C6453747265616D4E616D65  06"), // oldStreamName: undefined
            .. Wire.Hex("000A 7472616E736974696F6E  02 0006 737769746368"), // transition: "switch"
            .. Wire.Hex("0005 7374617274  06  0003 6C656E  06  0006 6F6666736574  05  0000 09"),
        ];
        script.Send(script.Client.Message(20, 1, body));
        RtmpEvent.TransitionRequested request = script.ExpectEvent<RtmpEvent.TransitionRequested>();
        Assert.Equal((RtmpTransition.Switch, "y", null), (request.Transition, request.Play.Url.StreamName, request.OffsetMilliseconds));
        Assert.Equal((RtmpPlayStart.LiveOrRecorded, 0, null), (request.Play.Start, request.Play.StartMilliseconds, request.Play.DurationMilliseconds));
    }

    [Theory]
    [InlineData(0.0, RtmpPlayStart.Recorded, 0, 12_195)]
    [InlineData(1.5, RtmpPlayStart.Recorded, 1500, 12_195)]
    [InlineData(-1.0, RtmpPlayStart.Live, 0, 12_195)]
    [InlineData(-2000.0, RtmpPlayStart.LiveOrRecorded, 0, 12_195)]
    [InlineData(double.NaN, RtmpPlayStart.LiveOrRecorded, 0, 12_195)]
    [InlineData(1e300, RtmpPlayStart.LiveOrRecorded, 0, 12_195)]
    public void TimesOfTheObject_AreSeconds(double start, RtmpPlayStart expected, long milliseconds, long offset)
    {
        using RtmpScript script = RtmpScript.Playing();
        script.Send(Play2(script, ("streamName", "y"), ("transition", "swap"), ("start", start), ("len", 20), ("offset", 12.195)));
        RtmpEvent.TransitionRequested request = script.ExpectEvent<RtmpEvent.TransitionRequested>();
        Assert.Equal((expected, milliseconds, 20_000), (request.Play.Start, request.Play.StartMilliseconds, request.Play.DurationMilliseconds));
        Assert.Equal((RtmpTransition.Swap, offset), (request.Transition, request.OffsetMilliseconds));
    }

    [Theory]
    [InlineData(StatusCode.PlayStreamNotFound)]
    [InlineData(StatusCode.PlayFailed)]
    public void RejectedOrFailedTransition_KeepsWhatPlays(string code)
    {
        using RtmpScript script = RtmpScript.Playing();
        script.Send(Play2(script, ("streamName", "nothing"), ("transition", "switch")));
        script.ExpectEvent<RtmpEvent.TransitionRequested>();
        script.Do(session => session.Transitions.Reject(1, code, "No."));
        RtmpTestMessage status = script.Next();
        Assert.Equal(("onStatus " + code, "error"), (status.ToString(), ((AmfMap)status.Values[3]).Find("level")?.AsString));
        script.Send(Play2(script, ("streamName", "late"), ("transition", "switch")));
        script.ExpectEvent<RtmpEvent.TransitionRequested>();
        script.Do(session => session.Transitions.Accept(1));
        script.Expect("onStatus NetStream.Play.Transition");
        script.Do(session => session.Transitions.Fail(1, code, "No keyframe."));
        script.Expect("onStatus " + code);

        script.Send(script.Client.Command("pause", 1, null, true, 0));
        script.Expect("onStatus NetStream.Pause.Notify", "UserControl 1");
        script.ExpectEvent<RtmpEvent.PauseChanged>();
        script.Do(session => session.EndPlay(1));
        script.Expect("onStatus NetStream.Play.UnpublishNotify", "UserControl 1", "onStatus NetStream.Play.Stop");
        script.ExpectNothing();
    }

    [Fact]
    public void InputBehindPlay2_WaitsForTheAnswer()
    {
        using RtmpScript script = RtmpScript.Playing();
        byte[] ping = script.Client.UserControl(6, 77);
        script.Send([.. Play2(script, ("streamName", "y")), .. ping]);
        script.ExpectEvent<RtmpEvent.TransitionRequested>();
        script.ExpectNothing();
        Assert.Equal(ping.Length, script.UnreadBytes);
        script.Do(session => session.Transitions.Accept(1));
        script.Expect("onStatus NetStream.Play.Transition", "UserControl 7");
    }

    [Fact]
    public void EndBeforeTheAnswer_LeavesNothingToAnswerAndTheInputGoesOn()
    {
        using RtmpScript script = RtmpScript.Playing();
        script.Send([.. Play2(script, ("streamName", "y")), .. script.Client.UserControl(6, 1)]);
        script.ExpectEvent<RtmpEvent.TransitionRequested>();
        script.Do(session => session.EndPlay(1));
        script.Expect("onStatus NetStream.Play.UnpublishNotify", "UserControl 1", "onStatus NetStream.Play.Stop");
        script.ExpectNothing();
        script.Do(session => session.Transitions.Accept(1));
        script.Expect("UserControl 7");
        script.Do(session => session.Transitions.Complete(1));
        script.Do(session => session.Transitions.Reject(1, StatusCode.PlayFailed, "Late."));
        script.ExpectNothing();
    }

    [Theory]
    [InlineData("reset", new[] { "UserControl 0", "onStatus NetStream.Play.Reset", "onStatus NetStream.Play.Start", "|RtmpSampleAccess" })]
    [InlineData("resume", new[] { "UserControl 0", "onStatus NetStream.Play.Start", "|RtmpSampleAccess" })]
    public void ResetAndResume_PlayAtOnce(string transition, string[] replies)
    {
        using RtmpScript script = RtmpScript.Playing();
        script.Send(Play2(script, ("streamName", "y"), ("transition", transition), ("offset", 4.5)));
        Assert.Equal(1u, script.ExpectEvent<RtmpEvent.StreamClosed>().MessageStreamId);
        RtmpEvent.PlayRequested request = script.ExpectEvent<RtmpEvent.PlayRequested>();
        Assert.Equal(
            transition == "resume" ? (RtmpPlayStart.Recorded, 4500) : (RtmpPlayStart.LiveOrRecorded, 0),
            (request.Start, request.StartMilliseconds));
        script.Do(session => session.AcceptPlay(1));
        script.Expect(replies);
        script.ExpectNothing();
    }

    [Theory]
    [InlineData("switch")]
    [InlineData("swap")]
    [InlineData("reset")]
    [InlineData(null)]
    public void NothingPlaysYet_TheStreamIsPlayed(string? transition)
    {
        using RtmpScript script = Created();
        script.Send(Play2(script, ("streamName", "y"), ("transition", transition)));
        script.ExpectEvent<RtmpEvent.PlayRequested>();
        script.Do(session => session.AcceptPlay(1));
        script.Expect("UserControl 0", "onStatus NetStream.Play.Reset", "onStatus NetStream.Play.Start", "|RtmpSampleAccess");
    }

    [Fact]
    public void Stop_EndsPlayingAndForgetsTheList()
    {
        using RtmpScript script = RtmpScript.Playing();
        script.Send(Play2(script, ("streamName", "y"), ("transition", "append")));
        script.Send(Play2(script, ("transition", "stop")));
        script.ExpectEvent<RtmpEvent.StreamClosed>();
        script.Expect("UserControl 1", "onStatus NetStream.Play.Stop");
        script.ExpectNothing();
    }

    [Fact]
    public void Appended_IsPlayedWhenThePresentEnds()
    {
        using RtmpScript script = RtmpScript.Playing();
        script.Send(Play2(script, ("streamName", "y"), ("transition", "append")));
        script.Send(Play2(script, ("streamName", "z"), ("transition", "appendAndWait")));
        script.ExpectNothing();
        foreach (string next in (string[])["y", "z"])
        {
            script.Do(session => session.EndPlay(1));
            script.Expect("UserControl 1");
            RtmpTestMessage status = script.Next();
            Assert.Equal(("onPlayStatus NetStream.Play.Switch", 18), (status.ToString(), status.Type));
            Assert.Equal(next, script.ExpectEvent<RtmpEvent.PlayRequested>().Url.StreamName);
            script.Do(session => session.AcceptPlay(1));
            script.Expect(Answered);
        }

        script.Do(session => session.EndPlay(1));
        script.Expect("onStatus NetStream.Play.UnpublishNotify", "UserControl 1", "onStatus NetStream.Play.Stop");
        script.ExpectNothing();
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(0, true)]
    [InlineData(2, true)]
    [InlineData(true, false)]
    [InlineData(1, false)]
    [InlineData(null, false)]
    public void PlayWithoutReset_IsAppended(object? reset, bool isAppended)
    {
        using RtmpScript script = RtmpScript.Playing();
        script.Send(script.Client.Command("play", 1, null, "y", -2, -1, reset));
        if (!isAppended)
        {
            script.ExpectEvent<RtmpEvent.StreamClosed>();
            Assert.Equal("y", script.ExpectEvent<RtmpEvent.PlayRequested>().Url.StreamName);
            return;
        }

        script.ExpectNothing();
        script.Do(session => session.EndPlay(1));
        script.Expect("UserControl 1", "onPlayStatus NetStream.Play.Switch");
        Assert.Equal("y", script.ExpectEvent<RtmpEvent.PlayRequested>().Url.StreamName);
    }

    [Fact]
    public void AppendedToARecordingThatHasEnded_IsPlayedAtOnce()
    {
        using RtmpScript script = Created();
        script.Send(script.Client.Command("play", 1, null, "x"));
        script.ExpectEvent<RtmpEvent.PlayRequested>();
        script.Do(session => session.AcceptPlay(1, isRecorded: true));
        script.Do(session => Assert.False(session.Recordings.Complete(1, 2, 100)));
        script.Expect("UserControl 4", "UserControl 0", "onStatus NetStream.Play.Reset", "onStatus NetStream.Play.Start", "|RtmpSampleAccess");
        script.Expect("UserControl 1", "onStatus NetStream.Play.Stop", "onPlayStatus NetStream.Play.Complete");
        script.Send(Play2(script, ("streamName", "y"), ("transition", "append")));
        script.ExpectEvent<RtmpEvent.StreamClosed>();
        Assert.Equal("y", script.ExpectEvent<RtmpEvent.PlayRequested>().Url.StreamName);
    }

    [Fact]
    public void ListBuiltBeforeAnythingPlays_StartsWithAppend()
    {
        using RtmpScript script = Created();
        script.Send(Play2(script, ("streamName", "y"), ("transition", "appendAndWait")));
        script.ExpectNothing();
        script.Send(Play2(script, ("streamName", "z"), ("transition", "append")));
        Assert.Equal("y", script.ExpectEvent<RtmpEvent.PlayRequested>().Url.StreamName);
        script.Do(session => session.AcceptPlay(1));
        script.Expect(Answered);
        script.ExpectNothing();
    }

    [Theory]
    [InlineData("switch")]
    [InlineData("swap")]
    public void WhatIsStillToCome_CanBeExchanged(string transition)
    {
        using RtmpScript script = RtmpScript.Playing();
        script.Send(Play2(script, ("streamName", "y"), ("transition", "append")));
        script.Send(Play2(script, ("streamName", "z"), ("oldStreamName", "y"), ("transition", transition)));
        script.Expect("onStatus NetStream.Play.Transition");
        script.ExpectNothing();
        script.Do(session => session.EndPlay(1));
        Assert.Equal("z", script.ExpectEvent<RtmpEvent.PlayRequested>().Url.StreamName);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("")]
    public void SwapOfWhatPlays_IsATransition(string old)
    {
        using RtmpScript script = RtmpScript.Playing();
        script.Send(Play2(script, ("streamName", "y"), ("oldStreamName", old), ("transition", "swap")));
        Assert.Equal(RtmpTransition.Swap, script.ExpectEvent<RtmpEvent.TransitionRequested>().Transition);
    }

    [Fact]
    public void SwapOfWhatIsNowhere_FailsAndSwitchOfItDoesNot()
    {
        using RtmpScript script = RtmpScript.Playing();
        script.Send(Play2(script, ("streamName", "y"), ("oldStreamName", "q"), ("transition", "swap")));
        script.Expect("onStatus NetStream.Play.Failed");
        script.Send(Play2(script, ("streamName", "y"), ("oldStreamName", "q"), ("transition", "switch")));
        script.ExpectEvent<RtmpEvent.TransitionRequested>();
    }

    [Fact]
    public void ListIsBounded()
    {
        using RtmpScript script = RtmpScript.Playing();
        for (int number = 0; number < PlayList.MaximumItems; number++)
        {
            script.Send(Play2(script, ("streamName", $"y{number}"), ("transition", "append")));
        }

        script.ExpectNothing();
        script.Send(Play2(script, ("streamName", "more"), ("transition", "append")));
        script.Expect("onStatus NetStream.Play.Failed");
        script.ExpectNothing();
    }

    [Fact]
    public void Play_ForgetsTheList()
    {
        using RtmpScript script = RtmpScript.Playing();
        script.Send(Play2(script, ("streamName", "y"), ("transition", "append")));
        script.Send(script.Client.Command("play", 1, null, "z"));
        script.ExpectEvent<RtmpEvent.StreamClosed>();
        script.ExpectEvent<RtmpEvent.PlayRequested>();
        script.Do(session => session.AcceptPlay(1));
        script.Do(session => session.EndPlay(1));
        script.Expect([.. (string[])["UserControl 0", "onStatus NetStream.Play.Reset", "onStatus NetStream.Play.Start", "|RtmpSampleAccess"], "onStatus NetStream.Play.UnpublishNotify", "UserControl 1", "onStatus NetStream.Play.Stop"]);
        script.ExpectNothing();
    }

    [Fact]
    public void EndOfTheServer_PlaysNothingFurther()
    {
        using RtmpScript script = RtmpScript.Playing();
        script.Send(Play2(script, ("streamName", "y"), ("transition", "append")));
        script.Do(session => session.Close());
        script.Expect("onStatus NetStream.Play.UnpublishNotify", "UserControl 1", "onStatus NetStream.Play.Stop");
        script.ExpectNothing();
    }

    [Theory]
    [InlineData("y", "dissolve", StatusCode.PlayFailed)]
    [InlineData("y?a=%zz", "switch", StatusCode.PlayStreamNotFound)]
    [InlineData("", "switch", StatusCode.PlayStreamNotFound)]
    [InlineData(null, "switch", StatusCode.PlayStreamNotFound)]
    [InlineData(7.0, "append", StatusCode.PlayStreamNotFound)]
    public void WhatCannotBeDone_IsSaidAndWhatPlaysGoesOn(object? name, string transition, string code)
    {
        using RtmpScript script = RtmpScript.Playing();
        script.Send(Play2(script, ("streamName", name), ("transition", transition)));
        script.Expect("onStatus " + code);
        script.ExpectNothing();
        script.Do(session => session.EndPlay(1));
        script.Expect("onStatus NetStream.Play.UnpublishNotify");
    }

    [Fact]
    public void WithoutStreamOrObject_Fails()
    {
        using RtmpScript script = RtmpScript.Connected();
        script.Send(Play2(script, ("streamName", "y")));
        script.Expect("onStatus NetStream.Play.Failed");
        script.Send(script.Client.Command("createStream", 0, [null]));
        script.Expect("_result");
        script.Send(script.Client.Command("play2", 1, null, "y"));
        script.Send(script.Client.Command("play2", 1, [null]));
        script.Expect("onStatus NetStream.Play.Failed", "onStatus NetStream.Play.Failed");
        script.ExpectNothing();
        Assert.Equal(RtmpSessionState.Connected, script.Session.State);
    }

    [Fact]
    public void ArgumentsOfEveryKind_NeitherBreakTheSessionNorStopWhatPlays()
    {
        object?[] odd = [null, "", "switch", "x", "..", 1.0, -1.0, double.NaN, double.NegativeInfinity, 1e300, true, new Dictionary<string, object?>(), new object?[] { null }];
        var random = new Random(20);
        using RtmpScript script = RtmpScript.Playing();
        for (int attempt = 0; attempt < 2000; attempt++)
        {
            (string, object?)[] fields = [.. ((string[])["streamName", "oldStreamName", "transition", "start", "len", "offset"]).Select(name => (name, Odd()))];
            fields[0].Item2 = random.Next(2) == 0 ? fields[0].Item2 : "y";
            fields[2].Item2 = random.Next(3) == 0 ? fields[2].Item2 : ((string[])["switch", "swap", "append", "appendAndWait"])[random.Next(4)];
            script.Send(Play2(script, fields));
            script.Do(session => session.Transitions.Accept(1));
        }

        Assert.Equal(RtmpSessionState.Connected, script.Session.State);
        Assert.True(script.Session.NextDeadline < TimeSpan.MaxValue);

        object? Odd() => odd[random.Next(odd.Length)];
    }

    private static RtmpScript Created()
    {
        RtmpScript script = RtmpScript.Connected();
        script.Send(script.Client.Command("createStream", 0, [null]));
        script.Expect("_result");
        return script;
    }

    private static byte[] Play2(RtmpScript script, params (string Name, object? Value)[] options) =>
        script.Client.Command("play2", 1, null, options.ToDictionary(option => option.Name, option => option.Value));

    private static IEnumerable<string> Texts(AmfValue value) =>
        ((AmfMap)value).Properties.Where(property => property.Value is AmfString).Select(property => $"{property.Key}={property.Value.AsString}");
}
