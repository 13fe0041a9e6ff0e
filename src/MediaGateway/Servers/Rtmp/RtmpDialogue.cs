using MediaGateway.Authorization;
using MediaGateway.Diagnostics;
using MediaGateway.Rtmp;
using MediaGateway.Rtmp.Messages;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Servers.Rtmp.FanOut;
using MediaGateway.Servers.Rtmp.Transport;
using MediaGateway.Sessions;
using MediaGateway.Streams;

namespace MediaGateway.Servers.Rtmp;

/// <summary>
/// What one RTMP client asks for and is answered: whether it may connect, then one <see cref="RtmpPublisher"/> and one
/// <see cref="RtmpPlayback"/> at a time. The receive loop owns it and calls it after every wake-up; others only leave notices. A
/// question to access control may take seconds: until it is answered the session takes no further commands.
/// </summary>
internal sealed class RtmpDialogue(
    RtmpServerSession session,
    IRtmpTransport transport,
    RtmpConnectionLimiter.Ticket ticket,
    RtmpServices services,
    Action wake) : IDisposable
{
    private AccessQuestion? _question;
    private Action<AccessVerdict>? _answered;
    private RtmpConnectRequest? _request;
    private LengthQuestions? _lengths;
    private bool _isLetIn;
    private string? _toldRedirect;
    private TimeSpan _closeAt = TimeSpan.MaxValue;
    private TimeSpan _roleSince;

    // Left by others, taken by the loop after it was woken.
    private volatile bool _isReported;
    private volatile bool _isShutdownAsked;
    private volatile bool _haveRedirectsChanged;
    private EndRequest? _endRequest;

    /// <summary>The protocol session.</summary>
    public RtmpServerSession Session => session;

    /// <summary>What every connection works with.</summary>
    public RtmpServices Services => services;

    /// <summary>What is sent.</summary>
    public RtmpOutbox Outbox { get; } = new(session);

    /// <summary>Gateway time of this wake-up.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>The client, as hooks and the API see it; null before its connect command.</summary>
    public ClientConnection? Connection { get; private set; }

    /// <summary>What the client said of itself when it connected. Only after that.</summary>
    public RtmpConnectRequest Request => _request ?? throw new InvalidOperationException("The client has not connected.");

    /// <summary>What the client played or published last.</summary>
    public StreamKey? Stream { get; set; }

    /// <summary><c>play</c> or <c>publish</c>, what the client asked for first; null when it asked for neither.</summary>
    public string? Role { get; private set; }

    /// <summary>What the client plays, or played last.</summary>
    public IRtmpPlayback? Playback { get; private set; }

    /// <summary>The same, if it is a live stream.</summary>
    public RtmpPlayback? LivePlayback => Playback as RtmpPlayback;

    /// <summary>How much the player buffers, as it has said last; null when it has not.</summary>
    public TimeSpan? BufferLength { get; private set; }

    /// <summary>What the client publishes, or published last.</summary>
    public RtmpPublisher? Publisher { get; private set; }

    /// <summary>Why the connection ends, once that is known before its end.</summary>
    public SessionEndReason? Outcome { get; set; }

    /// <summary>Whether the session holds back what the client sent because it must be answered first.</summary>
    public bool AwaitsAnswer => _question is not null;

    /// <summary>Whether the last words were said: nothing new begins.</summary>
    public bool IsClosing => _closeAt != TimeSpan.MaxValue;

    /// <summary>Whether the last words have had their time.</summary>
    public bool MayClose => Now >= _closeAt;

    /// <summary>When to be called at the latest.</summary>
    public TimeSpan NextDeadline
    {
        get
        {
            TimeSpan deadline = _closeAt;
            deadline = Publisher is { } publisher && publisher.Deadline < deadline ? publisher.Deadline : deadline;
            return Playback is { } playback && playback.Deadline < deadline ? playback.Deadline : deadline;
        }
    }

    /// <summary>Any thread: everything said so far has been handed to the kernel.</summary>
    public void NoteReported()
    {
        _isReported = true;
        wake();
    }

    /// <summary>Any thread: the gateway is shutting down.</summary>
    public void NoteShutdown()
    {
        _isShutdownAsked = true;
        wake();
    }

    /// <summary>Any thread: clients may have to be sent elsewhere, or no longer.</summary>
    public void NoteRedirectsChanged()
    {
        _haveRedirectsChanged = true;
        wake();
    }

    /// <summary>Any thread: somebody wants the connection to end.</summary>
    public void NoteEnd(SessionEndReason reason, string words)
    {
        Interlocked.CompareExchange(ref _endRequest, new EndRequest(reason, words), null);
        wake();
    }

    /// <summary>Wakes the loop: for those who left a notice elsewhere.</summary>
    public void Wake() => wake();

    /// <summary>Takes what others have left. Before the session's input, so that an answer lets it go on.</summary>
    public void TakeNotices(TimeSpan now)
    {
        Now = now;
        TakeAnswer();
        if (_isReported)
        {
            _isReported = false;
            _closeAt = now + RtmpServerOptions.LastWordsTime;
        }

        Playback?.TakeNotices();
        _lengths?.TakeNotices();
        Publisher?.TakeNotices();
        if (Interlocked.Exchange(ref _endRequest, null) is { } request)
        {
            End(request.Reason, request.Words);
        }

        if (_haveRedirectsChanged)
        {
            _haveRedirectsChanged = false;
            RequestReconnect();
        }

        if (_isShutdownAsked)
        {
            _isShutdownAsked = false;
            ShutDown();
        }
    }

    /// <summary>Takes what the session has made of the client's bytes: media, replies and events.</summary>
    public void TakeOutputs(TimeSpan now)
    {
        Now = now;
        TakePublished();
        Outbox.SendReplies();
        while (session.TryTakeEvent(out RtmpEvent? sessionEvent))
        {
            Answer(sessionEvent);
            Outbox.SendReplies();
        }
    }

    /// <summary>Asks access control; the session takes no input until <paramref name="answered"/> has been called.</summary>
    public void Ask(Func<CancellationToken, ValueTask<AccessVerdict>> question, Action<AccessVerdict> answered)
    {
        _question = new AccessQuestion(question, wake);
        _answered = answered;
        TakeAnswer();
    }

    /// <summary>Closes the connection a moment after everything said so far has been sent, or when that takes too long.</summary>
    public void CloseAfterLastWords(SessionEndReason outcome)
    {
        Outcome = outcome;
        if (!IsClosing)
        {
            _closeAt = Now + RtmpServerOptions.ClosingTime;
            Outbox.Post(new ViewerCommand(ViewerCommandKind.Report));
        }
    }

    /// <summary>A session of this client that plays; the playback that it is made for leaves the wish to end it and is woken.</summary>
    public MediaSession DescribePlaying(StreamKey key, RtmpUrl url, Action<EndRequest> noteEnd) => new()
    {
        Id = key.Name + Connection!.Id, // There is a connection before anything is played.
        Connection = Connection,
        Key = key,
        IsPublisher = false,
        Parameters = url.Name.Parameters,
        StartedAt = Now,
        End = (reason, words) =>
        {
            noteEnd(new EndRequest(reason, words));
            wake();
        },
    };

    /// <summary>The client plays or publishes: it no longer counts against its address.</summary>
    public void MarkPlaying() => ticket.MarkPlaying();

    /// <summary>The client has ended the connection on purpose, as a tunnel lets it say: its stream waits for no other publisher.</summary>
    public void TakeGoodbye()
    {
        if (Publisher is { } publisher)
        {
            publisher.Close(publisher.MessageStreamId);
        }
    }

    /// <summary>The connection has ended: everything on it ends too.</summary>
    public async Task EndAsync(SessionEndReason reason)
    {
        if (_question is { } question)
        {
            _question = null;
            await question.CancelAsync();
            question.Dispose();
        }

        if (_lengths is { } lengths)
        {
            await lengths.EndAsync();
        }

        Playback?.Abandon(reason);
        Publisher?.Abandon(reason);
        if (Role is { } role)
        {
            services.Metrics.SessionEnded(transport.Protocol, role, reason, services.Clock.Now - _roleSince);
        }

        if (_isLetIn && Connection is { } connection)
        {
            services.Sessions.Close(connection);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _question?.Dispose();

    private void TakeAnswer()
    {
        if (_question is not { } question || !question.TryTakeAnswer(out AccessVerdict verdict))
        {
            return;
        }

        Action<AccessVerdict> answered = _answered!; // Set together with the question.
        (_question, _answered) = (null, null);
        question.Dispose();
        if (!IsClosing)
        {
            answered(verdict);
        }
    }

    private void TakePublished()
    {
        while (session.TryTakePublished(out RtmpPublished item))
        {
            if (Publisher is { IsPublishing: true } publisher && publisher.MessageStreamId == item.MessageStreamId)
            {
                publisher.Take(item);
            }
            else
            {
                item.Frame?.Release();
            }
        }
    }

    private void Answer(RtmpEvent sessionEvent)
    {
        switch (sessionEvent)
        {
            case RtmpEvent.ConnectRequested connect:
                Connect(connect.Request);
                break;
            case RtmpEvent.PlayRequested play:
                Play(play);
                break;
            case RtmpEvent.PublishRequested publish:
                Publish(publish);
                break;
            case RtmpEvent.StreamClosed closed:
                Playback?.Close(closed.MessageStreamId);
                Publisher?.Close(closed.MessageStreamId);
                break;
            case RtmpEvent.TransitionRequested change when Playback is not { IsOver: false }:
                session.Transitions.Reject(change.Play.MessageStreamId, StatusCode.PlayFailed, "Nothing is being played.");
                break;
            case RtmpEvent.LengthRequested request:
                _lengths ??= new LengthQuestions(this);
                _lengths.Take(request);
                break;
            case RtmpEvent.BufferLengthSet set:
                BufferLength = TimeSpan.FromMilliseconds(set.Milliseconds);
                Playback?.Take(set); // It makes no difference to a live stream.
                break;
            default:
                Playback?.Take(sessionEvent);
                break;
        }
    }

    private void Connect(RtmpConnectRequest request)
    {
        _request = request;
        Connection = Describe(request, request.App.Parameters);
        if (RelayPath.Refuse(request.RelayPath, services.Identity.NodeId) is { } refusal)
        {
            session.RejectConnect(StatusCode.ConnectRejected, refusal);
            CloseAfterLastWords(SessionEndReason.Unauthorized);
        }
        else if ((FindRedirect() ?? FindNode()) is { } target)
        {
            session.RejectConnect(StatusCode.ConnectRejected, $"This server sends you to {target}", new RtmpRedirect(target));
            CloseAfterLastWords(SessionEndReason.Redirected);
        }
        else if (services.Options.StreamParametersAsConnectionParameters)
        {
            session.AcceptConnect();
        }
        else
        {
            Ask(token => services.Access.ConnectAsync(Connection, token), AnswerConnect);
        }
    }

    private void AnswerConnect(AccessVerdict verdict)
    {
        if (!verdict.IsAllowed)
        {
            session.RejectConnect(StatusCode.ConnectRejected, verdict.Reason ?? "You may not connect.");
            CloseAfterLastWords(SessionEndReason.Unauthorized);
            return;
        }

        session.AcceptConnect();
        LetIn();
    }

    private void LetIn()
    {
        _isLetIn = true;
        services.Sessions.Open(Connection!); // Described before anybody is asked about it.
        session.Recordings.AnswersLengths = PlaysFiles(Connection!.Application); // As above.
    }

    private void Play(RtmpEvent.PlayRequested request)
    {
        if (IsClosing || Playback is { IsOver: false })
        {
            session.RejectPlay(request.MessageStreamId, StatusCode.PlayFailed, "This connection plays one stream at a time.");
            return;
        }

        NoteRole("play");
        IRtmpPlayback playback = PlaysFiles(request.Url.Application) ? new RtmpFilePlayback(this, request) : new RtmpPlayback(this, request);
        Playback = playback;
        ConnectFirst(request.Url, playback.Begin, playback.RefuseConnection);
    }

    private bool PlaysFiles(string? application) => services.Files.Catalog.IsVod(application);

    private void Publish(RtmpEvent.PublishRequested request)
    {
        if (IsClosing || Publisher is { IsOver: false })
        {
            session.RejectPublish(request.MessageStreamId, StatusCode.PublishDenied, "This connection publishes one stream at a time.");
            return;
        }

        NoteRole("publish");
        var publisher = new RtmpPublisher(this, request);
        Publisher = publisher;
        ConnectFirst(request.Url, publisher.Begin, publisher.RefuseConnection);
    }

    /// <summary>Asks the question about the connection, if it was put off because its parameters come with the stream's name.</summary>
    private void ConnectFirst(RtmpUrl url, Action begin, Action<string> refuse)
    {
        if (_isLetIn)
        {
            begin();
            return;
        }

        ClientConnection connection = Describe(Request, url.Name.Parameters);
        Connection = connection;
        Ask(token => services.Access.ConnectAsync(connection, token), verdict =>
        {
            if (verdict.IsAllowed)
            {
                LetIn();
                begin();
            }
            else
            {
                refuse(verdict.Reason ?? "You may not connect.");
            }
        });
    }

    private ClientConnection Describe(RtmpConnectRequest request, IReadOnlyList<KeyValuePair<string, string>> parameters) => new()
    {
        Protocol = transport.Protocol,
        AppKey = ClientConnection.FlashApplication,
        Remote = transport.Remote,
        Local = transport.Local,
        Parameters = parameters,
        Application = new RtmpUrl(request.App, RtmpUrlPart.Empty).Application,
        TcUrl = request.TcUrl,
        UserAgent = NullIfEmpty(request.FlashVersion),
        PageUrl = NullIfEmpty(request.PageUrl),
        RelayPath = NullIfEmpty(request.RelayPath),
        Token = parameters.FirstOrDefault(parameter => parameter.Key == "token").Value,
        ConnectedAt = Now,
        End = NoteEnd,
    };

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private void NoteRole(string role)
    {
        if (Role is null)
        {
            (Role, _roleSince) = (role, Now);
            services.Metrics.SessionStarted(transport.Protocol, role);
        }
    }

    private string? FindRedirect() =>
        services.Redirects.Find(Connection!.Application ?? "", TextOf(Request.App), Request.TcUrl); // Looked for after connect only.

    // A node that pulls a stream from here is no player, and a publisher is wanted where its viewers' nodes pull from.
    private string? FindNode() => Request.IsPublisher || Request.RelayPath.Length > 0
        ? null
        : services.Redirects.FindNode(TextOf(Request.App), Request.TcUrl);

    private static string TextOf(RtmpUrlPart part)
    {
        string parameters = string.Join(
            '&', part.Parameters.Select(parameter => $"{Uri.EscapeDataString(parameter.Key)}={Uri.EscapeDataString(parameter.Value)}"));
        return parameters.Length == 0 ? part.Path : $"{part.Path}?{parameters}";
    }

    private void RequestReconnect()
    {
        string? target = _isLetIn && !IsClosing ? FindRedirect() : null;
        if (target is not null && target != _toldRedirect)
        {
            session.RequestReconnect(target, $"This server sends you to {target}");
        }

        _toldRedirect = target;
    }

    private void End(SessionEndReason reason, string words)
    {
        Playback?.End(reason, words);
        Publisher?.EndByServer(reason, words);
        CloseAfterLastWords(reason);
    }

    private void ShutDown()
    {
        const string Words = "The server is going down.";
        Outcome ??= SessionEndReason.ServerShutdown;
        Playback?.EndBeforeShutdown();
        Publisher?.EndByServer(SessionEndReason.ServerShutdown, Words);
        session.Close();
        CloseAfterLastWords(Outcome.Value);
    }

    /// <summary>A wish that something end.</summary>
    /// <param name="Reason">Why, for logs and metrics.</param>
    /// <param name="Words">Why, in words.</param>
    internal sealed record EndRequest(SessionEndReason Reason, string Words);
}
