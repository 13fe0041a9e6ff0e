using System.Buffers;
using System.Text;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp;
using MediaGateway.Rtmp.Messages;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Testing;
using static MediaGateway.Fuzz.OracleException;

namespace MediaGateway.Fuzz.Targets;

/// <summary>Whole sessions of RTMP, on both sides.</summary>
internal static class RtmpSessionTargets
{
    /// <summary>The targets.</summary>
    public static IEnumerable<FuzzTarget> All =>
    [
        new()
        {
            Name = "rtmp-publisher",
            Parser = "`RtmpServerSession` of a peer that publishes: commands, data, media",
            Oracle = "answers stay in their bound; all memory comes back",
            Seeds = () => [RtmpDialogues.Publish(), .. SeedFiles.Below("fuzz", "rtmp_gortmplib"), .. SeedFiles.Below("rtmp", "srs")],
            Words = RtmpTargets.ChunkWords,
            MaximumBytes = 16 * 1024,
            AllocationConstant = 4 * 1024 * 1024,
            Parse = bytes => Serve(bytes, true, bytes.Length),
        },
        new()
        {
            Name = "rtmp-connection",
            Parser = "`RtmpServerSession` from the first byte",
            Oracle = "the same events in one piece and in pieces of five hundred; all memory comes back",
            Seeds = () => [[.. RtmpTestClient.Hello(), .. RtmpTestClient.Finish(), .. PlayDialogue()], .. SeedFiles.Below("rtmp", "fq").Where(bytes => bytes.Length < 32 * 1024)],
            Words = RtmpTargets.ChunkWords,
            MaximumBytes = 32 * 1024,
            AllocationConstant = 4 * 1024 * 1024,
            Parse = bytes => Serve(bytes, false, bytes.Length),
            Verify = bytes => RequireEqual(Serve(bytes, false, bytes.Length), Serve(bytes, false, 500), "what the session told its owner"),
        },
        new()
        {
            Name = "rtmp-client",
            Parser = "`RtmpClientSession`, publishing and playing: what a hostile server says",
            Oracle = "nothing but the protocol exception; all memory comes back",
            Seeds = ClientSeeds,
            Words = RtmpTargets.ChunkWords,
            MaximumBytes = 16 * 1024,
            AllocationConstant = 4 * 1024 * 1024,
            Parse = BeClient,
        },
    ];

    private static byte[] PlayDialogue()
    {
        using var client = new RtmpTestClient();
        return
        [
            .. client.Connect("live?token=x"),
            .. client.Command("createStream", 0, [null]),
            .. client.UserControl(3, 1, 3000),
            .. client.Command("getStreamLength", 0, null, "mp4:a"),
            .. client.Command("play", 1, null, "x", -2000, -1, true),
            .. client.Command("pause", 1, null, true, 1000),
            .. client.Command("seek", 1, null, 5000),
            .. client.Command("receiveAudio", 1, null, false),
            .. client.Command("play2", 1, null, new Dictionary<string, object?> { ["streamName"] = "y", ["transition"] = "switch" }),
            .. client.Command("deleteStream", 0, null, 1),
            .. client.Command("unknown", 0, null, new object?[] { 1, "a", true }),
        ];
    }

    /// <summary>Runs a session that says yes to everything; gives what it told its owner, one letter each, and how it broke.</summary>
    private static string Serve(byte[] bytes, bool isPublishing, int step)
    {
        var told = new StringBuilder();
        using (var session = new RtmpServerSession(new RtmpSessionOptions { Limits = new RtmpLimits { MaximumSmallChunksPerSecond = int.MaxValue } }, Pools.Mine, new Random(1), TimeSpan.Zero))
        {
            try
            {
                if (isPublishing)
                {
                    using var client = new RtmpTestClient();
                    Give(session, [.. RtmpTestClient.Hello(), .. RtmpTestClient.Finish(), .. client.Connect("live"), .. client.Command("createStream", 0, [null]), .. client.Command("publish", 1, null, "x", "live")], 4096, told);
                }

                Give(session, bytes, Math.Max(1, step), told);
            }
            catch (RtmpProtocolException exception)
            {
                Drain(session, told);
                told.Append(exception.Error);
            }
        }

        Pools.RequireReturned();
        return told.ToString();
    }

    private static void Give(RtmpServerSession session, byte[] bytes, int step, StringBuilder told)
    {
        int consumed = 0;
        for (int end = 0; end < bytes.Length;)
        {
            end = Math.Min(bytes.Length, end + step);
            int before;
            do
            {
                before = consumed;
                var input = new ReadOnlySequence<byte>(bytes, consumed, end - consumed);
                session.Receive(input, TimeSpan.Zero, out SequencePosition taken, out SequencePosition examined);
                Require(input.GetOffset(examined) >= input.GetOffset(taken), "examined lies before consumed");
                consumed += (int)input.Slice(input.Start, taken).Length;
                bool hadAnswers = Drain(session, told);
                if (consumed == before && !hadAnswers)
                {
                    break;
                }
            }
            while (consumed < end);
        }
    }

    private static bool Drain(RtmpServerSession session, StringBuilder told)
    {
        bool any = false;
        int replies = 0;
        while (session.TryTakeReply(out PooledBuffer? buffer, out int length))
        {
            replies += length;
            buffer.Dispose();
            any = true;
        }

        Require(replies <= 256 * 1024, $"{replies} bytes of answers waited");
        while (session.TryTakePublished(out RtmpPublished item))
        {
            told.Append(item.Frame is null ? 'm' : 'f');
            item.Frame?.Release();
            any = true;
        }

        while (session.TryTakeEvent(out RtmpEvent? rtmpEvent))
        {
            told.Append(rtmpEvent.GetType().Name[0]);
            Answer(session, rtmpEvent);
            any = true;
        }

        return any;
    }

    private static void Answer(RtmpServerSession session, RtmpEvent rtmpEvent)
    {
        switch (rtmpEvent)
        {
            case RtmpEvent.ConnectRequested:
                session.AcceptConnect();
                break;
            case RtmpEvent.PublishRequested publish:
                session.AcceptPublish(publish.MessageStreamId);
                break;
            case RtmpEvent.PlayRequested play:
                session.AcceptPlay(play.MessageStreamId);
                break;
            case RtmpEvent.TransitionRequested transition:
                session.Transitions.Reject(transition.Play.MessageStreamId, StatusCode.PlayFailed, "no");
                break;
            case RtmpEvent.SeekRequested seek:
                session.Recordings.RejectSeek(seek.MessageStreamId, "no");
                break;
            case RtmpEvent.LengthRequested length:
                session.Recordings.AnswerLength(length.TransactionId, 1);
                break;
        }
    }

    private static IEnumerable<byte[]> ClientSeeds()
    {
        using var script = new RtmpClientScript();
        byte[] answers = [.. script.ConnectResult(), .. script.Result(4, 1)];
        yield return [1, .. answers, .. script.Status(1, "status", "NetStream.Publish.Start"), .. script.Server.UserControl(6, 7)];
        yield return [0, .. answers, .. script.Status(1, "status", "NetStream.Play.Start"), .. RtmpDialogues.Publish()];
        yield return [0, .. script.Rejection("NetConnection.Connect.Rejected", "[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ]")];
        yield return [1, .. script.Rejection("NetConnection.Connect.Rejected", "moved", "rtmp://other/live/x")];
    }

    private static void BeClient(byte[] bytes)
    {
        bool publishes = bytes is [1, ..];
        RtmpTargetUrl.TryParse("rtmp://user:secret@h/live/key", out RtmpTargetUrl? target, out _);
        using (var session = new RtmpClientSession(target!, null, publishes ? new RtmpClientOptions() : RtmpClientOptions.ForPlaying, Pools.Mine, new Random(1), TimeSpan.Zero))
        {
            try
            {
                Give(session, [.. RtmpClientScript.ServerHandshake(), .. bytes.AsSpan(Math.Min(1, bytes.Length))]);
            }
            catch (RtmpProtocolException)
            {
                // What it is to end in.
                Drain(session);
            }
        }

        Pools.RequireReturned();
    }

    private static void Give(RtmpClientSession session, byte[] bytes)
    {
        int consumed = 0;
        int before;
        do
        {
            before = consumed;
            var input = new ReadOnlySequence<byte>(bytes, consumed, bytes.Length - consumed);
            session.Receive(input, TimeSpan.Zero, out SequencePosition taken, out _);
            consumed += (int)input.Slice(input.Start, taken).Length;
            Drain(session);
        }
        while (consumed > before && consumed < bytes.Length);
    }

    private static void Drain(RtmpClientSession session)
    {
        while (session.TryTakeOutput(out PooledBuffer? buffer, out _))
        {
            buffer.Dispose();
        }

        while (session.TryTakePlayed(out RtmpPublished item))
        {
            item.Frame?.Release();
        }

        while (session.TryTakeEvent(out _))
        {
        }
    }
}
