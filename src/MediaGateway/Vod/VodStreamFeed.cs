using MediaGateway.Diagnostics;
using MediaGateway.Media.Files;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Streams;

namespace MediaGateway.Vod;

/// <summary>Feeds one stream with the frames of a file, in real time from its start, as long as somebody takes them.</summary>
internal sealed class VodStreamFeed : VodTask, IPublisherControl
{
    // Frames of WebRTC viewers are paced again by their senders: a little ahead evens the turns out.
    private static readonly TimeSpan Ahead = TimeSpan.FromMilliseconds(100);

    /// <summary>How long nobody need take frames: a viewer attaches when its connection stands, and a rendition takes over from it.</summary>
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    private readonly PublishLease _lease;
    private readonly BufferPool _buffers;
    private readonly VodPacer _pacer = new(Ahead);
    private readonly Task<VodOpening> _opening;
    private VodFile? _file;
    private int _next;
    private bool _hasStarted;
    private TimeSpan? _idleSince;
    private volatile bool _isEndAsked;

    /// <summary>Makes a stream that begins when somebody takes it.</summary>
    public VodStreamFeed(StreamKey key, Task<VodOpening> opening, StreamRegistry streams, BufferPool buffers)
    {
        (_opening, _buffers) = (opening, buffers);
        _lease = streams.PublishUnlisted(key, ExpectedTracks.None, this);
        opening.GetAwaiter().UnsafeOnCompleted(Wake);
    }

    /// <summary>The stream.</summary>
    public LiveStream Stream => _lease.Stream;

    /// <inheritdoc/>
    public string Protocol => "file";

    /// <inheritdoc/>
    public bool AnswersKeyframeRequests => false;

    /// <inheritdoc/>
    public override TimeSpan? Work(TimeSpan now)
    {
        if (!_opening.IsCompleted)
        {
            return TimeSpan.MaxValue;
        }

        if (_file is null && !TryTakeFile())
        {
            End();
            return null;
        }

        bool isTaken = Stream.Outlets > 0;
        _idleSince = isTaken ? null : _idleSince ?? now;
        if (_isEndAsked || now - _idleSince > IdleTime)
        {
            End();
            return null;
        }

        if (!_hasStarted && !isTaken)
        {
            return now + LookInterval;
        }

        return Publish(now);
    }

    /// <inheritdoc/>
    public override void Abandon(string? failure) => End();

    /// <inheritdoc/>
    public void RequestKeyframe()
    {
        // A file has its keyframes where they are.
    }

    /// <inheritdoc/>
    void IPublisherControl.End(SessionEndReason reason, string detail)
    {
        _isEndAsked = true;
        Wake();
    }

    private bool TryTakeFile()
    {
        _file = _opening.IsCompletedSuccessfully ? _opening.Result.File : null;
        if (_file is not { } file)
        {
            return false;
        }

        ExpectedTracks tracks = ExpectedTracks.None;
        tracks |= file.Index.Track(TrackKind.Video) is null ? ExpectedTracks.None : ExpectedTracks.Video;
        tracks |= file.Index.Track(TrackKind.Audio) is null ? ExpectedTracks.None : ExpectedTracks.Audio;
        _lease.Announce(tracks);
        return true;
    }

    private TimeSpan? Publish(TimeSpan now)
    {
        if (!_hasStarted)
        {
            _hasStarted = true;
            _pacer.Start(now, TimeSpan.Zero);
        }

        VodFile file = _file!; // Taken before.
        MediaFile index = file.Index;
        while (_next < index.Count)
        {
            MediaSample sample = index[_next];
            TimeSpan due = _pacer.DueAt(index.DecodingOf(in sample).ToTimeSpan());
            if (due > now)
            {
                return _pacer.NextTurn(due);
            }

            if (index.FormatOf(in sample).Kind != TrackKind.Data)
            {
                _lease.Publish(index.ReadFrame(file.Source, _next, _buffers, now));
            }

            _next++;
        }

        // What was read last is still to be shown.
        TimeSpan end = _pacer.DueAt(index.Duration) + Ahead;
        if (file.Refresh() || now < end)
        {
            return now + LookInterval;
        }

        _lease.End(StreamEndReason.Played);
        End();
        return null;
    }

    private void End()
    {
        _lease.Dispose();
        _file?.Dispose();
        _file = null;
        if (!_opening.IsCompleted)
        {
            _ = _opening.ContinueWith(
                static done => done.Result.File?.Dispose(),
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }
}
