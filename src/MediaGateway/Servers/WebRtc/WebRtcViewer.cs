using System.Diagnostics;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Streams;
using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.Servers.WebRtc;

/// <summary>
/// One WebRTC viewer on a <see cref="MediaLoop"/>. Connected, it is attached to the stream or, where the pictures cannot be sent as they
/// are, to a rendition of it; it stays through changes of the publisher and of formats, and ends with the stream.
/// </summary>
internal sealed class WebRtcViewer(PeerPlayRequest request, AcceptedOffer accepted, IPeerObserver observer, ViewerServices services)
    : WebRtcSession(request.MediaSessionId, request.Key, accepted, observer)
{
    /// <summary>The longest data message that is passed on to a viewer, in bytes.</summary>
    public const int MaximumDataBytes = 70 * 1024;

    /// <summary>How old a cached group of pictures may be to help a viewer who has lost the picture: older ones cost more than they give.</summary>
    public static readonly TimeSpan OldestReplay = TimeSpan.FromSeconds(4);

    /// <summary>How long a rendition that was refused, or has ended, is not asked for again.</summary>
    public static readonly TimeSpan RenditionPause = TimeSpan.FromSeconds(5);

    /// <summary>How often what was not sent is told to the stream: its figures are read every second at most.</summary>
    private static readonly TimeSpan DropReportInterval = TimeSpan.FromMilliseconds(250);

    private readonly ViewerPictures _pictures = new();
    private readonly ViewerDrops _drops = new();
    private readonly AudioPreference _sound = request.IsSilent || !accepted.Peer.HasAudio ? AudioPreference.None : AudioPreference.Opus;
    private readonly ViewerLevel _level = new(services, request.Key);
    private LiveStream? _stream;
    private LiveStream? _shown;
    private LiveStream? _attached;
    private ViewerOutlet? _outlet;
    private IDisposable? _wait;
    private TimeSpan _waitEnd = TimeSpan.MaxValue;
    private TimeSpan _ownWaitEnd;
    private TimeSpan _attachedAt;
    private TimeSpan _replayedAt = TimeSpan.MinValue;
    private TimeSpan _renditionAllowedAt;
    private PeerNotice? _pictureNotice;
    private string? _pictureText;
    private TimeSpan _countedAt;
    private TimeSpan _dropsReportedAt;
    private long _countedBytes;
    private bool _isConnected;
    private bool _hasBegun;
    private bool _hasPlayed;
    private long _droppedBefore;
    private volatile bool _hasArrived;
    private volatile string? _givenUp;
    private volatile string? _quality = request.Quality;
    private string? _servedQuality;
    private bool _isLevelRefused;

    /// <inheritdoc/>
    public override string Role => "play";

    /// <inheritdoc/>
    public override TimeSpan NextDeadline => Peer.NextDeadline < _waitEnd ? Peer.NextDeadline : _waitEnd;

    /// <summary>Frames that were left out for this viewer because the loop did not follow.</summary>
    public long Dropped => _droppedBefore + (_outlet?.Dropped ?? 0);

    /// <inheritdoc/>
    public override long DroppedFrames => Dropped + (Peer.Sender is { } sender ? sender.DroppedPictures + sender.DroppedSound : 0);

    /// <summary>The stream that it plays; null while it waits.</summary>
    public LiveStream? Stream => _stream;

    /// <summary>The stream that was found for it when it asked to play: one that is its own alone, as of a file, is not to be made twice.</summary>
    public LiveStream? Found { get; set; }

    /// <summary>Asks for another level of the stream. Any thread.</summary>
    public void WishQuality(string quality)
    {
        _quality = quality;
        WantAttention();
    }

    /// <inheritdoc/>
    public override void HandleRequests(TimeSpan now)
    {
        if (!_hasBegun)
        {
            _hasBegun = true;
            Begin(now);
        }

        if (_hasArrived && _wait is not null)
        {
            EndWait();
            Observer.Noticed(Id, PeerNotice.Waiting, null);
            Begin(now);
        }

        _waitEnd = _givenUp is not null && _wait is not null ? _ownWaitEnd : _waitEnd;
        FollowWish(now);
        FollowNetwork(now);
        Play(now);
    }

    /// <inheritdoc/>
    public override void PeerConnected(TimeSpan now)
    {
        base.PeerConnected(now);
        _isConnected = true;
        Begin(now);
        Play(now);
    }

    /// <inheritdoc/>
    public override void KeyframeWanted(TimeSpan now)
    {
        if (_attached is not { } stream || stream.RequestKeyframe())
        {
            return;
        }

        bool isTooSoon = _replayedAt != TimeSpan.MinValue && now - _replayedAt < OldestReplay;
        if (!isTooSoon && stream.CachedGroupAge <= OldestReplay)
        {
            _replayedAt = now;
            Attach(stream, now);
        }
    }

    /// <inheritdoc/>
    public override void BandwidthChanged(bool isLimited)
    {
        _level.IsLimited = isLimited;
        TellBandwidth(isLimited);
    }

    private void TellBandwidth(bool isLimited) => Observer.Noticed(
        Id,
        PeerNotice.Bandwidth,
        isLimited ? "The network to this viewer takes less than the stream needs: only some of the pictures are sent, until it takes more." : null);

    /// <inheritdoc/>
    public override void Advance(TimeSpan now)
    {
        base.Advance(now);
        if (now - _dropsReportedAt >= DropReportInterval)
        {
            _dropsReportedAt = now;
            ReportDrops();
        }

        if (now >= _waitEnd)
        {
            EndWait();
            End(SessionEndReason.StreamNotFound, _givenUp ?? IPeerSessions.StreamNotFound);
        }
    }

    /// <inheritdoc/>
    public override void TakeFrame(MediaFrame frame) => frame.Release(); // A viewer has nothing to say.

    /// <inheritdoc/>
    protected override void ReleaseStream(SessionEndReason reason)
    {
        EndWait();
        Detach();
        ReportDrops();
        _stream?.AddViewers(-1);
        (_stream, _shown) = (null, null);
    }

    /// <inheritdoc/>
    protected override PeerFigures MakeFigures(TimeSpan now)
    {
        PeerStatistics peer = Peer.Statistics;
        var source = _stream?.Lease?.Control as WebRtcPublisher; // On this same loop.
        return new PlayerFigures
        {
            Viewers = _stream?.Viewers,
            BitsPerSecond = CountBits(peer.BytesSent, now),
            EstimatedBitsPerSecond = peer.Sender?.EstimateBitsPerSecond,
            LostRatio = peer.Sender?.LostRatio,
            RoundTripMilliseconds = peer.RoundTripTime?.TotalMilliseconds,
            RetransmittedPackets = peer.Sender?.RetransmittedPackets,
            DroppedFrames = Dropped + (peer.Sender?.DroppedPictures ?? 0),
            SourceAudioVideoErrorMilliseconds = source?.Peer.Statistics.Receiver?.AudioVideoError?.TotalMilliseconds,
            SourceRoundTripMilliseconds = source?.Peer.Statistics.RoundTripTime?.TotalMilliseconds,
        };
    }

    private void ReportDrops()
    {
        if (_stream is { } stream)
        {
            _drops.Report(stream.Drops, Dropped, Peer.Sender);
        }
    }

    private long? CountBits(long bytesSent, TimeSpan now)
    {
        TimeSpan elapsed = now - _countedAt;
        bool isKnown = _countedAt > TimeSpan.Zero && elapsed > TimeSpan.Zero;
        long? bits = isKnown ? (long)((bytesSent - _countedBytes) * 8 / elapsed.TotalSeconds) : null;
        (_countedAt, _countedBytes) = (now, bytesSent);
        return bits;
    }

    /// <summary>Finds the stream, or waits for it; attaches once the peer is connected, for what is sent before is lost.</summary>
    private void Begin(TimeSpan now)
    {
        if (_stream is not null || _wait is not null)
        {
            return;
        }

        StreamSearch search = Found is { State: not StreamState.Ended, Lease.IsListed: false } own
            ? StreamSearch.Found(own)
            : services.Finder.Find(new StreamQuery(Key, TakesFiles: true));
        Found = search.Stream;
        if (search.Stream is not { } stream)
        {
            Wait(search, now);
            return;
        }

        if (!_isConnected)
        {
            return;
        }

        _stream = stream;
        stream.AddViewers(1);
        if (!FollowWish(now))
        {
            Show(stream, now);
        }
    }

    /// <summary>Goes over to a stream: the one that was asked for, or a level of it; to a rendition where its pictures need one.</summary>
    private void Show(LiveStream stream, TimeSpan now)
    {
        Detach();
        _shown = stream;
        _renditionAllowedAt = TimeSpan.Zero;
        if (stream.Snapshot() is { Video: { } video } seen && (video is not H264Format || seen.HasBFrames))
        {
            PlayRendition(seen.HasBFrames ? PeerNotice.BFrames : PeerNotice.VideoConverted, video.Codec, now);
        }

        if (_attached is null)
        {
            Attach(stream, now);
        }
    }

    /// <summary>Goes over to the level that was asked for since the last time; where it is not to be had, the viewer is told and stays.</summary>
    /// <returns>Whether it is another one now.</returns>
    private bool FollowWish(TimeSpan now)
    {
        string? quality = _quality;
        if (_stream is null || quality == _servedQuality)
        {
            return false;
        }

        _servedQuality = quality;
        LiveStream? level = _level.Find(quality, _stream, out string? refusal);
        if (refusal is not null || _isLevelRefused)
        {
            _isLevelRefused = refusal is not null;
            Observer.Noticed(Id, PeerNotice.Quality, refusal);
        }

        if (level is null || ReferenceEquals(level, _shown))
        {
            return false;
        }

        Show(level, now);
        return true;
    }

    /// <summary>Where the level follows the network: goes over to another one when that is due.</summary>
    private void FollowNetwork(TimeSpan now)
    {
        if (_shown is not { } shown)
        {
            return;
        }

        LiveStream? next = _level.Judge(shown.Key, Peer.Sender, now);
        Peer.LookFor(_level.WantedBitsPerSecond);
        if (next is not null)
        {
            Show(next, now);
        }
    }

    private void Wait(in StreamSearch search, TimeSpan now)
    {
        TimeSpan patience = search.Refusal is not null ? TimeSpan.Zero
            : search.Patience > services.Options.WaitForPublisher ? search.Patience
            : services.Options.WaitForPublisher;
        _waitEnd = now + patience;
        _ownWaitEnd = now + services.Options.WaitForPublisher;
        _wait = patience > TimeSpan.Zero
            ? services.Streams.WaitFor(Key, _ =>
            {
                _hasArrived = true;
                WantAttention();
            }, words =>
            {
                _givenUp = words;
                WantAttention();
            })
            : null;
        if (_wait is null)
        {
            _waitEnd = TimeSpan.MaxValue;
            End(SessionEndReason.StreamNotFound, search.Refusal ?? IPeerSessions.StreamNotFound);
            return;
        }

        Observer.Noticed(Id, PeerNotice.Waiting, "Nobody publishes the stream yet; it begins as soon as somebody does.");
    }

    private void EndWait()
    {
        _wait?.Dispose();
        (_wait, _waitEnd, _hasArrived) = (null, TimeSpan.MaxValue, false);
    }

    private void Attach(LiveStream stream, TimeSpan now)
    {
        Detach();
        var outlet = new ViewerOutlet(WantAttention, Peer.HasVideo);
        (_attached, _outlet, _attachedAt) = (stream, outlet, now);
        _pictures.Clear();
        if (!stream.Attach(outlet, new SubscriptionOptions(_sound, StartPoint.NextKeyframe)))
        {
            outlet.End(StreamEndReason.Unpublished);
        }
    }

    private void Detach()
    {
        if (_outlet is not { } outlet)
        {
            return;
        }

        _attached?.Detach(outlet);
        outlet.Close();
        _droppedBefore += outlet.Dropped;
        (_attached, _outlet) = (null, null);
    }

    private void Play(TimeSpan now)
    {
        while (_outlet is { } outlet && outlet.TryTake(out MediaFrame? frame))
        {
            try
            {
                Take(frame!, now); // Not null: there was one.
            }
            finally
            {
                frame!.Release();
            }
        }

        if (_outlet?.EndReason is { } reason)
        {
            StreamEnded(reason, now);
        }
    }

    private void Take(MediaFrame frame, TimeSpan now)
    {
        switch (frame.Kind)
        {
            case TrackKind.Data when frame.Length <= MaximumDataBytes:
                Observer.DataArrived(Id, frame.Payload.ToArray());
                break;
            case TrackKind.Audio when frame.Format is OpusFormat:
                Send(frame, now);
                break;
            case TrackKind.Video when _pictures.Allow(frame):
                Withdraw();
                Send(frame, now);
                break;
            case TrackKind.Video when _pictures.Obstacle is { } obstacle && now >= _renditionAllowedAt && ReferenceEquals(_attached, _shown):
                PlayRendition(obstacle, frame.Format.Codec, now);
                break;
            default:
                break;
        }
    }

    private void Send(MediaFrame frame, TimeSpan now)
    {
        Frames++;
        Peer.Send(frame, now);
        if (frame.ReceivedAt >= _attachedAt)
        {
            Loop.NoteFrameSent(frame.Kind, frame.ReceivedAt);
        }

        if (!_hasPlayed)
        {
            _hasPlayed = true;
            Observer.MediaFlows(Id);
        }
    }

    /// <summary>Goes over to the rendition of the stream; where there is none the sound goes on alone.</summary>
    private void PlayRendition(PeerNotice why, CodecId codec, TimeSpan now)
    {
        Debug.Assert(_shown is not null, "There is a stream before there are pictures.");
        _renditionAllowedAt = now + RenditionPause;
        if (!Peer.HasVideo)
        {
            return;
        }

        LiveStream? rendition = services.Renditions.ForWebRtc(_shown, out string? refusal);
        if (rendition is not null)
        {
            Attach(rendition, now);
        }

        string fault = why == PeerNotice.BFrames
            ? "The stream has B-frames, which WebRTC cannot carry"
            : $"Browsers do not play the stream's pictures ({CodecNames.Of(codec)}) over WebRTC";
        Tell(why, rendition is null ? $"{fault}: there is no picture. {refusal}" : $"{fault}: the gateway converts the pictures.");
    }

    private void Tell(PeerNotice notice, string text)
    {
        if (_pictureNotice is { } other && other != notice)
        {
            Observer.Noticed(Id, other, null);
        }

        if (_pictureText != text)
        {
            Observer.Noticed(Id, notice, text);
        }

        (_pictureNotice, _pictureText) = (notice, text);
    }

    /// <summary>Takes back the notice that pictures are converted, or are not to be had, when they come as they are.</summary>
    private void Withdraw()
    {
        if (_pictureNotice is { } notice && ReferenceEquals(_attached, _shown))
        {
            (_pictureNotice, _pictureText) = (null, null);
            Observer.Noticed(Id, notice, null);
        }
    }

    private void StreamEnded(StreamEndReason reason, TimeSpan now)
    {
        if (!ReferenceEquals(_attached, _shown) && _shown is { State: not StreamState.Ended } shown)
        {
            Attach(shown, now); // Only the rendition has ended.
            return;
        }

        if (!ReferenceEquals(_shown, _stream) && _stream is { State: not StreamState.Ended } stream)
        {
            Show(stream, now); // Only the level has ended.
            return;
        }

        Detach();
        bool isShutdown = reason == StreamEndReason.ServerShutdown;
        End(isShutdown ? SessionEndReason.ServerShutdown : SessionEndReason.Completed, reason switch
        {
            StreamEndReason.ServerShutdown => "The gateway is shutting down.",
            StreamEndReason.Played => IPeerSessions.PlayedToItsEnd,
            _ => IPeerSessions.StoppedByPublisher,
        });
    }
}
