using System.Collections.Concurrent;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Streams;
using MediaGateway.Streams.Renditions;
using MediaGateway.WebRtc.Rtp;
using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.Servers.WebRtc;

/// <summary>One WebRTC publisher on a <see cref="MediaLoop"/>: a session with its lease on the stream.</summary>
internal sealed class WebRtcPublisher(
    PeerPublishRequest request, AcceptedOffer accepted, IPeerObserver observer, BufferPool pool)
    : WebRtcSession(request.MediaSessionId, request.Key, accepted, observer), IPublisherControl, IBridgeSource
{
    /// <summary>Pieces of data that wait for the loop; more are refused.</summary>
    private const int MaximumWaitingData = 32;

    private readonly ConcurrentQueue<ReadOnlyMemory<byte>> _data = new();
    private int _keyframeWanted;
    private bool _hasPublished;
    private MediaTime? _newestFrameAt;

    /// <summary>The way into the stream; set before the loop first sees the publisher.</summary>
    public PublishedMedia? Media { get; set; }

    /// <inheritdoc/>
    public override string Role => "publish";

    /// <inheritdoc/>
    public string Protocol => "webrtc";

    /// <inheritdoc/>
    public bool AnswersKeyframeRequests => true;

    /// <summary>Asks for a keyframe for viewers: of the encoder where pictures are converted, else of the peer.</summary>
    void IPublisherControl.RequestKeyframe()
    {
        if (Media?.TryAnswerKeyframeRequest() != true)
        {
            AskPeerForKeyframe();
        }
    }

    /// <summary>Asks the peer for a keyframe: the decoder has lost the thread.</summary>
    void IBridgeSource.RequestKeyframe() => AskPeerForKeyframe();

    /// <inheritdoc/>
    public bool IsWanted(TimeSpan now) => true;

    /// <inheritdoc/>
    public void BridgeEnded(string? failure)
    {
        if (failure is not null)
        {
            End(SessionEndReason.ProtocolError, $"The pictures cannot be converted to H.264: {failure}");
        }
    }

    /// <summary>Leaves a data message for the stream; false when there is no media yet or too much waits. Any thread.</summary>
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

    /// <inheritdoc/>
    public override void HandleRequests(TimeSpan now)
    {
        if (Interlocked.Exchange(ref _keyframeWanted, 0) == 1)
        {
            Peer.RequestKeyframe(now);
        }

        while (_data.TryDequeue(out ReadOnlyMemory<byte> message))
        {
            PublishData(message, now);
        }
    }

    /// <inheritdoc/>
    public override void TakeFrame(MediaFrame frame)
    {
        Frames++;
        _newestFrameAt = frame.Decoding;
        Media!.Publish(frame); // Set before the loop first saw the publisher.
        if (!_hasPublished && Media.Lease.IsCurrent)
        {
            Volatile.Write(ref _hasPublished, true);
            Observer.MediaFlows(Id);
        }
    }

    /// <inheritdoc/>
    protected override void ReleaseStream(SessionEndReason reason) => Media!.End(reason); // Set before the loop first saw it.

    /// <inheritdoc/>
    protected override PeerFigures MakeFigures(TimeSpan now)
    {
        PeerStatistics peer = Peer.Statistics;
        IReadOnlyList<TrackStatistics> tracks = peer.Receiver?.Tracks ?? [];
        LiveStream? stream = Media?.Lease is { IsCurrent: true } lease ? lease.Stream : null;
        return new PublisherFigures
        {
            Viewers = stream?.Viewers,
            BitsPerSecond = stream?.Snapshot().BitsPerSecond,
            LostPackets = peer.Receiver is null ? null : tracks.Sum(static track => track.LostPackets),
            RepairedPackets = peer.Receiver is null ? null : tracks.Sum(static track => track.RepairedPackets),
            RoundTripMilliseconds = peer.RoundTripTime?.TotalMilliseconds,
            JitterBufferMilliseconds = tracks.Count == 0 ? null : tracks.Max(static track => track.Wait).TotalMilliseconds,
            AudioVideoErrorMilliseconds = peer.Receiver?.AudioVideoError?.TotalMilliseconds,
            AllowedBitsPerSecond = peer.Receiver is { AllowedBitsPerSecond: > 0 } receiver ? receiver.AllowedBitsPerSecond : null,
            KeyframeRequests = peer.Receiver is null ? null : tracks.Sum(static track => track.KeyframeRequests),
        };
    }

    private void AskPeerForKeyframe()
    {
        Volatile.Write(ref _keyframeWanted, 1);
        WantAttention();
    }

    private void PublishData(ReadOnlyMemory<byte> message, TimeSpan now)
    {
        if (_newestFrameAt is not { } time)
        {
            return;
        }

        PooledBuffer buffer = pool.Rent(message.Length, BufferOwner.Frame);
        message.Span.CopyTo(buffer.Span);
        Media!.Publish( // Set before the loop first saw the publisher.
            new MediaFrame(ScriptDataFormat.Instance, time, time, isKeyframe: true, buffer, 0, message.Length, now));
    }
}
