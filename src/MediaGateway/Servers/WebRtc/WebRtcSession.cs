using System.Diagnostics.CodeAnalysis;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Streams;
using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.Servers.WebRtc;

/// <summary>
/// One session on a <see cref="MediaLoop"/>, of a publisher or a viewer: its peer session, its requests, its place among the deadlines.
/// The loop's thread owns everything here but the requests, which any thread may leave; it calls the methods marked as its own.
/// </summary>
internal abstract class WebRtcSession(string id, StreamKey key, AcceptedOffer accepted, IPeerObserver observer)
{
    /// <summary>Restarts that wait for the loop; more are refused.</summary>
    private const int MaximumWaitingRestarts = 8;

    private readonly Lock _restartLock = new();
    private readonly Queue<PeerRestart> _restarts = new();
    private readonly FigureRequests _figures = new();
    private PeerRestart? _latestRestart;

    // As if the loop had been asked already: it is to see nothing of the session before it begins.
    private int _attentionWanted = 1;
    private EndRequest? _endRequest;

    /// <summary>The media session's id.</summary>
    public string Id { get; } = id;

    /// <summary>Enough of the id to follow a session through the log, too little to end it.</summary>
    public string ShortId { get; } = id[..Math.Min(id.Length, 8)];

    /// <summary>The stream it publishes or plays.</summary>
    public StreamKey Key { get; } = key;

    /// <summary>The WebRTC side.</summary>
    public PeerSession Peer { get; } = accepted.Peer;

    /// <summary>Who hears how the session fares.</summary>
    public IPeerObserver Observer { get; } = observer;

    /// <summary><c>publish</c> or <c>play</c>, for metrics and the log.</summary>
    public abstract string Role { get; }

    /// <summary>Whether the loop has taken the session in.</summary>
    public bool IsRegistered { get; set; }

    /// <summary>Whether the session is over for the loop.</summary>
    public bool IsEnded { get; set; }

    /// <summary>When the loop will next look at the session without being asked.</summary>
    public TimeSpan ScheduledAt { get; set; } = TimeSpan.MaxValue;

    /// <summary>When the loop took the session in.</summary>
    public TimeSpan StartedAt { get; set; }

    /// <summary>Frames published or played.</summary>
    public long Frames { get; protected set; }

    /// <summary>Frames that were not sent to the peer although it plays them.</summary>
    public virtual long DroppedFrames => 0;

    /// <summary>Datagrams received.</summary>
    public long Datagrams { get; set; }

    /// <summary>Bytes of datagrams received.</summary>
    public long Bytes { get; set; }

    /// <summary>When <see cref="Advance"/> has something to do.</summary>
    public virtual TimeSpan NextDeadline => Peer.NextDeadline;

    /// <summary>The loop on which it runs.</summary>
    protected MediaLoop Loop { get; } = accepted.Loop;

    /// <summary>Gives the session to the loop, with whatever was asked of it before. Once.</summary>
    public void Begin() => Loop.Post(this);

    /// <summary>Asks that the session end. Any thread; the first request counts.</summary>
    public void End(SessionEndReason reason, string detail)
    {
        Interlocked.CompareExchange(ref _endRequest, new EndRequest(reason, detail), null);
        WantAttention();
    }

    /// <summary>Answers a description by which the peer restarts ICE, and asks the loop to do it. Any thread.</summary>
    /// <param name="description">A new offer, or a trickle fragment.</param>
    /// <param name="answer">What the peer is told; empty when there is nothing to restart.</param>
    /// <param name="refusal">Why not, in words.</param>
    public bool TryRestart(string description, [NotNullWhen(true)] out string? answer, out string? refusal)
    {
        answer = null;
        lock (_restartLock)
        {
            if (_restarts.Count >= MaximumWaitingRestarts)
            {
                refusal = "Too many ICE restarts at once; try again in a moment.";
                return false;
            }

            if (!Peer.TryPrepareRestart(description, _latestRestart, out PeerRestart? restart, out refusal))
            {
                return false;
            }

            answer = restart?.Answer ?? "";
            if (restart is not null)
            {
                _latestRestart = restart;
                _restarts.Enqueue(restart);
            }
        }

        WantAttention();
        return true;
    }

    /// <summary>The loop's: takes a restart that was asked for.</summary>
    public bool TryTakeRestart([NotNullWhen(true)] out PeerRestart? restart)
    {
        lock (_restartLock)
        {
            return _restarts.TryDequeue(out restart);
        }
    }

    /// <summary>Asks the loop to look at this session; queued at most once however often it is asked. Any thread.</summary>
    public void WantAttention()
    {
        if (Interlocked.Exchange(ref _attentionWanted, 1) == 0)
        {
            Loop.Post(this);
        }
    }

    /// <summary>Asks for live figures; null when the session is over. Any thread.</summary>
    public Task<PeerFigures?> FiguresAsync(TimeSpan now)
    {
        Task<PeerFigures?> answer = _figures.Ask(now, out bool isNew);
        if (isNew)
        {
            WantAttention();
        }

        return answer;
    }

    /// <summary>The loop's: answers those who have asked for figures.</summary>
    public void AnswerFigures(TimeSpan now)
    {
        if (_figures.IsWaiting)
        {
            _figures.Answer(MakeFigures(now), now);
        }
    }

    /// <summary>The loop's: lets what is due happen.</summary>
    public virtual void Advance(TimeSpan now) => Peer.Advance(now);

    /// <summary>The loop's: from here on requests are queued anew; gives the wish that the session end, if there is one.</summary>
    public EndRequest? BeginRequests()
    {
        Interlocked.Exchange(ref _attentionWanted, 0);
        return Volatile.Read(ref _endRequest);
    }

    /// <summary>The loop's: does what was asked for since the last time; called after <see cref="BeginRequests"/>, never after the end.</summary>
    public abstract void HandleRequests(TimeSpan now);

    /// <summary>The loop's: takes over a frame that the peer has sent.</summary>
    public abstract void TakeFrame(MediaFrame frame);

    /// <summary>The loop's: the peer is connected, media may flow.</summary>
    public virtual void PeerConnected(TimeSpan now) => accepted.Place.Connected();

    /// <summary>The loop's: the peer needs a keyframe.</summary>
    public virtual void KeyframeWanted(TimeSpan now)
    {
    }

    /// <summary>The loop's: the network to the peer takes less than the stream needs, or enough again.</summary>
    public virtual void BandwidthChanged(bool isLimited)
    {
    }

    /// <summary>The loop's: the session is over; gives back whatever it holds but the peer session. Called once.</summary>
    public void Release(SessionEndReason reason)
    {
        _figures.Close();
        ReleaseStream(reason);
    }

    /// <summary>Gives the stream back.</summary>
    protected abstract void ReleaseStream(SessionEndReason reason);

    /// <summary>Makes the figures of now, on the loop.</summary>
    protected abstract PeerFigures MakeFigures(TimeSpan now);

    /// <summary>A wish that the session end.</summary>
    /// <param name="Reason">Why, for logs and metrics.</param>
    /// <param name="Detail">Why, in words.</param>
    internal sealed record EndRequest(SessionEndReason Reason, string Detail);
}
