using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Chunks;
using MediaGateway.Rtmp.Handshake;
using MediaGateway.Rtmp.Messages;

namespace MediaGateway.Rtmp.Sessions;

/// <summary>
/// The server's side of one RTMP connection, from the first byte: handshake, chunks, commands, deadlines. It is driven: bytes and time
/// go in, replies, events and what the peer publishes come out; media for the peer does not pass through it. One owner, one thread.
/// After each input or command take all replies, then all that was published, then all events before the next one: what a publisher
/// sent before it ended stands before the event that it ended. It throws nothing but <see cref="RtmpProtocolException"/> on what a peer
/// sends.
/// </summary>
public sealed class RtmpServerSession : IDisposable
{
    /// <summary>Events that may wait; input beyond it is left unread.</summary>
    private const int MaximumEvents = 64;

    private readonly RtmpSessionOptions _options;
    private readonly ReplyQueue _replies;
    private readonly ReplyWriter _writer;
    private readonly Queue<RtmpEvent> _events = new();
    private readonly ServerHandshake _handshake;
    private readonly ChunkReader _chunks;
    private readonly NetConnection _connection;
    private readonly NetStreamTable _streams;
    private readonly PublishCommands _publishing;
    private readonly PublishedQueue _published;
    private readonly TimeSpan _startedAt;
    private AcknowledgementWindow _acknowledgement;
    private KeepAlive _keepAlive;
    private TimeSpan _now;
    private TimeSpan _allowanceRefilledAt;

    /// <summary>Makes a session for a connection accepted at <paramref name="now"/>.</summary>
    /// <param name="options">Shared by all sessions.</param>
    /// <param name="pool">Where messages and replies are kept.</param>
    /// <param name="random">Fills the handshake; nothing secret depends on it.</param>
    /// <param name="now">Gateway time.</param>
    public RtmpServerSession(RtmpSessionOptions options, BufferPool pool, Random random, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(random);
        _options = options;
        _replies = new ReplyQueue(pool);
        _writer = new ReplyWriter(_replies);
        _handshake = new ServerHandshake(random);
        _chunks = new ChunkReader(options.Limits, pool);
        _connection = new NetConnection(options, _writer, _events);
        _streams = new NetStreamTable(options.Limits.MaximumMessageStreams, _writer, _events);
        _publishing = new PublishCommands(_streams, _writer, pool);
        Transitions = new RtmpTransitions(_streams, _writer);
        Recordings = new RtmpRecordings(_streams, _writer, _events);
        _published = new PublishedQueue(_streams.ReaderOf, pool);
        _keepAlive = new KeepAlive(options.PingInterval, now);
        (_startedAt, _now, _allowanceRefilledAt) = (now, now, now);
    }

    /// <summary>How far the connection has come.</summary>
    public RtmpSessionState State { get; private set; } = RtmpSessionState.Handshaking;

    /// <summary>Answers what a player asks for with <c>play2</c>.</summary>
    public RtmpTransitions Transitions { get; }

    /// <summary>Answers what a player asks about recordings.</summary>
    public RtmpRecordings Recordings { get; }

    /// <summary>The chunk size in force towards the peer once it is connected: the one for media written to it.</summary>
    public int ChunkSize => _writer.ChunkSize;

    /// <summary>Media messages that came where nothing was being published, and so went nowhere.</summary>
    public long UnexpectedMessages => _published.Unexpected;

    /// <summary>Published messages that could not be read, and so were left out.</summary>
    public long UnreadableMessages => _published.Unreadable;

    /// <summary>Why the last of them could not be read; null while there is none. Holds no text from the peer.</summary>
    public string? LastUnreadable => _published.LastFault;

    /// <summary>
    /// When to call <see cref="Advance"/> at the latest; <see cref="TimeSpan.MaxValue"/> when nothing is due. After a command it may lie in
    /// the past: commands bring no time with them, so call <see cref="Advance"/> at once; it leaves a deadline to come.
    /// </summary>
    public TimeSpan NextDeadline => State switch
    {
        RtmpSessionState.Handshaking => _startedAt + _options.HandshakeTimeout,
        RtmpSessionState.AwaitingConnect => _startedAt + _options.ConnectTimeout,
        RtmpSessionState.Connected => Earlier(IdleDeadline, _keepAlive.NextDeadline(SilenceLimit)),
        _ => TimeSpan.MaxValue,
    };

    private TimeSpan IdleDeadline => _streams.IdleSince is { } idleSince ? idleSince + _options.IdleTimeout : TimeSpan.MaxValue;

    private TimeSpan SilenceLimit => _streams.MayBeSilent ? _options.PausedSilenceTimeout : _options.SilenceTimeout;

    private bool IsOver => State is RtmpSessionState.Closing or RtmpSessionState.Closed;

    // An event that asks for an answer halts the input: commands behind it depend on the answer.
    private bool TakesInput =>
        !IsOver
        && State != RtmpSessionState.Connecting
        && !_streams.IsAnswerAwaited
        && _replies.Bytes < _options.Limits.MaximumReplyBytes
        && _events.Count < MaximumEvents
        && _published.HasRoom;

    /// <summary>
    /// Takes as much of the input as it can; both positions are meant for <c>PipeReader.AdvanceTo</c>. It stops early when an event
    /// needs an answer, or replies or published media have piled up; then <paramref name="examined"/> is where it stopped, so that the rest is offered again
    /// at once.
    /// </summary>
    /// <param name="input">All bytes received and not yet consumed.</param>
    /// <param name="now">Gateway time.</param>
    /// <param name="consumed">The first byte that must be offered again.</param>
    /// <param name="examined">Where it stopped early, or the end of the input when it needs more.</param>
    /// <exception cref="RtmpProtocolException">The peer broke the protocol or a limit. The session is closed.</exception>
    public void Receive(in ReadOnlySequence<byte> input, TimeSpan now, out SequencePosition consumed, out SequencePosition examined)
    {
        Observe(now);
        var reader = new SequenceReader<byte>(input);
        while (TakesInput)
        {
            if (!TakeNext(ref reader))
            {
                Count(reader.Consumed);
                consumed = reader.Position;
                examined = input.End;
                return;
            }
        }

        Count(reader.Consumed);
        consumed = IsOver ? input.End : reader.Position;
        examined = consumed;
    }

    /// <summary>Lets time pass: pings a silent peer.</summary>
    /// <param name="now">Gateway time.</param>
    /// <param name="unacknowledged">How long the peer's machine has owed an acknowledgement; needed when <see cref="NextDeadline"/> has come only.</param>
    /// <param name="isFed">Whether media has flowed to the peer since the last deadline; needed then only, too.</param>
    /// <exception cref="RtmpProtocolException">A deadline has passed. The session is closed.</exception>
    public void Advance(TimeSpan now, TimeSpan unacknowledged = default, bool isFed = false)
    {
        Observe(now);
        switch (State)
        {
            case RtmpSessionState.Handshaking when _now >= NextDeadline:
                throw Broken(RtmpError.HandshakeTimeout, "no handshake");
            case RtmpSessionState.AwaitingConnect when _now >= NextDeadline:
                throw Broken(RtmpError.ConnectTimeout, "no connect command");
            case RtmpSessionState.Connected when _now >= IdleDeadline:
                throw Broken(RtmpError.IdleTimeout, "neither playing nor publishing");
            case RtmpSessionState.Connected when _keepAlive.IsGone(_now, SilenceLimit):
                throw Broken(RtmpError.PeerSilent, "no answer to pings");
            case RtmpSessionState.Connected when _keepAlive.HasVanished(_now, unacknowledged, _options.AcknowledgementTimeout):
                throw Broken(RtmpError.PeerSilent, "nothing that was sent arrives");
            case RtmpSessionState.Connected when _keepAlive.TakePing(_now, isFed):
                _writer.WriteUserControl(UserControlEventType.PingRequest, unchecked((uint)(_now - _startedAt).TotalMilliseconds));
                break;
            default:
                break;
        }
    }

    /// <summary>Answers <see cref="RtmpEvent.ConnectRequested"/>: the peer may go on. Nothing happens after <see cref="Close"/>.</summary>
    public void AcceptConnect()
    {
        if (IsOver)
        {
            return;
        }

        ThrowIfNotConnecting();
        _connection.Accept();
        State = RtmpSessionState.Connected;
        _keepAlive.Heard(_now);
        _streams.Start(_now);
    }

    /// <summary>Answers <see cref="RtmpEvent.ConnectRequested"/>: no. The connection must be closed after the reply; librtmp waits for it.</summary>
    /// <param name="code">One of the codes of <see cref="StatusCode"/> for connections.</param>
    /// <param name="description">The reason in words, which players show.</param>
    /// <param name="redirect">Where to connect instead; null when nowhere. The description then names the target too.</param>
    public void RejectConnect(string code, string description, RtmpRedirect? redirect = null)
    {
        if (IsOver)
        {
            return;
        }

        ThrowIfNotConnecting();
        _connection.Reject(code, description, redirect);
        State = RtmpSessionState.Closing;
    }

    /// <summary>Answers <see cref="RtmpEvent.PlayRequested"/>: media follows the replies.</summary>
    public void AcceptPlay(uint messageStreamId, bool isRecorded = false)
    {
        if (IsOver)
        {
            return;
        }

        _streams.AcceptPlay(messageStreamId, isRecorded);
        _chunks.MaximumMessageBytes = _options.Limits.MaximumMediaMessageBytes;
    }

    /// <summary>Answers <see cref="RtmpEvent.PlayRequested"/>: no. The connection stays; players close it.</summary>
    /// <param name="messageStreamId">The message stream of the request.</param>
    /// <param name="code">One of the codes of <see cref="StatusCode"/> for playing.</param>
    /// <param name="description">The reason in words.</param>
    public void RejectPlay(uint messageStreamId, string code, string description)
    {
        if (!IsOver)
        {
            _streams.RejectPlay(messageStreamId, code, description, _now);
        }
    }

    /// <summary>Answers <see cref="RtmpEvent.PublishRequested"/>: media is taken from here on.</summary>
    public void AcceptPublish(uint messageStreamId)
    {
        if (IsOver)
        {
            return;
        }

        _publishing.Accept(messageStreamId);
        _chunks.MaximumMessageBytes = _options.Limits.MaximumMediaMessageBytes;
    }

    /// <summary>Answers <see cref="RtmpEvent.PublishRequested"/>: no. The connection stays; encoders close it.</summary>
    /// <param name="messageStreamId">The message stream of the request.</param>
    /// <param name="code">One of the codes of <see cref="StatusCode"/> for publishing.</param>
    /// <param name="description">The reason in words.</param>
    public void RejectPublish(uint messageStreamId, string code, string description)
    {
        if (!IsOver)
        {
            _publishing.Reject(messageStreamId, code, description, _now);
        }
    }

    /// <summary>
    /// Ends what the peer publishes on this message stream, and tells it; what it still sends goes nowhere. Nothing happens when it does
    /// not publish there. No event follows.
    /// </summary>
    /// <param name="messageStreamId">The message stream.</param>
    /// <param name="code">One of the codes of <see cref="StatusCode"/> for publishing; all but UnpublishSuccess go as errors.</param>
    /// <param name="description">The reason in words.</param>
    public void EndPublish(uint messageStreamId, string code, string description)
    {
        if (!IsOver)
        {
            _publishing.End(messageStreamId, code, description, _now);
        }
    }

    /// <summary>
    /// Ends what the peer plays on this message stream because it cannot go on, with an error. Nothing happens when it does not play there.
    /// </summary>
    /// <param name="messageStreamId">The message stream.</param>
    /// <param name="code">One of the codes of <see cref="StatusCode"/> for playing.</param>
    /// <param name="description">The reason in words.</param>
    public void FailPlay(uint messageStreamId, string code, string description)
    {
        if (!IsOver)
        {
            _streams.FailPlay(messageStreamId, code, description, _now);
        }
    }

    /// <summary>Tells a player that the stream it waits for or plays has a publisher now. Nothing happens when it does not play.</summary>
    public void NotifyPublish(uint messageStreamId)
    {
        if (!IsOver)
        {
            _streams.NotifyPlay(messageStreamId, "status", StatusCode.PlayPublishNotify, "The stream is being published.");
        }
    }

    /// <summary>Tells a player that media was left out because it takes less than the stream has. Nothing happens when it does not play.</summary>
    public void NotifyInsufficientBandwidth(uint messageStreamId)
    {
        if (!IsOver)
        {
            const string description = "Media was left out: the connection is slower than the stream.";
            _streams.NotifyPlay(messageStreamId, "warning", StatusCode.PlayInsufficientBandwidth, description);
        }
    }

    /// <summary>
    /// Asks the peer to connect again, to <paramref name="tcUrl"/> or, when that is null, to the same address; it plays on until then.
    /// False when it is not connected or did not announce that it can (Enhanced RTMP v2, Reconnect Request).
    /// </summary>
    public bool RequestReconnect(string? tcUrl, string description) =>
        State == RtmpSessionState.Connected && _connection.RequestReconnect(tcUrl, description);

    /// <summary>Tells the peer that the stream it plays has ended. Nothing happens when it does not play on this message stream.</summary>
    public void EndPlay(uint messageStreamId)
    {
        if (!IsOver)
        {
            _streams.EndPlay(messageStreamId, _now);
        }
    }

    /// <summary>Ends everything that plays and publishes and asks the owner to close the connection after the replies. For the end of the server.</summary>
    public void Close()
    {
        if (IsOver)
        {
            return;
        }

        if (State == RtmpSessionState.Connecting)
        {
            _connection.Reject(StatusCode.ConnectAppShutdown, "The server is going down.");
        }

        _streams.EndAll(_now);
        _publishing.EndAll(_now);
        State = RtmpSessionState.Closing;
    }

    /// <summary>Takes the next bytes for the peer; the caller owns the buffer. They go out in order, and before any media written later.</summary>
    public bool TryTakeReply([NotNullWhen(true)] out PooledBuffer? buffer, out int length) => _replies.TryTake(out buffer, out length);

    /// <summary>Takes the next event.</summary>
    public bool TryTakeEvent([NotNullWhen(true)] out RtmpEvent? rtmpEvent) => _events.TryDequeue(out rtmpEvent);

    /// <summary>Takes the next thing that the peer published; its frame is the caller's to release. No more input is taken while many wait.</summary>
    public bool TryTakePublished(out RtmpPublished item) => _published.TryTake(out item);

    /// <summary>Returns all memory. The session is closed.</summary>
    public void Dispose()
    {
        State = RtmpSessionState.Closed;
        _chunks.Dispose();
        _published.Dispose();
        _replies.Dispose();
    }

    private static TimeSpan Earlier(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private void Observe(TimeSpan now)
    {
        _now = now > _now ? now : _now;
        _streams.Observe(_now);
        if (_now - _allowanceRefilledAt >= TimeSpan.FromSeconds(1))
        {
            _allowanceRefilledAt = _now;
            _chunks.SmallChunkAllowance = _options.Limits.MaximumSmallChunksPerSecond;
        }
    }

    private void Count(long bytes)
    {
        if (bytes == 0)
        {
            return;
        }

        _keepAlive.Heard(_now);
        if (_acknowledgement.Add(bytes, out uint sequenceNumber) && !IsOver)
        {
            _writer.WriteControl(RtmpMessageType.Acknowledgement, sequenceNumber);
        }
    }

    /// <summary>Takes one step of the handshake or one message; false when it needs more input.</summary>
    private bool TakeNext(ref SequenceReader<byte> reader) =>
        State == RtmpSessionState.Handshaking ? TakeHandshake(ref reader) : TakeMessage(ref reader);

    private bool TakeHandshake(ref SequenceReader<byte> reader)
    {
        if (!_handshake.IsAnswered)
        {
            OperationStatus hello = _handshake.ReadHello(ref reader, _replies);
            return hello != OperationStatus.InvalidData
                ? hello == OperationStatus.Done
                : throw Broken(RtmpError.UnsupportedVersion, "the first byte is not 3");
        }

        if (ServerHandshake.ReadFinish(ref reader) == OperationStatus.NeedMoreData)
        {
            return false;
        }

        State = RtmpSessionState.AwaitingConnect;
        return true;
    }

    private bool TakeMessage(ref SequenceReader<byte> reader)
    {
        OperationStatus status = _chunks.Read(ref reader, out RtmpMessage message);
        if (status == OperationStatus.InvalidData)
        {
            throw Broken(_chunks.Error, "chunk stream");
        }

        if (status == OperationStatus.NeedMoreData)
        {
            return false;
        }

        if (PublishedQueue.Takes(message.Type) && State == RtmpSessionState.Connected)
        {
            _published.Add(in message, _now);
            return true;
        }

        using (message)
        {
            Handle(in message);
        }

        return true;
    }

    private void Handle(in RtmpMessage message)
    {
        switch (message.Type)
        {
            case RtmpMessageType.WindowAcknowledgementSize:
                _acknowledgement.WindowBytes = ProtocolControl.TryReadValue(message.Payload, out uint window)
                    ? window
                    : throw Broken(RtmpError.InvalidControlMessage, "Window Acknowledgement Size is cut short");
                break;
            case RtmpMessageType.SetPeerBandwidth when !_connection.TrySetPeerBandwidth(message.Payload):
                throw Broken(RtmpError.InvalidControlMessage, "Set Peer Bandwidth is cut short");
            case RtmpMessageType.UserControl when !_connection.TryHandleUserControl(message.Payload):
                throw Broken(RtmpError.InvalidControlMessage, "user control message is cut short");
            case RtmpMessageType.CommandAmf0 or RtmpMessageType.CommandAmf3:
                HandleCommand(in message);
                break;
            default:
                // Set Chunk Size and Abort were obeyed below; media before connect and what else there may be is not ours.
                break;
        }
    }

    private void HandleCommand(in RtmpMessage message)
    {
        if (!Command.TryRead(message.Type, message.Payload, out Command? command))
        {
            throw Broken(RtmpError.InvalidCommand, "command is not AMF0 or over a limit");
        }

        bool isConnect = command.Name == "connect";
        if (isConnect != (State == RtmpSessionState.AwaitingConnect))
        {
            throw Broken(RtmpError.UnexpectedCommand, isConnect ? "second connect" : "command before connect");
        }

        if (isConnect)
        {
            Connect(command);
        }
        else if (!_publishing.TryHandle(command, message.MessageStreamId, _now)
            && !Transitions.TryHandle(command, message.MessageStreamId, _now)
            && !Recordings.TryHandle(command, message.MessageStreamId)
            && !_streams.TryHandle(command, message.MessageStreamId, _now))
        {
            _connection.Call(command);
        }
    }

    private void Connect(Command command)
    {
        RtmpConnectRequest? request = _connection.Connect(command);
        if (request is null)
        {
            State = RtmpSessionState.Closing;
            return;
        }

        State = RtmpSessionState.Connecting;
        _streams.App = request.App;
        _events.Enqueue(new RtmpEvent.ConnectRequested(request));
    }

    private void ThrowIfNotConnecting()
    {
        if (State != RtmpSessionState.Connecting)
        {
            throw new InvalidOperationException($"There is no connect request to answer in state {State}.");
        }
    }

    private RtmpProtocolException Broken(RtmpError error, string detail)
    {
        State = RtmpSessionState.Closed;
        return new RtmpProtocolException(error, detail);
    }
}
