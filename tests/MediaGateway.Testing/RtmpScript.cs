using System.Buffers;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Sessions;
using Xunit;

namespace MediaGateway.Testing;

/// <summary>
/// A dialogue between a test client and a server session in virtual time: <c>Send</c> what the client says, <c>Expect</c> what the
/// server answers. Bytes that the session leaves unread are offered again, as a pipe would.
/// </summary>
public sealed class RtmpScript : IDisposable
{
    private readonly TrackingBufferPool _pool = new();
    private readonly Queue<RtmpTestMessage> _replies = new();
    private readonly Queue<RtmpEvent> _events = new();
    private readonly Queue<RtmpPublished> _published = new();
    private byte[] _unread = [];

    /// <summary>Makes a session that has received nothing.</summary>
    public RtmpScript(RtmpSessionOptions? options = null)
    {
        Session = new RtmpServerSession(options ?? new RtmpSessionOptions(), _pool, new Random(1), Now);
    }

    /// <summary>Virtual gateway time.</summary>
    public TimeSpan Now { get; private set; } = TimeSpan.FromDays(123.456);

    /// <summary>When the client's machine acknowledged something for the last time; null while it does.</summary>
    public TimeSpan? VanishedAt { get; set; }

    /// <summary>Whether media flows to the client all the time.</summary>
    public bool IsFed { get; set; }

    /// <summary>The session under test.</summary>
    public RtmpServerSession Session { get; }

    /// <summary>The client's side of the wire.</summary>
    public RtmpTestClient Client { get; } = new();

    /// <summary>Bytes that the session did not take yet.</summary>
    public int UnreadBytes => _unread.Length;

    /// <summary>A connection on which the handshake and connect are done and the replies taken.</summary>
    public static RtmpScript Connected(RtmpSessionOptions? options = null, string app = "live")
    {
        var script = new RtmpScript(options);
        script.Send(RtmpTestClient.Hello());
        script.Send(RtmpTestClient.Finish());
        script.Send(script.Client.Connect(app));
        script.ExpectEvent<RtmpEvent.ConnectRequested>();
        script.Do(session => session.AcceptConnect());
        script.Expect(
            "WindowAcknowledgementSize",
            "SetPeerBandwidth",
            "UserControl 0",
            "SetChunkSize",
            "_result NetConnection.Connect.Success");
        return script;
    }

    /// <summary>A connection that plays <c>x</c> on message stream 1, the replies taken.</summary>
    public static RtmpScript Playing(RtmpSessionOptions? options = null)
    {
        RtmpScript script = Connected(options);
        script.Send(script.Client.Command("createStream", 0, [null]));
        script.Expect("_result");
        script.Send(script.Client.Command("play", 1, null, "x", -2000));
        script.ExpectEvent<RtmpEvent.PlayRequested>();
        script.Do(session => session.AcceptPlay(1));
        script.Expect("UserControl 0", "onStatus NetStream.Play.Reset", "onStatus NetStream.Play.Start", "|RtmpSampleAccess");
        return script;
    }

    /// <summary>A connection that publishes <c>x</c> on message stream 1, the replies taken.</summary>
    public static RtmpScript Publishing(RtmpSessionOptions? options = null)
    {
        RtmpScript script = Connected(options);
        script.Send(script.Client.Command("createStream", 0, [null]));
        script.Expect("_result");
        script.Send(script.Client.Command("publish", 1, null, "x", "live"));
        script.ExpectEvent<RtmpEvent.PublishRequested>();
        script.Do(session => session.AcceptPublish(1));
        script.Expect("UserControl 0", "onStatus NetStream.Publish.Start");
        return script;
    }

    /// <summary>The client says something.</summary>
    public void Send(params byte[] bytes)
    {
        _unread = [.. _unread, .. bytes];
        Pump();
    }

    /// <summary>The owner of the session does something; input that had to wait for it goes on.</summary>
    public void Do(Action<RtmpServerSession> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        action(Session);
        Drain();
        Pump();
    }

    /// <summary>Time passes, with every deadline met.</summary>
    public void Wait(TimeSpan time)
    {
        TimeSpan end = Now + time;
        while (Session.NextDeadline <= end)
        {
            Now = Session.NextDeadline > Now ? Session.NextDeadline : Now;
            Session.Advance(Now, VanishedAt is { } vanishedAt ? Now - vanishedAt : TimeSpan.Zero, IsFed);
            Drain();
            Assert.True(Session.NextDeadline > Now, "Advance left a deadline in the past");
        }

        Now = end;
    }

    /// <summary>The server's next messages, in the words of <see cref="RtmpTestMessage.ToString"/>.</summary>
    public void Expect(params string[] messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        Assert.Equal(messages, _replies.Take(messages.Length).Select(reply => reply.ToString()));
        for (int i = 0; i < messages.Length; i++)
        {
            _replies.Dequeue();
        }
    }

    /// <summary>The server's next message.</summary>
    public RtmpTestMessage Next()
    {
        Assert.True(_replies.Count > 0, "the server said nothing");
        return _replies.Dequeue();
    }

    /// <summary>The next event for the owner.</summary>
    public T ExpectEvent<T>()
        where T : RtmpEvent
    {
        Assert.True(_events.Count > 0, "there is no event");
        return Assert.IsType<T>(_events.Dequeue());
    }

    /// <summary>The next frame that the client published; the caller releases it.</summary>
    public MediaFrame ExpectFrame()
    {
        Assert.True(_published.Count > 0, "nothing was published");
        RtmpPublished item = _published.Dequeue();
        Assert.Null(item.Metadata);
        Assert.NotNull(item.Frame);
        return item.Frame;
    }

    /// <summary>The next metadata that the client published.</summary>
    public StreamMetadata ExpectMetadata()
    {
        Assert.True(_published.Count > 0, "nothing was published");
        RtmpPublished item = _published.Dequeue();
        Assert.Null(item.Frame);
        Assert.NotNull(item.Metadata);
        return item.Metadata;
    }

    /// <summary>The server said nothing more, there is no event, and nothing was published.</summary>
    public void ExpectNothing()
    {
        Assert.Empty(_published);
        Assert.Empty(_replies.Select(reply => reply.ToString()));
        Assert.Empty(_events);
    }

    /// <summary>Ends the session and fails the test when it kept memory.</summary>
    public void Dispose()
    {
        while (_published.TryDequeue(out RtmpPublished item))
        {
            item.Frame?.Release();
        }

        Session.Dispose();
        Client.Dispose();
        _pool.Dispose();
    }

    private void Pump()
    {
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

    private void Drain()
    {
        while (Session.TryTakeReply(out PooledBuffer? buffer, out int length))
        {
            using (buffer)
            {
                foreach (RtmpTestMessage message in Client.Receive(buffer.Span[..length]))
                {
                    _replies.Enqueue(message);
                }
            }
        }

        while (Session.TryTakePublished(out RtmpPublished item))
        {
            _published.Enqueue(item);
        }

        while (Session.TryTakeEvent(out RtmpEvent? rtmpEvent))
        {
            _events.Enqueue(rtmpEvent);
        }
    }
}
