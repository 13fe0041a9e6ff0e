using System.Collections.Concurrent;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Streams;
using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.Servers.WebRtc;

/// <summary>
/// One WebRTC publisher on a <see cref="MediaLoop"/>: its peer session, its lease on the stream and who hears of it. The loop's thread
/// owns everything here but the requests, which any thread may leave.
/// </summary>
internal sealed class WebRtcPublisher(string id, StreamKey key, PeerSession peer, IPeerObserver observer, MediaLoop loop) : IPublisherControl
{
    /// <summary>Pieces of data that wait for the loop; more are refused.</summary>
    private const int MaximumWaitingData = 32;

    private readonly ConcurrentQueue<ReadOnlyMemory<byte>> _data = new();
    private int _attentionWanted;
    private int _keyframeWanted;
    private bool _hasPublished;
    private EndRequest? _endRequest;

    /// <summary>The media session's id.</summary>
    public string Id { get; } = id;

    /// <summary>Enough of the id to follow a session through the log, too little to end it.</summary>
    public string ShortId { get; } = id[..Math.Min(id.Length, 8)];

    /// <summary>The stream it publishes.</summary>
    public StreamKey Key { get; } = key;

    /// <summary>The WebRTC side.</summary>
    public PeerSession Peer { get; } = peer;

    /// <summary>Who hears how the session fares.</summary>
    public IPeerObserver Observer { get; } = observer;

    /// <summary>The right to feed the stream; set before the loop first sees the publisher.</summary>
    public PublishLease? Lease { get; set; }

    /// <summary>Whether the loop has taken the publisher in.</summary>
    public bool IsRegistered { get; set; }

    /// <summary>Whether the session is over for the loop.</summary>
    public bool IsEnded { get; set; }

    /// <summary>Whether a frame has gone into the stream.</summary>
    public bool HasPublished
    {
        get => Volatile.Read(ref _hasPublished);
        set => Volatile.Write(ref _hasPublished, value);
    }

    /// <summary>When the loop will next look at the session without being asked.</summary>
    public TimeSpan ScheduledAt { get; set; } = TimeSpan.MaxValue;

    /// <summary>When the loop took the publisher in.</summary>
    public TimeSpan StartedAt { get; set; }

    /// <summary>Frames published.</summary>
    public long Frames { get; set; }

    /// <summary>Datagrams received.</summary>
    public long Datagrams { get; set; }

    /// <summary>Bytes of datagrams received.</summary>
    public long Bytes { get; set; }

    /// <inheritdoc/>
    public string Protocol => "webrtc";

    /// <inheritdoc/>
    public bool AnswersKeyframeRequests => true;

    /// <inheritdoc/>
    public void RequestKeyframe()
    {
        Volatile.Write(ref _keyframeWanted, 1);
        WantAttention();
    }

    /// <inheritdoc/>
    public void End(SessionEndReason reason, string detail)
    {
        Interlocked.CompareExchange(ref _endRequest, new EndRequest(reason, detail), null);
        WantAttention();
    }

    /// <summary>The time of the newest frame; null before the first. The loop writes it.</summary>
    public MediaTime? NewestFrameAt { get; set; }

    /// <summary>Leaves a data message for the stream; false when there is no media yet or too much waits.</summary>
    public bool TrySendData(ReadOnlyMemory<byte> message)
    {
        if (!Volatile.Read(ref _hasPublished) || _data.Count >= MaximumWaitingData)
        {
            return false;
        }

        _data.Enqueue(message);
        WantAttention();
        return true;
    }

    /// <summary>Takes a data message that was left; only the loop does.</summary>
    public bool TryTakeData(out ReadOnlyMemory<byte> message) => _data.TryDequeue(out message);

    /// <summary>Asks the loop to look at this publisher; queued at most once however often it is asked.</summary>
    public void WantAttention()
    {
        if (Interlocked.Exchange(ref _attentionWanted, 1) == 0)
        {
            loop.Post(this);
        }
    }

    /// <summary>Takes what was asked for since the last time.</summary>
    public (bool Keyframe, EndRequest? End) TakeRequests()
    {
        Volatile.Write(ref _attentionWanted, 0);
        Interlocked.MemoryBarrier();
        return (Interlocked.Exchange(ref _keyframeWanted, 0) == 1, Volatile.Read(ref _endRequest));
    }

    /// <summary>A wish that the session end.</summary>
    /// <param name="Reason">Why, for logs and metrics.</param>
    /// <param name="Detail">Why, in words.</param>
    internal sealed record EndRequest(SessionEndReason Reason, string Detail);
}
