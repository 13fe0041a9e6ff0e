using MediaGateway.Rtmp.Sessions;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Sessions;

public sealed class CallTests
{
    [Fact]
    public void Streams_GetTheLowestFreeIdUpToTheLimit()
    {
        using RtmpScript script = RtmpScript.Connected();
        for (int id = 1; id <= RtmpLimits.Default.MaximumMessageStreams; id++)
        {
            script.Send(script.Client.Command("createStream", 0, [null]));
            Assert.Equal(id, script.Next().Values[3].AsNumber);
        }

        script.Send(script.Client.Command("createStream", 0, [null]));
        script.Expect("_error NetConnection.Call.Failed");
        script.Send(script.Client.CommandWithTransaction("deleteStream", 0, 0, null, 3));
        script.Send(script.Client.Command("createStream", 0, [null]));
        Assert.Equal(3, script.Next().Values[3].AsNumber);
    }

    [Theory]
    [InlineData("releaseStream")]
    [InlineData("_checkbw")]
    [InlineData("FCUnsubscribe")]
    [InlineData("somethingElse")]
    public void CallWithTransaction_GetsAResult(string name)
    {
        using RtmpScript script = RtmpScript.Connected();
        script.Send(script.Client.Command(name, 0, null, "x"));
        RtmpTestMessage result = script.Next();
        Assert.Equal("_result", result.Name);
        Assert.Equal(script.Client.TransactionId, result.Values[1].AsNumber);
        script.ExpectNothing();
    }

    [Theory]
    [InlineData("somethingElse", 0)]
    [InlineData("_result", 4)]
    [InlineData("_error", 4)]
    [InlineData("onStatus", 4)]
    public void CallThatWantsNoAnswer_GetsNone(string name, double transactionId)
    {
        using RtmpScript script = RtmpScript.Connected();
        script.Send(script.Client.CommandWithTransaction(name, transactionId, 0, null, "x"));
        script.ExpectNothing();
    }

    [Fact]
    public void LengthOfAStream_IsZero()
    {
        using RtmpScript script = RtmpScript.Connected();
        script.Send(script.Client.Command("getStreamLength", 0, null, "x"));
        Assert.Equal(0, script.Next().Values[3].AsNumber);
    }

    [Fact]
    public void FcSubscribe_IsCalledBack()
    {
        using RtmpScript script = RtmpScript.Connected();
        script.Send(script.Client.Command("FCSubscribe", 0, null, "x"));
        script.Expect("onFCSubscribe NetStream.Play.Start", "_result");
        script.ExpectNothing();
    }

    [Fact]
    public void Ping_IsEchoed()
    {
        using RtmpScript script = RtmpScript.Connected();
        script.Send(script.Client.UserControl(6, 0x01020304));
        Assert.Equal(Wire.Hex("0007 01020304"), script.Next().Body);
    }

    [Fact]
    public void BufferLength_IsTold()
    {
        using RtmpScript script = RtmpScript.Connected();
        script.Send(script.Client.UserControl(3, 1, 3000));
        Assert.Equal(new RtmpEvent.BufferLengthSet(1, 3000), script.ExpectEvent<RtmpEvent.BufferLengthSet>());
    }

    [Theory]
    [InlineData(4, "")]
    [InlineData(4, "00")]
    [InlineData(4, "0006")]
    [InlineData(4, "0003 00000001 0000")]
    [InlineData(5, "000000")]
    [InlineData(6, "000000")]
    public void ControlMessageCutShort_IsRefused(int type, string hex)
    {
        using RtmpScript script = RtmpScript.Connected();
        RtmpProtocolException exception =
            Assert.Throws<RtmpProtocolException>(() => script.Send(script.Client.Message(type, 0, Wire.Hex(hex), chunkStreamId: 2)));
        Assert.Equal(RtmpError.InvalidControlMessage, exception.Error);
    }

    [Theory]
    [InlineData("001f 00000001")]
    [InlineData("001a")]
    [InlineData("0020")]
    public void OtherUserControlEvent_IsIgnored(string hex)
    {
        using RtmpScript script = RtmpScript.Connected();
        script.Send(script.Client.Message(4, 0, Wire.Hex(hex), chunkStreamId: 2));
        script.ExpectNothing();
    }

    // RTMP 1.0, 5.4.5: hard, soft and dynamic limits; ours is 2,500,000 bytes.
    [Theory]
    [InlineData("004c4b40 00", "004c4b40")]
    [InlineData("004c4b40", "004c4b40")]
    [InlineData("00200000 01", "00200000")]
    [InlineData("00000001 00", "00010000")]
    [InlineData("004c4b40 01", null)]
    [InlineData("004c4b40 02", null)]
    [InlineData("002625a0 00", null)]
    public void PeerBandwidth_ChangesTheWindowThatIsAnnounced(string hex, string? window)
    {
        using RtmpScript script = RtmpScript.Connected();
        script.Send(script.Client.Message(6, 0, Wire.Hex(hex), chunkStreamId: 2));
        if (window is not null)
        {
            RtmpTestMessage announced = script.Next();
            Assert.Equal("WindowAcknowledgementSize", announced.ToString());
            Assert.Equal(Wire.Hex(window), announced.Body);
        }

        script.ExpectNothing();
    }

    [Fact]
    public void Acknowledgement_IsSentOncePerWindow()
    {
        using var script = new RtmpScript();
        script.Send(RtmpTestClient.Hello());
        script.Send(RtmpTestClient.Finish());
        byte[] connect = script.Client.Connect("live");
        script.Send(connect);
        script.ExpectEvent<RtmpEvent.ConnectRequested>();
        script.Do(session => session.AcceptConnect());
        script.Expect("WindowAcknowledgementSize", "SetPeerBandwidth", "UserControl 0", "SetChunkSize", "_result NetConnection.Connect.Success");

        byte[] window = script.Client.Control(5, 5000);
        int received = 1 + (2 * 1536) + connect.Length + window.Length;
        script.Send(window);
        while (received < 5000)
        {
            script.ExpectNothing();
            byte[] audio = script.Client.Message(8, 1, new byte[100]);
            received += audio.Length;
            script.Send(audio);
        }

        RtmpTestMessage acknowledgement = script.Next();
        Assert.Equal("Acknowledgement", acknowledgement.ToString());
        Assert.Equal(received, System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(acknowledgement.Body));
        script.ExpectNothing();
        script.Send(script.Client.Message(8, 1, new byte[4000]));
        script.ExpectNothing();
        script.Send(script.Client.Message(8, 1, new byte[1000]));
        script.Expect("Acknowledgement");
    }

    [Fact]
    public void AcknowledgementCount_WrapsWith32Bits()
    {
        var window = new AcknowledgementWindow { WindowBytes = 1000 };
        Assert.True(window.Add(uint.MaxValue, out uint sequenceNumber));
        Assert.Equal(uint.MaxValue, sequenceNumber);
        Assert.False(window.Add(999, out _));
        Assert.True(window.Add(1, out sequenceNumber));
        Assert.Equal(999u, sequenceNumber);
    }

    [Fact]
    public void MessageLimit_RisesWhenPlayingBegins()
    {
        using RtmpScript script = RtmpScript.Playing();
        script.Send(script.Client.Control(1, 65_536));
        script.Send(script.Client.Message(9, 1, new byte[RtmpLimits.Default.MaximumMessageBytes + 1]));
        RtmpProtocolException exception = Assert.Throws<RtmpProtocolException>(
            () => script.Send(Wire.Hex("04 000000 a00001 09 01000000")));
        Assert.Equal(RtmpError.MessageTooLong, exception.Error);
    }

    [Fact]
    public void MessageLimit_IsLowBeforePlaying()
    {
        using RtmpScript script = RtmpScript.Connected();
        RtmpProtocolException exception = Assert.Throws<RtmpProtocolException>(
            () => script.Send(Wire.Hex("04 000000 040001 09 01000000")));
        Assert.Equal(RtmpError.MessageTooLong, exception.Error);
    }

    [Fact]
    public void PiledUpReplies_HaltTheInput()
    {
        using RtmpScript script = RtmpScript.Connected();
        byte[] ping = script.Client.UserControl(6, 1);
        byte[] pings = [.. Enumerable.Repeat(ping, 10_000).SelectMany(bytes => bytes)];
        var input = new System.Buffers.ReadOnlySequence<byte>(pings);
        script.Session.Receive(input, script.Now, out SequencePosition consumed, out SequencePosition examined);
        Assert.Equal(consumed, examined);
        Assert.InRange(input.GetOffset(consumed), 1, RtmpLimits.Default.MaximumReplyBytes + ping.Length);
        script.Do(_ => { });
        script.Send(pings[(int)input.GetOffset(consumed)..]);
        for (int i = 0; i < 10_000; i++)
        {
            Assert.Equal("UserControl 7", script.Next().ToString());
        }

        script.ExpectNothing();
    }

    [Fact]
    public void PiledUpEvents_HaltTheInput()
    {
        using RtmpScript script = RtmpScript.Connected();
        byte[] bytes = [.. Enumerable.Range(0, 1000).SelectMany(number => script.Client.UserControl(3, 1, (uint)number))];
        var input = new System.Buffers.ReadOnlySequence<byte>(bytes);
        script.Session.Receive(input, script.Now, out SequencePosition consumed, out _);
        int events = 0;
        while (script.Session.TryTakeEvent(out _))
        {
            events++;
        }

        Assert.InRange(events, 1, 64);
        Assert.True(input.GetOffset(consumed) < bytes.Length);
    }
}
