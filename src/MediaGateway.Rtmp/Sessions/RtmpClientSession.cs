using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using MediaGateway.Media.Amf;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Chunks;
using MediaGateway.Rtmp.Handshake;
using MediaGateway.Rtmp.Media;
using MediaGateway.Rtmp.Messages;

namespace MediaGateway.Rtmp.Sessions;

/// <summary>
/// The client's side of one RTMP connection, from the first byte: handshake, connect, createStream, then publish or play. It is driven:
/// bytes and time go in; bytes, events and what is played come out. What is published does not pass through it: media is written with
/// <see cref="MessageStreamId"/> and <see cref="ChunkSize"/>, after all bytes taken before. One owner, one thread. After each input or
/// command take all bytes, media and events. It throws nothing but <see cref="RtmpProtocolException"/> on what a server sends.
/// </summary>
public sealed class RtmpClientSession : IDisposable
{
    private const int MaximumEvents = 16;

    // What a server may make a log line or an API answer carry.
    private const int MaximumTextLength = 200;

    private const double ConnectTransaction = 1;
    private const double ReleaseTransaction = 2;
    private const double FcPublishTransaction = 3;
    private const double CreateStreamTransaction = 4;
    private const double PublishTransaction = 5;
    private const double FcUnpublishTransaction = 6;
    private const double DeleteStreamTransaction = 7;
    private const double PlayTransaction = 8;

    private readonly RtmpTargetUrl _target;
    private readonly RtmpClientOptions _options;
    private readonly Random _random;
    private readonly ReplyQueue _output;
    private readonly ReplyWriter _control;
    private readonly ClientCommandWriter _commands;
    private readonly ClientHandshake _handshake;
    private readonly ChunkReader _chunks;
    private readonly BufferPool _pool;
    private readonly PublishedQueue _received;
    private readonly Queue<RtmpClientEvent> _events = new();
    private readonly string? _authorization;
    private readonly TimeSpan _startedAt;
    private RtmpMediaReader? _reader;
    private AcknowledgementWindow _acknowledgement;
    private TimeSpan _now;
    private TimeSpan _allowanceRefilledAt;

    /// <summary>Makes a session for a connection made at <paramref name="now"/>; its first bytes are ready to be taken.</summary>
    /// <param name="target">Where to publish or what to play.</param>
    /// <param name="authorization">The query of <see cref="RtmpClientEvent.AuthorizationNeeded"/> of the attempt before; null at first.</param>
    /// <param name="options">Shared by all sessions.</param>
    /// <param name="pool">Where messages and output are kept.</param>
    /// <param name="random">Fills the handshake and challenges.</param>
    /// <param name="now">Gateway time.</param>
    public RtmpClientSession(
        RtmpTargetUrl target, string? authorization, RtmpClientOptions options, BufferPool pool, Random random, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(random);
        (_target, _authorization, _options, _random, _pool) = (target, authorization, options, random, pool);
        _output = new ReplyQueue(pool);
        _control = new ReplyWriter(_output);
        _commands = new ClientCommandWriter(_output, _control);
        _handshake = new ClientHandshake(random);
        _chunks = new ChunkReader(options.Limits, pool);
        _received = new PublishedQueue(id => id == 0 || id == MessageStreamId ? _reader : null, pool);
        (_startedAt, _now, _allowanceRefilledAt) = (now, now, now);
        _handshake.WriteHello(_output);
    }

    /// <summary>How far the connection has come.</summary>
    public RtmpClientState State { get; private set; } = RtmpClientState.Handshaking;

    /// <summary>The message stream to publish or play on; 0 until the server has made it.</summary>
    public uint MessageStreamId { get; private set; }

    /// <summary>What the server can take, once it has answered connect.</summary>
    public RtmpPeerCapabilities Capabilities { get; private set; } = RtmpPeerCapabilities.Plain;

    /// <summary>The chunk size in force towards the server: the one for media written to it.</summary>
    public int ChunkSize => _control.ChunkSize;

    /// <summary>
    /// When to call <see cref="Advance"/> at the latest; <see cref="TimeSpan.MaxValue"/> when nothing is due. A server may be silent while
    /// it is published to, or while what it sends pauses: whether bytes still flow is for the owner of the socket to watch.
    /// </summary>
    public TimeSpan NextDeadline => IsSettingUp ? _startedAt + _options.SetUpTimeout : TimeSpan.MaxValue;

    private bool IsOver => State is RtmpClientState.Closing or RtmpClientState.Closed;

    private bool IsSettingUp => State < RtmpClientState.Publishing;

    private bool IsPlaying => State is RtmpClientState.StartingPlay or RtmpClientState.Playing;

    private bool TakesInput =>
        !IsOver && _output.Bytes < _options.Limits.MaximumReplyBytes && _events.Count < MaximumEvents && _received.HasRoom;

    /// <summary>Takes as much of the input as it can; both positions are meant for <c>PipeReader.AdvanceTo</c>.</summary>
    /// <param name="input">All bytes received and not yet consumed.</param>
    /// <param name="now">Gateway time.</param>
    /// <param name="consumed">The first byte that must be offered again.</param>
    /// <param name="examined">Where it stopped early because output or media has piled up, or the end of the input when it needs more.</param>
    /// <exception cref="RtmpProtocolException">The server broke the protocol or a limit. The session is closed.</exception>
    public void Receive(in ReadOnlySequence<byte> input, TimeSpan now, out SequencePosition consumed, out SequencePosition examined)
    {
        Observe(now);
        var reader = new SequenceReader<byte>(input);
        bool isHungry = false;
        while (TakesInput && !isHungry)
        {
            isHungry = !TakeNext(ref reader);
        }

        if (reader.Consumed > 0 && _acknowledgement.Add(reader.Consumed, out uint sequenceNumber) && !IsOver)
        {
            _control.WriteControl(RtmpMessageType.Acknowledgement, sequenceNumber);
        }

        consumed = IsOver ? input.End : reader.Position;
        examined = isHungry ? input.End : consumed;
    }

    /// <summary>Lets time pass.</summary>
    /// <exception cref="RtmpProtocolException">The server has not let us publish or play in time. The session is closed.</exception>
    public void Advance(TimeSpan now)
    {
        Observe(now);
        if (_now < NextDeadline)
        {
            return;
        }

        bool isHandshake = State == RtmpClientState.Handshaking;
        throw Broken(isHandshake ? RtmpError.HandshakeTimeout : RtmpError.ConnectTimeout, isHandshake ? "no handshake" : "no leave to publish or play");
    }

    /// <summary>Stops publishing or playing as encoders and players do; close the connection after the bytes. Nothing happens when it is over already.</summary>
    public void Close()
    {
        if (IsOver)
        {
            return;
        }

        if (State is RtmpClientState.Publishing or RtmpClientState.StartingPublish)
        {
            _commands.WriteStreamCall("FCUnpublish", FcUnpublishTransaction, _target.StreamName);
            _commands.WriteDeleteStream(DeleteStreamTransaction, MessageStreamId);
        }
        else if (IsPlaying)
        {
            _commands.WriteDeleteStream(DeleteStreamTransaction, MessageStreamId);
        }

        State = RtmpClientState.Closing;
    }

    /// <summary>Takes the next bytes for the server; the caller owns the buffer. They go out in order, and before any media written later.</summary>
    public bool TryTakeOutput([NotNullWhen(true)] out PooledBuffer? buffer, out int length) => _output.TryTake(out buffer, out length);

    /// <summary>Takes the next frame or metadata of what is played; a frame is the caller's to release.</summary>
    public bool TryTakePlayed(out RtmpPublished item) => _received.TryTake(out item);

    /// <summary>Takes the next event.</summary>
    public bool TryTakeEvent([NotNullWhen(true)] out RtmpClientEvent? clientEvent) => _events.TryDequeue(out clientEvent);

    /// <summary>Returns all memory. The session is closed.</summary>
    public void Dispose()
    {
        State = RtmpClientState.Closed;
        _chunks.Dispose();
        _received.Dispose();
        _output.Dispose();
    }

    private void Observe(TimeSpan now)
    {
        _now = now > _now ? now : _now;
        if (_now - _allowanceRefilledAt >= TimeSpan.FromSeconds(1))
        {
            _allowanceRefilledAt = _now;
            _chunks.SmallChunkAllowance = _options.Limits.MaximumSmallChunksPerSecond;
        }
    }

    /// <summary>Takes a part of the handshake or one message; false when it needs more input.</summary>
    private bool TakeNext(ref SequenceReader<byte> reader) =>
        State == RtmpClientState.Handshaking ? TakeHandshake(ref reader) : TakeMessage(ref reader);

    private bool TakeHandshake(ref SequenceReader<byte> reader)
    {
        OperationStatus status = _handshake.Read(ref reader, _output);
        if (status == OperationStatus.InvalidData)
        {
            throw Broken(RtmpError.UnsupportedVersion, "the first byte is not 3");
        }

        if (status == OperationStatus.NeedMoreData)
        {
            return false;
        }

        State = RtmpClientState.Connecting;
        _commands.WriteConnect(ConnectTransaction, WithAuthorization(_target.App), WithAuthorization(_target.TcUrl), _options);
        return true;
    }

    private string WithAuthorization(string text) => _authorization is null
        ? text
        : $"{text}{(text.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{_authorization}";

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

        if (IsPlaying && PublishedQueue.Takes(message.Type))
        {
            NotePlaying(); // A server that sends media has let us play, whatever it has said.
            _received.Add(in message, _now);
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
                _acknowledgement.WindowBytes = ValueOf(message.Payload);
                break;
            case RtmpMessageType.UserControl:
                HandleUserControl(message.Payload);
                break;
            case RtmpMessageType.CommandAmf0 or RtmpMessageType.CommandAmf3:
                HandleCommand(in message);
                break;
            default:
                // Set Chunk Size and Abort were obeyed below; how much is sent is not bounded by the server's window, as with every encoder.
                break;
        }
    }

    private uint ValueOf(ReadOnlySpan<byte> body) =>
        ProtocolControl.TryReadValue(body, out uint value) ? value : throw Broken(RtmpError.InvalidControlMessage, "control message is cut short");

    private void HandleUserControl(ReadOnlySpan<byte> body)
    {
        if (!UserControlEvent.TryRead(body, out UserControlEvent userControlEvent))
        {
            throw Broken(RtmpError.InvalidControlMessage, "user control message is cut short");
        }

        if (userControlEvent.Type == UserControlEventType.PingRequest)
        {
            _control.WriteUserControl(UserControlEventType.PingResponse, userControlEvent.Value);
        }
    }

    private void HandleCommand(in RtmpMessage message)
    {
        if (!Command.TryRead(message.Type, message.Payload, out Command? command))
        {
            throw Broken(RtmpError.InvalidCommand, "command is not AMF0 or over a limit");
        }

        switch (command.Name)
        {
            case "_result" when command.TransactionId == ConnectTransaction && State == RtmpClientState.Connecting:
                OnConnected(command);
                break;
            case "_result" when command.TransactionId == CreateStreamTransaction && State == RtmpClientState.CreatingStream:
                OnStreamCreated(command);
                break;
            case "_error" when command.TransactionId is ConnectTransaction or CreateStreamTransaction or PublishTransaction or PlayTransaction:
                OnRefused(Information(command));
                break;
            case "onStatus":
                OnStatus(Information(command));
                break;
            case "close":
                OnRefused(new ServerInformation("", IsError: true, "The server closes the connection.", null, null));
                break;
            default:
                // Answers to releaseStream and FCPublish, which few servers know; onFCPublish, onBWDone and other calls that need no answer.
                break;
        }
    }

    private void OnConnected(Command command)
    {
        Capabilities = RtmpPeerCapabilities.From(command.Object);
        State = RtmpClientState.CreatingStream;
        _control.WriteControl(RtmpMessageType.WindowAcknowledgementSize, (uint)_options.WindowAcknowledgementBytes);
        if (_options.Role == RtmpClientRole.Publish)
        {
            _control.WriteSetChunkSize(_options.ChunkSize);
            _commands.WriteStreamCall("releaseStream", ReleaseTransaction, _target.StreamName);
            _commands.WriteStreamCall("FCPublish", FcPublishTransaction, _target.StreamName);
        }

        _commands.WriteCreateStream(CreateStreamTransaction);
    }

    private void OnStreamCreated(Command command)
    {
        if (command.Argument(0)?.AsNumber is not (>= 1 and <= uint.MaxValue and var id))
        {
            throw Broken(RtmpError.InvalidCommand, "createStream was answered without a stream");
        }

        MessageStreamId = (uint)id;
        if (_options.Role == RtmpClientRole.Publish)
        {
            State = RtmpClientState.StartingPublish;
            _commands.WritePublish(PublishTransaction, MessageStreamId, _target.StreamName);
            return;
        }

        State = RtmpClientState.StartingPlay;
        _reader = new RtmpMediaReader(MessageStreamId, _pool);
        _chunks.MaximumMessageBytes = _options.Limits.MaximumMediaMessageBytes;
        _commands.WritePlay(PlayTransaction, MessageStreamId, _target.StreamName);
    }

    private void NotePlaying()
    {
        if (State == RtmpClientState.StartingPlay)
        {
            State = RtmpClientState.Playing;
            _events.Enqueue(new RtmpClientEvent.Playing());
        }
    }

    private void OnStatus(in ServerInformation information)
    {
        if (information.Code == StatusCode.PublishStart && State == RtmpClientState.StartingPublish)
        {
            State = RtmpClientState.Publishing;
            _events.Enqueue(new RtmpClientEvent.Published());
        }
        else if (information.Code == StatusCode.PlayStart && IsPlaying)
        {
            NotePlaying();
        }
        else if (information.Code == StatusCode.ReconnectRequest)
        {
            Leave(new RtmpClientEvent.Redirected(information.ReconnectAddress ?? _target.TcUrl));
        }
        else if (information.IsError || information.Code == StatusCode.UnpublishSuccess || (IsPlaying && EndsPlaying(information.Code)))
        {
            OnRefused(information);
        }
    }

    // The first two end what was played; servers are known that say the third without calling it an error.
    private static bool EndsPlaying(string code) =>
        code is StatusCode.PlayUnpublishNotify or StatusCode.PlayStop or StatusCode.PlayStreamNotFound;

    private void OnRefused(in ServerInformation information)
    {
        if (information.Redirect is { } redirect)
        {
            Leave(new RtmpClientEvent.Redirected(redirect));
        }
        else if (!IsSettingUp)
        {
            Leave(new RtmpClientEvent.Ended(information.Code, Shortened(information.Description)));
        }
        else if (_target.UserName is { } user
            && AdobeAuthorization.TryAnswer(information.Description, user, _target.Password ?? "", _random, out string? query))
        {
            Leave(new RtmpClientEvent.AuthorizationNeeded(query));
        }
        else
        {
            string words = AdobeAuthorization.IsOtherScheme(information.Description)
                ? "The server asks for a kind of authentication that is not supported."
                : Shortened(information.Description);
            Leave(new RtmpClientEvent.Refused(information.Code, words));
        }
    }

    private void Leave(RtmpClientEvent last)
    {
        State = RtmpClientState.Closing;
        _events.Enqueue(last);
    }

    private static ServerInformation Information(Command command)
    {
        AmfMap? map = command.Arguments.OfType<AmfMap>().FirstOrDefault();
        var ex = map?.Find("ex") as AmfMap;
        return new ServerInformation(
            Shortened(Text(map, "code")),
            Text(map, "level") == "error" || command.Name == "_error",
            Text(map, "description"),
            Text(ex, "redirect") is { Length: > 0 } redirect ? redirect : null,
            Text(map, "tcUrl") is { Length: > 0 } address ? address : null);
    }

    private static string Text(AmfMap? map, string name) => map?.Find(name)?.AsString ?? "";

    private static string Shortened(string text)
    {
        string one = text.Length <= MaximumTextLength ? text : text[..MaximumTextLength];
        return string.Create(one.Length, one, static (target, source) =>
        {
            for (int i = 0; i < target.Length; i++)
            {
                target[i] = char.IsControl(source[i]) ? ' ' : source[i];
            }
        });
    }

    private RtmpProtocolException Broken(RtmpError error, string detail)
    {
        State = RtmpClientState.Closed;
        return new RtmpProtocolException(error, detail);
    }

    /// <summary>The information object of a status or an error.</summary>
    /// <param name="Code">Its code.</param>
    /// <param name="IsError">Whether it says that something failed.</param>
    /// <param name="Description">Its words, at their full length: a challenge may stand in them.</param>
    /// <param name="Redirect">Where a refusal sends the client (Adobe's application.redirectConnection).</param>
    /// <param name="ReconnectAddress">Where a reconnect request sends it (Enhanced RTMP).</param>
    private readonly record struct ServerInformation(
        string Code, bool IsError, string Description, string? Redirect, string? ReconnectAddress);
}
