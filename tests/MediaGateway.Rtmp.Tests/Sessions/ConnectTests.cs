using MediaGateway.Media.Amf;
using MediaGateway.Media.Frames;
using MediaGateway.Rtmp.Messages;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Sessions;

public sealed class ConnectTests
{
    [Fact]
    public void Connect_TellsTheOwnerWhoItIs()
    {
        using RtmpScript script = Greeted();
        script.Send(script.Client.Connect("live?user=ann/"));
        RtmpConnectRequest request = script.ExpectEvent<RtmpEvent.ConnectRequested>().Request;
        Assert.Equal("live", request.App.Path);
        Assert.Equal("ann/", request.App.Parameter("user"));
        Assert.Equal("rtmp://127.0.0.1:1935/live?user=ann/", request.TcUrl);
        Assert.Equal("LNX 9,0,124,2", request.FlashVersion);
        Assert.Equal((4071, 252, 0), (request.AudioCodecs, request.VideoCodecs, request.ObjectEncoding));
        Assert.Equal(("", ""), (request.SwfUrl, request.PageUrl));
        script.ExpectNothing();
        Assert.Equal(RtmpSessionState.Connecting, script.Session.State);
    }

    [Fact]
    public void Accepted_AnswersInTheOrderOfTheSpecification()
    {
        using RtmpScript script = Greeted();
        script.Send(script.Client.Connect("live"));
        script.ExpectEvent<RtmpEvent.ConnectRequested>();
        script.Do(session => session.AcceptConnect());

        RtmpTestMessage window = script.Next();
        Assert.Equal("WindowAcknowledgementSize", window.ToString());
        Assert.Equal(Wire.Hex("002625a0"), window.Body);
        RtmpTestMessage bandwidth = script.Next();
        Assert.Equal("SetPeerBandwidth", bandwidth.ToString());
        Assert.Equal(Wire.Hex("002625a0 02"), bandwidth.Body);
        RtmpTestMessage begin = script.Next();
        Assert.Equal(Wire.Hex("0000 00000000"), begin.Body);
        RtmpTestMessage chunkSize = script.Next();
        Assert.Equal(Wire.Hex("00010000"), chunkSize.Body);
        RtmpTestMessage result = script.Next();
        Assert.Equal("_result NetConnection.Connect.Success", result.ToString());
        Assert.Equal(1, result.Values[1].AsNumber);
        Assert.Equal("FMS/3,5,7,7009", ((AmfMap)result.Values[2]).Find("fmsVer")?.AsString);
        Assert.Equal(0, ((AmfMap)result.Values[3]).Find("objectEncoding")?.AsNumber);
        script.ExpectNothing();
        Assert.Equal(65_536, script.Session.ChunkSize);
    }

    // The reply is longer than the first chunk size: without a type 3 header clients stall.
    [Fact]
    public void Rejected_SaysWhyAndCloses()
    {
        using RtmpScript script = Greeted();
        script.Send(script.Client.Connect("nowhere"));
        script.ExpectEvent<RtmpEvent.ConnectRequested>();
        string description = new('x', 300);
        script.Do(session => session.RejectConnect(StatusCode.ConnectInvalidApp, description));

        RtmpTestMessage error = script.Next();
        Assert.Equal("_error NetConnection.Connect.InvalidApp", error.ToString());
        Assert.Equal(1, error.Values[1].AsNumber);
        Assert.Equal("error", ((AmfMap)error.Values[3]).Find("level")?.AsString);
        Assert.Equal(description, ((AmfMap)error.Values[3]).Find("description")?.AsString);
        Assert.Equal(RtmpSessionState.Closing, script.Session.State);
        Assert.Equal(TimeSpan.MaxValue, script.Session.NextDeadline);

        script.Send(script.Client.Command("createStream", 0, [null]));
        script.Do(session => session.AcceptConnect());
        script.ExpectNothing();
        Assert.Equal(0, script.UnreadBytes);
    }

    [Fact]
    public void CloseBeforeTheAnswer_RefusesTheConnection()
    {
        using RtmpScript script = Greeted();
        script.Send(script.Client.Connect("live"));
        script.ExpectEvent<RtmpEvent.ConnectRequested>();
        script.Do(session => session.Close());
        script.Expect("_error NetConnection.Connect.AppShutdown");
        script.Do(session => session.AcceptConnect());
        script.ExpectNothing();
        Assert.Equal(RtmpSessionState.Closing, script.Session.State);
    }

    [Fact]
    public void AppThatCannotBeRead_IsRejectedWithoutAskingTheOwner()
    {
        using RtmpScript script = Greeted();
        script.Send(script.Client.Connect("live?a=%zz"));
        script.Expect("_error NetConnection.Connect.Rejected");
        script.ExpectNothing();
        Assert.Equal(RtmpSessionState.Closing, script.Session.State);
    }

    [Fact]
    public void ConnectWithoutObject_HasAnEmptyApp()
    {
        using RtmpScript script = Greeted();
        script.Send(script.Client.Command("connect", 0));
        Assert.Equal("", script.ExpectEvent<RtmpEvent.ConnectRequested>().Request.App.Path);
    }

    [Fact]
    public void CommandsBehindConnect_WaitForTheAnswer()
    {
        using RtmpScript script = Greeted();
        byte[] connect = script.Client.Connect("live");
        byte[] createStream = script.Client.Command("createStream", 0, [null]);
        script.Send([.. connect, .. createStream]);
        script.ExpectEvent<RtmpEvent.ConnectRequested>();
        script.ExpectNothing();
        Assert.Equal(createStream.Length, script.UnreadBytes);

        script.Do(session => session.AcceptConnect());
        script.Expect(
            "WindowAcknowledgementSize", "SetPeerBandwidth", "UserControl 0", "SetChunkSize", "_result NetConnection.Connect.Success", "_result");
        Assert.Equal(0, script.UnreadBytes);
    }

    [Theory]
    [InlineData("Too many viewers here.", "Too many viewers here. Go to rtmp://other.example/live")]
    [InlineData("See rtmp://other.example/live instead.", "See rtmp://other.example/live instead.")]
    public void Redirected_IsToldWhereInBothForms(string description, string said)
    {
        using RtmpScript script = Greeted();
        script.Send(script.Client.Connect("live"));
        script.ExpectEvent<RtmpEvent.ConnectRequested>();
        var redirect = new RtmpRedirect("rtmp://other.example/live");
        script.Do(session => session.RejectConnect(StatusCode.ConnectRejected, description, redirect));
        RtmpTestMessage error = script.Next();
        Assert.Equal("_error NetConnection.Connect.Rejected", error.ToString());
        var information = (AmfMap)error.Values[3];
        Assert.Equal(("error", said), (information.Find("level")?.AsString, information.Find("description")?.AsString));
        AmfMap? extension = information.Find("ex") as AmfMap;
        Assert.Equal((302d, "rtmp://other.example/live"), (extension?.Find("code")?.AsNumber, extension?.Find("redirect")?.AsString));
        Assert.Equal(RtmpSessionState.Closing, script.Session.State);
    }

    [Fact]
    public void AbilitiesOfEnhancedRtmp_AreToldToThoseWhoAnnounceSome()
    {
        using RtmpScript script = Greeted();
        script.Send(script.Client.Connect("live", ("fourCcList", (object?[])["hvc1"])));
        Assert.True(script.ExpectEvent<RtmpEvent.ConnectRequested>().Request.Capabilities.Codecs.Contains(CodecId.Hevc));
        script.Do(session => session.AcceptConnect());
        RtmpTestMessage result = script.Next();
        while (result.Name != "_result")
        {
            result = script.Next();
        }

        var properties = (AmfMap)result.Values[2];
        Assert.Contains("hvc1", ((AmfStrictArray)properties.Find("fourCcList")!).Values.Select(value => value.AsString));
        Assert.Equal(4, ((AmfMap)properties.Find("videoFourCcInfoMap")!).Find("av01")?.AsNumber);
        Assert.Equal(4, ((AmfMap)properties.Find("audioFourCcInfoMap")!).Find("Opus")?.AsNumber);
        Assert.Equal(7, properties.Find("capsEx")?.AsNumber);
    }

    [Fact]
    public void AbilitiesOfEnhancedRtmp_AreNotToldToOthers()
    {
        using RtmpScript script = Greeted();
        script.Send(script.Client.Connect("live"));
        script.ExpectEvent<RtmpEvent.ConnectRequested>();
        script.Do(session => session.AcceptConnect());
        RtmpTestMessage result = script.Next();
        while (result.Name != "_result")
        {
            result = script.Next();
        }

        Assert.Equal(["fmsVer", "capabilities", "mode"], ((AmfMap)result.Values[2]).Properties.Select(property => property.Key));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(14, false)]
    [InlineData(null, false)]
    public void ReconnectRequest_GoesOnlyToThoseWhoAnnouncedIt(object? extensions, bool isSent)
    {
        using RtmpScript script = Greeted();
        script.Send(script.Client.Connect("live", ("capsEx", extensions)));
        script.ExpectEvent<RtmpEvent.ConnectRequested>();
        Assert.False(script.Session.RequestReconnect(null, "Too early."));
        script.Do(session => session.AcceptConnect());
        script.Expect(
            "WindowAcknowledgementSize",
            "SetPeerBandwidth",
            "UserControl 0",
            "SetChunkSize",
            "_result NetConnection.Connect.Success");
        script.Do(session => Assert.Equal(isSent, session.RequestReconnect("rtmp://other.example/live", "Going down.")));
        if (isSent)
        {
            RtmpTestMessage status = script.Next();
            Assert.Equal("onStatus NetConnection.Connect.ReconnectRequest", status.ToString());
            var information = (AmfMap)status.Values[3];
            Assert.Equal(
                ("status", "Going down.", "rtmp://other.example/live"),
                (information.Find("level")?.AsString, information.Find("description")?.AsString, information.Find("tcUrl")?.AsString));
        }

        script.ExpectNothing();
        Assert.Equal(RtmpSessionState.Connected, script.Session.State);
    }

    // Type 17: a format byte of 0, AMF0, and single values in AMF3 behind the marker 0x11.
    [Theory]
    [InlineData("00")]
    [InlineData("")]
    public void ConnectInAmf3_IsRead(string format)
    {
        using RtmpScript script = Greeted();
        const string name = "02 0007 636f6e6e656374 00 3ff0000000000000";
        script.Send(script.Client.Message(17, 0, Wire.Hex(format + name + "11 0a 0b 01 07 617070 06 09 6c697665 1d 6f626a656374456e636f64696e67 04 03 01")));
        RtmpConnectRequest request = script.ExpectEvent<RtmpEvent.ConnectRequested>().Request;
        Assert.Equal("live", request.App.Path);
    }

    [Fact]
    public void CommandBeforeConnect_IsRefused()
    {
        using RtmpScript script = Greeted();
        AssertBroken(script, RtmpError.UnexpectedCommand, script.Client.Command("createStream", 0, [null]));
    }

    [Fact]
    public void SecondConnect_IsRefused()
    {
        using RtmpScript script = RtmpScript.Connected();
        AssertBroken(script, RtmpError.UnexpectedCommand, script.Client.Connect("live"));
    }

    [Fact]
    public void CommandThatIsNotAmf_IsRefused()
    {
        using RtmpScript script = RtmpScript.Connected();
        AssertBroken(script, RtmpError.InvalidCommand, script.Client.Message(20, 0, Wire.Hex("11 06")));
    }

    [Fact]
    public void OtherVersion_IsRefused()
    {
        using var script = new RtmpScript();
        AssertBroken(script, RtmpError.UnsupportedVersion, 6);
    }

    [Fact]
    public void NothingIsSentBeforeTheClientIsHeard()
    {
        using var script = new RtmpScript();
        script.Send(RtmpTestClient.Hello()[..1536]);
        Assert.False(script.Session.TryTakeReply(out _, out _));
        Assert.Equal(RtmpSessionState.Handshaking, script.Session.State);
    }

    [Fact]
    public void AnswerWithoutARequest_IsAMistakeOfTheOwner()
    {
        using RtmpScript script = Greeted();
        Assert.Throws<InvalidOperationException>(() => script.Session.AcceptConnect());
        Assert.Throws<InvalidOperationException>(() => script.Session.AcceptPlay(1));
    }

    private static RtmpScript Greeted()
    {
        var script = new RtmpScript();
        script.Send(RtmpTestClient.Hello());
        script.Send(RtmpTestClient.Finish());
        Assert.Equal(RtmpSessionState.AwaitingConnect, script.Session.State);
        return script;
    }

    private static void AssertBroken(RtmpScript script, RtmpError error, params byte[] bytes)
    {
        RtmpProtocolException exception = Assert.Throws<RtmpProtocolException>(() => script.Send(bytes));
        Assert.Equal(error, exception.Error);
        Assert.Equal(RtmpSessionState.Closed, script.Session.State);
        script.Send(RtmpTestClient.Finish());
        script.ExpectNothing();
    }
}
