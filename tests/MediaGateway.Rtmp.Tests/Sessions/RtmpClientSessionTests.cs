using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using MediaGateway.Media.Amf;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Messages;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Sessions;

/// <summary>The client against servers as they are, and against hostile ones.</summary>
public sealed class RtmpClientSessionTests
{
    [Fact]
    public void Handshake_IsThePlainOneAndEchoesTheServer()
    {
        using var script = new RtmpClientScript();
        Assert.Equal(1537, script.Sent.Count);
        Assert.Equal([3, 0, 0, 0, 0, 0, 0, 0, 0], script.Sent[..9]);
        byte[] server = RtmpClientScript.ServerHandshake();
        script.Send(server[..1537]);
        Assert.Equal(server[1..1537], script.Sent[1537..3073]); // C2 is there before S2
        script.Send(server[1537..]);
        script.Expect("connect");
    }

    [Fact]
    public void Connect_SaysApplicationAndAddressWithoutTheKey()
    {
        using var script = new RtmpClientScript("rtmp://user:pass@h:99/live?c=1/secret?s=2", new RtmpClientOptions { RelayPath = "a,b" });
        script.Send(RtmpClientScript.ServerHandshake());
        RtmpTestMessage connect = script.Next();
        var map = (AmfMap)connect.Values[2];
        Assert.Equal(1, connect.Values[1].AsNumber);
        Assert.Equal("live?c=1", map.Find("app")?.AsString);
        Assert.Equal("rtmp://h:99/live?c=1", map.Find("tcUrl")?.AsString);
        Assert.Equal("a,b", map.Find("mediaGatewayRelay")?.AsString);
        Assert.DoesNotContain(map.Properties, property => property.Value.AsString is { } text && (text.Contains("secret") || text.Contains("pass")));
    }

    [Fact]
    public void EnhancedCodecs_AreAnnouncedAndTheServersAnswerIsKept()
    {
        using var script = new RtmpClientScript();
        script.Send(RtmpClientScript.ServerHandshake());
        var connect = (AmfMap)script.Next().Values[2];
        Assert.Equal(["av01", "vp09", "hvc1"], ((AmfStrictArray)connect.Find("fourCcList")!).Values.Select(value => value.AsString));
        script.Send(script.Server.CommandWithTransaction(
            "_result",
            1,
            0,
            new Dictionary<string, object?> { ["videoFourCcInfoMap"] = new Dictionary<string, object?> { ["hvc1"] = 4.0 } },
            new Dictionary<string, object?> { ["code"] = "NetConnection.Connect.Success" }));
        RtmpPeerCapabilities capabilities = script.Session.Capabilities;
        Assert.True(capabilities.IsEnhanced);
        Assert.True(capabilities.Codecs.Contains(CodecId.Hevc));
        Assert.False(capabilities.Codecs.Contains(CodecId.Av1));
        using RtmpClientScript plain = RtmpClientScript.Publishing();
        Assert.False(plain.Session.Capabilities.IsEnhanced);
        Assert.True(plain.Session.Capabilities.Codecs.Contains(CodecId.H264));
    }

    [Fact]
    public void Publishing_GoesTheWayOfEncoders()
    {
        using RtmpClientScript script = RtmpClientScript.Publishing();
        Assert.Equal((RtmpClientState.Publishing, 1u, 60_000), (script.Session.State, script.Session.MessageStreamId, script.Session.ChunkSize));
        Assert.Equal(TimeSpan.MaxValue, script.Session.NextDeadline);
        script.Wait(TimeSpan.FromDays(1));
        script.Do(session => session.Close());
        script.Expect("FCUnpublish", "deleteStream");
        script.ExpectNothing();
        Assert.Equal(RtmpClientState.Closing, script.Session.State);
    }

    [Fact]
    public void Publish_IsSentOnTheStreamThatTheServerMade()
    {
        using var script = new RtmpClientScript();
        script.Send(RtmpClientScript.ServerHandshake());
        script.Send(script.ConnectResult());
        script.Send(script.Result(4, 7));
        script.Expect("connect", "WindowAcknowledgementSize", "SetChunkSize", "releaseStream", "FCPublish", "createStream");
        RtmpTestMessage publish = script.Next();
        Assert.Equal(7u, publish.MessageStreamId);
        Assert.Equal(["publish", null, null, "key", "live"], publish.Values.Select(value => value.AsString));
    }

    [Fact]
    public void WholeDialogue_ByteByByte_IsTheSame()
    {
        using var whole = new RtmpClientScript();
        using var pieces = new RtmpClientScript();
        byte[] dialogue = ServerDialogue(whole);
        whole.Send(dialogue);
        foreach (byte one in dialogue)
        {
            pieces.Send(one);
        }

        whole.ExpectEvent<RtmpClientEvent.Published>();
        pieces.ExpectEvent<RtmpClientEvent.Published>();
        Assert.Equal(whole.Sent, pieces.Sent);
    }

    [Fact]
    public void AnswersToCallsThatFewServersKnow_AreLetPass()
    {
        using var script = new RtmpClientScript();
        script.Send(RtmpClientScript.ServerHandshake());
        script.Send(script.Server.CommandWithTransaction("onBWDone", 0, 0, null, 8192));
        script.Send(script.ConnectResult());
        script.Send(script.Server.CommandWithTransaction("_error", 2, 0, null, "no releaseStream here"));
        script.Send(script.Server.CommandWithTransaction("onFCPublish", 0, 0, null, null));
        script.Send(script.Result(4, 1));
        script.Send(script.Status(1, "status", "NetStream.Publish.Start"));
        script.ExpectEvent<RtmpClientEvent.Published>();
    }

    [Fact]
    public void PingsAndTheAcknowledgementWindow_AreAnswered()
    {
        using RtmpClientScript script = RtmpClientScript.Publishing();
        script.Send(script.Server.UserControl(6, 77));
        script.Expect("UserControl 7");
        script.Send(script.Server.Control(5, 100));
        script.Send(script.Server.Message(18, 0, new byte[200]));
        script.Expect("Acknowledgement", "Acknowledgement");
    }

    [Theory]
    [InlineData("NetConnection.Connect.InvalidApp", "No such application")]
    [InlineData("NetConnection.Connect.Rejected", "")]
    public void RefusedConnection_IsToldInTheServersWords(string code, string description)
    {
        using var script = new RtmpClientScript();
        script.Send(RtmpClientScript.ServerHandshake());
        script.Send(script.Rejection(code, description));
        Assert.Equal(new RtmpClientEvent.Refused(code, description), script.ExpectEvent<RtmpClientEvent.Refused>());
        Assert.Equal(RtmpClientState.Closing, script.Session.State);
        script.Send(1, 2, 3); // nothing is taken any more
    }

    [Fact]
    public void RefusedPublishing_IsToldInTheServersWordsWithoutControlCharacters()
    {
        using var script = new RtmpClientScript();
        script.Send(RtmpClientScript.ServerHandshake());
        script.Send(script.ConnectResult());
        script.Send(script.Result(4, 1));
        script.Send(script.Status(1, "error", "NetStream.Publish.BadName", "In\r\nuse" + new string('x', 1000)));
        RtmpClientEvent.Refused refused = script.ExpectEvent<RtmpClientEvent.Refused>();
        Assert.Equal("NetStream.Publish.BadName", refused.Code);
        Assert.StartsWith("In  use", refused.Description, StringComparison.Ordinal);
        Assert.Equal(200, refused.Description.Length);
    }

    [Fact]
    public void CreateStreamRefused_IsARefusal()
    {
        using var script = new RtmpClientScript();
        script.Send(RtmpClientScript.ServerHandshake());
        script.Send(script.ConnectResult());
        script.Send(script.Server.CommandWithTransaction(
            "_error", 4, 0, null, new Dictionary<string, object?> { ["code"] = "NetConnection.Call.Failed", ["level"] = "error" }));
        Assert.Equal("NetConnection.Call.Failed", script.ExpectEvent<RtmpClientEvent.Refused>().Code);
    }

    [Fact]
    public void EndOfPublishing_IsToldOnce()
    {
        using RtmpClientScript script = RtmpClientScript.Publishing();
        script.Send([.. script.Status(1, "status", "NetStream.Unpublish.Success", "kicked"), .. script.Status(1, "error", "x")]);
        Assert.Equal(new RtmpClientEvent.Ended("NetStream.Unpublish.Success", "kicked"), script.ExpectEvent<RtmpClientEvent.Ended>());
        script.ExpectNothing();
    }

    [Fact]
    public void Redirects_AreToldAsTheyCome()
    {
        using var script = new RtmpClientScript();
        script.Send(RtmpClientScript.ServerHandshake());
        script.Send(script.Rejection("NetConnection.Connect.Rejected", "moved", redirect: "rtmp://127.0.0.1:6379/x"));
        Assert.Equal("rtmp://127.0.0.1:6379/x", script.ExpectEvent<RtmpClientEvent.Redirected>().Target);

        using RtmpClientScript live = RtmpClientScript.Publishing();
        live.Send(live.Server.CommandWithTransaction("onStatus", 0, 0, null, new Dictionary<string, object?>
        {
            ["code"] = "NetConnection.Connect.ReconnectRequest",
            ["level"] = "status",
            ["tcUrl"] = "rtmp://other/live",
        }));
        Assert.Equal("rtmp://other/live", live.ExpectEvent<RtmpClientEvent.Redirected>().Target);
    }

    [Fact]
    public void AdobeAuthentication_TakesTwoAnswers()
    {
        const string Url = "rtmp://name:pass@h/live/key";
        using var first = new RtmpClientScript(Url);
        first.Send(RtmpClientScript.ServerHandshake());
        first.Send(first.Rejection(
            "NetConnection.Connect.Rejected", "[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] : "));
        string query = first.ExpectEvent<RtmpClientEvent.AuthorizationNeeded>().Query;
        Assert.Equal("authmod=adobe&user=name", query);

        using var second = new RtmpClientScript(Url, authorization: query);
        second.Send(RtmpClientScript.ServerHandshake());
        Assert.Equal("live?authmod=adobe&user=name", ((AmfMap)second.Next().Values[2]).Find("app")?.AsString);
        second.Send(second.Rejection(
            "NetConnection.Connect.Rejected",
            "[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=needauth&user=name&salt=SALT==&challenge=CHAL&opaque=OPAQ=="));
        query = second.ExpectEvent<RtmpClientEvent.AuthorizationNeeded>().Query;
        Assert.True(RtmpUrlPart.TryParse("?" + query, out RtmpUrlPart? answer));
        string secret = Hash("nameSALT==pass");
        Assert.Equal(Hash(secret + "OPAQ==" + answer.Parameter("challenge")), answer.Parameter("response"));
        Assert.Equal("OPAQ==", answer.Parameter("opaque"));

        using var third = new RtmpClientScript(Url, authorization: query);
        third.Send(RtmpClientScript.ServerHandshake());
        third.Send(third.Rejection("NetConnection.Connect.Rejected", "[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=authfailed"));
        third.ExpectEvent<RtmpClientEvent.Refused>();

#pragma warning disable CA5351 // The scheme prescribes MD5.
        static string Hash(string text) => Convert.ToBase64String(MD5.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5351
    }

    [Fact]
    public void AuthenticationWithoutAPasswordOrOfAnotherKind_IsARefusal()
    {
        using var nobody = new RtmpClientScript();
        nobody.Send(RtmpClientScript.ServerHandshake());
        nobody.Send(nobody.Rejection("NetConnection.Connect.Rejected", "[ code=403 need auth; authmod=adobe ]"));
        nobody.ExpectEvent<RtmpClientEvent.Refused>();

        using var other = new RtmpClientScript("rtmp://name:pass@h/live/key");
        other.Send(RtmpClientScript.ServerHandshake());
        other.Send(other.Rejection("NetConnection.Connect.Rejected", "[ code=403 need auth; authmod=llnw ]"));
        Assert.Contains("not supported", other.ExpectEvent<RtmpClientEvent.Refused>().Description, StringComparison.Ordinal);
    }

    [Fact]
    public void SilentServer_IsGivenUp()
    {
        using var deaf = new RtmpClientScript();
        Assert.Equal(RtmpError.HandshakeTimeout, Assert.Throws<RtmpProtocolException>(() => deaf.Wait(TimeSpan.FromSeconds(15))).Error);
        using var undecided = new RtmpClientScript();
        undecided.Send(RtmpClientScript.ServerHandshake());
        undecided.Send(undecided.ConnectResult());
        undecided.Wait(TimeSpan.FromSeconds(14.9));
        Assert.Equal(RtmpError.ConnectTimeout, Assert.Throws<RtmpProtocolException>(() => undecided.Wait(TimeSpan.FromSeconds(0.1))).Error);
    }

    [Fact]
    public void NoRtmpServer_IsAProtocolError()
    {
        using var script = new RtmpClientScript();
        RtmpProtocolException fault = Assert.Throws<RtmpProtocolException>(() => script.Send("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray()));
        Assert.Equal(RtmpError.UnsupportedVersion, fault.Error);
    }

    [Fact]
    public void HugeMessagesOfTheServer_AreRefusedByTheirDeclaredLength()
    {
        using var script = new RtmpClientScript();
        script.Send(RtmpClientScript.ServerHandshake());
        RtmpProtocolException fault = Assert.Throws<RtmpProtocolException>(() => script.Send(3, 0, 0, 0, 0xFF, 0xFF, 0xFF, 20, 0, 0, 0, 0));
        Assert.Equal(RtmpError.MessageTooLong, fault.Error);
    }

    [Fact]
    public void MoreRepliesThanMayWait_LeaveInputUnread()
    {
        using var script = new RtmpClientScript();
        script.Send(RtmpClientScript.ServerHandshake());
        byte[] ping = script.Server.UserControl(6, 1);
        byte[] flood = [.. Enumerable.Repeat(ping, 20_000).SelectMany(bytes => bytes)];
        var input = new ReadOnlySequence<byte>(flood);
        script.Session.Receive(input, script.Now, out SequencePosition consumed, out _);
        Assert.InRange(input.GetOffset(consumed) - input.GetOffset(input.Start), 1, flood.Length - 1);
    }

    // RELIABILITY 2.1, the row of librtmp's CVE-2015-8270 to 8272: a hostile server is as untrusted as a client.
    [Fact]
    public void MutatedServers_CauseNothingButTheProtocolException()
    {
        byte[] original;
        using (var script = new RtmpClientScript())
        {
            original = ServerDialogue(script);
        }

        var pool = new BufferPool();
        var random = new Random(31);
        int broken = 0;
        for (int i = 0; i < 5_000; i++)
        {
            byte[] bytes = (byte[])original.Clone();
            for (int change = random.Next(1, 8); change > 0; change--)
            {
                bytes[random.Next(3073, bytes.Length)] = (byte)random.Next(256);
            }

            using var script = new RtmpClientScript(pool: pool);
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
        Assert.Equal(0, pool.Outstanding(BufferOwner.RtmpMessage) + pool.Outstanding(BufferOwner.Reply));
    }

    [Fact]
    public void FuzzSeedsOfOtherServers_CauseNothingButTheProtocolException()
    {
        var pool = new BufferPool();
        string[] files = [.. TestData.Files("fuzz", "rtmp_gortmplib").Concat(TestData.Files("rtmp", "fq"))];
        Assert.NotEmpty(files);
        foreach (string file in files)
        {
            byte[] bytes = File.ReadAllBytes(file);
            foreach (byte[] variant in new[] { bytes, [.. RtmpClientScript.ServerHandshake(), .. bytes] })
            {
                using var script = new RtmpClientScript(pool: pool);
                try
                {
                    script.Send(variant);
                }
                catch (RtmpProtocolException)
                {
                    continue;
                }
            }
        }

        Assert.Equal(0, pool.Outstanding(BufferOwner.RtmpMessage) + pool.Outstanding(BufferOwner.Reply));
    }

    private static byte[] ServerDialogue(RtmpClientScript script) =>
    [
        .. RtmpClientScript.ServerHandshake(),
        .. script.Server.Control((int)RtmpMessageType.WindowAcknowledgementSize, 2_500_000),
        .. script.Server.UserControl(0, 0),
        .. script.ConnectResult(),
        .. script.Server.UserControl(6, 77),
        .. script.Result(4, 1),
        .. script.Status(1, "status", "NetStream.Publish.Start"),
    ];
}
