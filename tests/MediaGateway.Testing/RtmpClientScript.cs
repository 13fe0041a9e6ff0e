using System.Buffers;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp;
using MediaGateway.Rtmp.Sessions;
using Xunit;

namespace MediaGateway.Testing;

/// <summary>
/// A dialogue between a client's session and a test server in virtual time: <c>Send</c> what the server says, <c>Expect</c> what
/// the client says.
/// </summary>
public sealed class RtmpClientScript : IDisposable
{
    private readonly BufferPool _pool;
    private readonly Queue<RtmpTestMessage> _said = new();
    private readonly Queue<RtmpClientEvent> _events = new();
    private byte[] _unread = [];

    /// <summary>Makes a session that has received nothing.</summary>
    public RtmpClientScript(string url = "rtmp://h/live/key", RtmpClientOptions? options = null, string? authorization = null, BufferPool? pool = null)
    {
        _pool = pool ?? new TrackingBufferPool();
        Assert.True(RtmpTargetUrl.TryParse(url, out RtmpTargetUrl? target, out string? refusal), refusal);
        Session = new RtmpClientSession(target, authorization, options ?? new RtmpClientOptions(), _pool, new Random(1), Now);
        Drain();
    }

    /// <summary>Virtual gateway time.</summary>
    public TimeSpan Now { get; private set; } = TimeSpan.FromDays(123.456);

    /// <summary>The session under test.</summary>
    public RtmpClientSession Session { get; }

    /// <summary>The server's side of the wire: the same writer and reader that stand in for clients elsewhere.</summary>
    public RtmpTestClient Server { get; } = new();

    /// <summary>Everything that the client sent, handshake included.</summary>
    public List<byte> Sent { get; } = [];

    /// <summary>What the client was sent while it played: frames as <c>A20</c>, <c>K0</c>, <c>D40</c> or <c>S0</c> (data), metadata as <c>M</c> and the number of its properties.</summary>
    public List<string> Played { get; } = [];

    /// <summary>S0, S1 and S2 of a plain server.</summary>
    public static byte[] ServerHandshake()
    {
        byte[] bytes = new byte[1 + (2 * 1536)];
        new Random(9).NextBytes(bytes);
        bytes[0] = 3;
        return bytes;
    }

    /// <summary>A client that may send media on message stream 1, everything said so far taken.</summary>
    public static RtmpClientScript Publishing(string url = "rtmp://h/live/key", RtmpClientOptions? options = null)
    {
        var script = new RtmpClientScript(url, options);
        script.Send(ServerHandshake());
        script.Expect("connect");
        script.Send(script.ConnectResult());
        script.Expect("WindowAcknowledgementSize", "SetChunkSize", "releaseStream", "FCPublish", "createStream");
        script.Send(script.Result(4, 1));
        script.Expect("publish");
        script.Send(script.Status(1, "status", "NetStream.Publish.Start"));
        script.ExpectEvent<RtmpClientEvent.Published>();
        return script;
    }

    /// <summary>A client to which media may be sent on message stream 1, everything said so far taken.</summary>
    public static RtmpClientScript Playing(string url = "rtmp://h/live/key", RtmpClientOptions? options = null, BufferPool? pool = null)
    {
        var script = new RtmpClientScript(url, options ?? RtmpClientOptions.ForPlaying, pool: pool);
        script.Send(ServerHandshake());
        script.Expect("connect");
        script.Send(script.ConnectResult());
        script.Expect("WindowAcknowledgementSize", "createStream");
        script.Send(script.Result(4, 1));
        script.Expect("play");
        script.Send(script.Status(1, "status", "NetStream.Play.Start"));
        script.ExpectEvent<RtmpClientEvent.Playing>();
        return script;
    }

    /// <summary>The answer that lets a client connect.</summary>
    public byte[] ConnectResult() => Server.CommandWithTransaction(
        "_result", 1, 0, new Dictionary<string, object?> { ["fmsVer"] = "FMS/3,0,1,123" }, Information("status", "NetConnection.Connect.Success"));

    /// <summary>The answer to a call: a number.</summary>
    public byte[] Result(double transactionId, double value) => Server.CommandWithTransaction("_result", transactionId, 0, null, value);

    /// <summary>A status of a message stream.</summary>
    public byte[] Status(uint messageStreamId, string level, string code, string description = "") =>
        Server.CommandWithTransaction("onStatus", 0, messageStreamId, null, Information(level, code, description));

    /// <summary>A refusal of the connection.</summary>
    public byte[] Rejection(string code, string description, string? redirect = null)
    {
        Dictionary<string, object?> information = Information("error", code, description);
        if (redirect is not null)
        {
            information["ex"] = new Dictionary<string, object?> { ["code"] = 302.0, ["redirect"] = redirect };
        }

        return Server.CommandWithTransaction("_error", 1, 0, null, information);
    }

    /// <summary>The server says something.</summary>
    public void Send(params byte[] bytes)
    {
        _unread = [.. _unread, .. bytes];
        int before;
        do
        {
            before = _unread.Length;
            var input = new ReadOnlySequence<byte>(_unread);
            Session.Receive(input, Now, out SequencePosition consumed, out SequencePosition examined);
            Assert.True(input.GetOffset(examined) >= input.GetOffset(consumed), "examined lies before consumed");
            _unread = input.Slice(consumed).ToArray();
            Drain();
        }
        while (_unread.Length < before && _unread.Length > 0);
    }

    /// <summary>The owner of the session does something.</summary>
    public void Do(Action<RtmpClientSession> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        action(Session);
        Drain();
    }

    /// <summary>Time passes.</summary>
    public void Wait(TimeSpan time)
    {
        Now += time;
        Session.Advance(Now);
        Drain();
    }

    /// <summary>The client's next messages, in the words of <see cref="RtmpTestMessage.ToString"/>.</summary>
    public void Expect(params string[] messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        Assert.Equal(messages, _said.Take(messages.Length).Select(message => message.ToString()));
        for (int i = 0; i < messages.Length; i++)
        {
            _said.Dequeue();
        }
    }

    /// <summary>The client's next message.</summary>
    public RtmpTestMessage Next()
    {
        Assert.True(_said.Count > 0, "the client said nothing");
        return _said.Dequeue();
    }

    /// <summary>The next event for the owner.</summary>
    public T ExpectEvent<T>()
        where T : RtmpClientEvent
    {
        Assert.True(_events.Count > 0, "there is no event");
        return Assert.IsType<T>(_events.Dequeue());
    }

    /// <summary>The client said nothing more, and there is no event.</summary>
    public void ExpectNothing()
    {
        Assert.Empty(_said.Select(message => message.ToString()));
        Assert.Empty(_events);
    }

    /// <summary>Ends the session and fails the test when it kept memory.</summary>
    public void Dispose()
    {
        Session.Dispose();
        Server.Dispose();
        (_pool as IDisposable)?.Dispose();
    }

    private static Dictionary<string, object?> Information(string level, string code, string description = "") =>
        new() { ["level"] = level, ["code"] = code, ["description"] = description };

    private static string LetterOf(MediaFrame frame) => frame.Kind switch
    {
        TrackKind.Audio => "A",
        TrackKind.Data => "S",
        _ => frame.IsKeyframe ? "K" : "D",
    };

    private void Drain()
    {
        while (Session.TryTakeOutput(out PooledBuffer? buffer, out int length))
        {
            using (buffer)
            {
                Sent.AddRange(buffer.Span[..length]);
                foreach (RtmpTestMessage message in Server.Receive(buffer.Span[..length]))
                {
                    _said.Enqueue(message);
                }
            }
        }

        while (Session.TryTakePlayed(out RtmpPublished item))
        {
            Played.Add(item.Frame is { } frame ? $"{LetterOf(frame)}{frame.Decoding.ToMilliseconds()}" : $"M{item.Metadata!.Properties.Count}");
            item.Frame?.Release();
        }

        while (Session.TryTakeEvent(out RtmpClientEvent? clientEvent))
        {
            _events.Enqueue(clientEvent);
        }
    }
}
