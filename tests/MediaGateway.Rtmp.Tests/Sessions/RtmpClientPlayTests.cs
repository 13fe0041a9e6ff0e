using MediaGateway.Media.Amf;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Messages;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Sessions;

/// <summary>The client that plays: what a gateway does that pulls a stream from another server.</summary>
public sealed class RtmpClientPlayTests
{
    // Sorenson Spark needs no configuration: frame type and codec, then anything.
    private static readonly byte[] Keyframe = [0x12, 1, 2, 3];
    private static readonly byte[] Delta = [0x22, 4, 5];
    private static readonly byte[] Sound = [0x2F, 6, 7, 8];

    [Fact]
    public void Connect_SaysWhatPlayersSayAndWhatTheGatewayPassesOn()
    {
        using var script = new RtmpClientScript(
            "rtmp://user:pass@h/live/key?s=2", RtmpClientOptions.ForPlaying with { RelayPath = "a,b" });
        script.Send(RtmpClientScript.ServerHandshake());
        var map = (AmfMap)script.Next().Values[2];

        Assert.Null(map.Find("type"));
        Assert.StartsWith("LNX", map.Find("flashVer")?.AsString, StringComparison.Ordinal);
        Assert.Equal("a,b", map.Find("mediaGatewayRelay")?.AsString);
        Assert.Contains("Opus", ((AmfStrictArray)map.Find("fourCcList")!).Values.Select(value => value.AsString));
        Assert.NotNull(map.Find("capsEx")?.AsNumber);
        Assert.DoesNotContain(map.Properties, property => property.Value.AsString is { } text && text.Contains("pass", StringComparison.Ordinal));
    }

    [Fact]
    public void PlainPlayer_SaysNothingOfEnhancedRtmp()
    {
        using var script = new RtmpClientScript("rtmp://h/live/key", RtmpClientOptions.ForPlaying with { AnnouncesEnhanced = false });
        script.Send(RtmpClientScript.ServerHandshake());
        var map = (AmfMap)script.Next().Values[2];

        Assert.NotNull(map.Find("audioCodecs"));
        Assert.Null(map.Find("fourCcList"));
        Assert.Null(map.Find("capsEx"));
    }

    [Fact]
    public void Play_AsksForTheLiveStreamOnTheStreamThatTheServerMade()
    {
        using var script = new RtmpClientScript("rtmp://h/live/key?s=2", RtmpClientOptions.ForPlaying);
        script.Send(RtmpClientScript.ServerHandshake());
        script.Send(script.ConnectResult());
        script.Send(script.Result(4, 7));
        script.Expect("connect", "WindowAcknowledgementSize", "createStream");
        RtmpTestMessage play = script.Next();

        Assert.Equal(7u, play.MessageStreamId);
        Assert.Equal("key?s=2", play.Values[3].AsString);
        Assert.Equal(-1000, play.Values[4].AsNumber);
        Assert.Equal(script.Now + new RtmpClientOptions().SetUpTimeout, script.Session.NextDeadline);
    }

    [Fact]
    public void Media_ComesOutAsFramesAndMetadataInOrder()
    {
        using RtmpClientScript script = RtmpClientScript.Playing();
        script.Send(script.Server.Control(1, 4096));
        script.Send(script.Server.Data(1, "onMetaData", new Dictionary<string, object?> { ["width"] = 320.0, ["height"] = 240.0 }));
        script.Send(script.Server.Message((int)RtmpMessageType.Video, 1, Keyframe, timestamp: 1000));
        script.Send(script.Server.Message((int)RtmpMessageType.Audio, 1, Sound, timestamp: 1010));
        script.Send(script.Server.Message((int)RtmpMessageType.Video, 1, Delta, timestamp: 1040));
        script.Send(script.Server.Message((int)RtmpMessageType.Video, 9, Delta, timestamp: 1080)); // no stream of ours

        Assert.Equal(["M2", "K1000", "A1010", "D1040"], script.Played);
        Assert.Equal(TimeSpan.MaxValue, script.Session.NextDeadline);
        script.Do(session => session.Close());
        script.Expect("deleteStream");
    }

    [Fact]
    public void MediaWithoutAStatusBeforeIt_IsPlayingToo()
    {
        using var script = new RtmpClientScript(options: RtmpClientOptions.ForPlaying);
        script.Send(RtmpClientScript.ServerHandshake());
        script.Send(script.ConnectResult());
        script.Send(script.Result(4, 1));
        script.Send(script.Status(1, "status", "NetStream.Play.Reset"));
        script.Send(script.Server.Message((int)RtmpMessageType.Video, 1, Keyframe));
        script.ExpectEvent<RtmpClientEvent.Playing>();
        script.Send(script.Status(1, "status", "NetStream.Play.Start"));

        Assert.Equal(["K0"], script.Played);
        Assert.Equal(RtmpClientState.Playing, script.Session.State);
    }

    [Theory]
    [InlineData("error", "NetStream.Play.StreamNotFound")]
    [InlineData("status", "NetStream.Play.StreamNotFound")]
    [InlineData("error", "NetStream.Play.Failed")]
    public void MissingStream_IsARefusalInTheServersWords(string level, string code)
    {
        using var script = new RtmpClientScript(options: RtmpClientOptions.ForPlaying);
        script.Send(RtmpClientScript.ServerHandshake());
        script.Send(script.ConnectResult());
        script.Send(script.Result(4, 1));
        script.Send(script.Status(1, level, code, "There is no such stream."));

        Assert.Equal(new RtmpClientEvent.Refused(code, "There is no such stream."), script.ExpectEvent<RtmpClientEvent.Refused>());
    }

    [Theory]
    [InlineData("status", "NetStream.Play.UnpublishNotify")]
    [InlineData("status", "NetStream.Play.Stop")]
    [InlineData("error", "NetStream.Play.StreamNotFound")]
    [InlineData("error", "NetStream.Failed")]
    public void EndOfTheStream_IsToldOnceAndNothingIsTakenAfterIt(string level, string code)
    {
        using RtmpClientScript script = RtmpClientScript.Playing();
        script.Send(
        [
            .. script.Server.Message((int)RtmpMessageType.Video, 1, Keyframe),
            .. script.Status(1, level, code),
            .. script.Server.Message((int)RtmpMessageType.Video, 1, Delta),
        ]);

        Assert.Equal(new RtmpClientEvent.Ended(code, ""), script.ExpectEvent<RtmpClientEvent.Ended>());
        Assert.Equal(["K0"], script.Played);
        script.ExpectNothing();
    }

    [Fact]
    public void WarningsAndUnknownStatuses_ChangeNothing()
    {
        using RtmpClientScript script = RtmpClientScript.Playing();
        script.Send(script.Status(1, "warning", "NetStream.Play.InsufficientBW"));
        script.Send(script.Status(1, "status", "NetStream.Play.PublishNotify"));
        script.Send(script.Server.Data(1, "|RtmpSampleAccess", true, true));
        script.ExpectNothing();
        Assert.Equal(RtmpClientState.Playing, script.Session.State);
    }

    [Fact]
    public void MoreFramesThanMayWait_LeaveInputUnread()
    {
        using RtmpClientScript script = RtmpClientScript.Playing();
        byte[] one = script.Server.Message((int)RtmpMessageType.Video, 1, Keyframe);
        byte[] flood = [.. Enumerable.Repeat(one, 1000).SelectMany(bytes => bytes)];
        var input = new System.Buffers.ReadOnlySequence<byte>(flood);
        script.Session.Receive(input, script.Now, out SequencePosition consumed, out SequencePosition examined);

        Assert.Equal(64 * one.Length, input.GetOffset(consumed));
        Assert.Equal(consumed, examined);
    }

    [Fact]
    public void HugePictures_AreRefusedByTheirDeclaredLength()
    {
        using RtmpClientScript script = RtmpClientScript.Playing();
        RtmpProtocolException fault = Assert.Throws<RtmpProtocolException>(() => script.Send(4, 0, 0, 0, 0xFF, 0xFF, 0xFF, 9, 1, 0, 0, 0));
        Assert.Equal(RtmpError.MessageTooLong, fault.Error);
    }

    // RELIABILITY 2.1: whatever a server sends, the client's session alone ends, and it keeps nothing.
    [Fact]
    public void MutatedServers_CauseNothingButTheProtocolException()
    {
        byte[] original;
        using (var script = new RtmpClientScript(options: RtmpClientOptions.ForPlaying))
        {
            original =
            [
                .. RtmpClientScript.ServerHandshake(),
                .. script.ConnectResult(),
                .. script.Result(4, 1),
                .. script.Status(1, "status", "NetStream.Play.Start"),
                .. script.Server.Data(1, "onMetaData", new Dictionary<string, object?> { ["width"] = 320.0 }),
                .. script.Server.Message((int)RtmpMessageType.Video, 1, Keyframe),
                .. script.Server.Message((int)RtmpMessageType.Video, 1, [0x17, 0, 0, 0, 0, 1, 66, 0, 30, 0xFF, 0xE1, 0, 4, 0x67, 66, 0, 30, 1, 0, 2, 0x68, 1]),
                .. script.Server.Message((int)RtmpMessageType.Audio, 1, [0xAF, 0, 0x12, 0x10]),
                .. script.Server.Message((int)RtmpMessageType.Audio, 1, [0xAF, 1, 9, 9, 9]),
                .. script.Server.Message((int)RtmpMessageType.Aggregate, 1, [9, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0x12, 1, 0, 0, 0, 13]),
            ];
        }

        var pool = new BufferPool();
        var random = new Random(37);
        int broken = 0;
        for (int i = 0; i < 5_000; i++)
        {
            byte[] bytes = (byte[])original.Clone();
            for (int change = random.Next(1, 8); change > 0; change--)
            {
                bytes[random.Next(3073, bytes.Length)] = (byte)random.Next(256);
            }

            using var script = new RtmpClientScript(options: RtmpClientOptions.ForPlaying, pool: pool);
            try
            {
                int cut = random.Next(bytes.Length);
                script.Send(bytes[..cut]);
                script.Send(bytes[cut..]);
            }
            catch (RtmpProtocolException)
            {
                broken++;
            }
        }

        Assert.InRange(broken, 1, 4_999);
        Assert.Equal(0, pool.Outstanding(BufferOwner.RtmpMessage) + pool.Outstanding(BufferOwner.Reply) + pool.Outstanding(BufferOwner.Frame));
    }
}
