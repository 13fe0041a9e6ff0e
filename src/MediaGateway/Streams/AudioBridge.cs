using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>
/// The worker's side of an audio bridge: turns a stream's sound into another codec and publishes it back into the stream, once however
/// many viewers there are. A publisher may change its codec or its configuration: the next packet makes another transcoder, and the
/// sound goes on. Only its <see cref="AudioWorker"/> calls it, but for <see cref="Wake"/>.
/// </summary>
internal sealed class AudioBridge(LiveStream stream, BridgeFeed feed, TrackFormat source, AudioWorkerPool pool)
{
    /// <summary>After failures in a row the transcoder is made anew no sooner than this.</summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A publisher that changes its format more often than this, which none does with good intent, loses sound instead of keeping a
    /// worker busy with transcoders.
    /// </summary>
    private static readonly TimeSpan ShortestChange = TimeSpan.FromMilliseconds(500);

    private readonly List<MediaFrame> _input = [];
    private readonly List<MediaFrame> _output = [];
    private TrackFormat _source = source;
    private IAudioTranscoder? _transcoder;
    private AudioWorker? _worker;
    private TimeSpan _retryAt = TimeSpan.MinValue;
    private TimeSpan _nextChangeAt = TimeSpan.MinValue;
    private bool _isOpen;
    private bool _failedLast;

    /// <summary>The stream that is served.</summary>
    public LiveStream Stream => stream;

    /// <summary>The stream's side.</summary>
    public BridgeFeed Feed => feed;

    /// <summary>Says which worker serves it. Before the first turn.</summary>
    public void AssignTo(AudioWorker worker) => Volatile.Write(ref _worker, worker);

    /// <summary>Wakes the worker: there is something to do. Any thread.</summary>
    public void Wake() => Volatile.Read(ref _worker)?.Wake();

    /// <summary>Does a bounded piece of work.</summary>
    public BridgeTurn Work(TimeSpan now)
    {
        if (!stream.TakeSound(feed, _input, out BridgeInput input))
        {
            return BridgeTurn.Finished;
        }

        if (now < _retryAt)
        {
            ReleaseAll(_input);
            return BridgeTurn.Idle;
        }

        Transcode(input, now);
        Publish(input);
        _failedLast = false;
        return input.HasMore ? BridgeTurn.HasMore : BridgeTurn.Idle;
    }

    /// <summary>Throws the transcoder away after it threw: the next turn makes another, at once the first time.</summary>
    public void Recover(TimeSpan now)
    {
        _retryAt = _failedLast ? now + RetryInterval : TimeSpan.MinValue;
        _failedLast = true;
        Close();
    }

    /// <summary>Gives back everything it holds.</summary>
    public void Close()
    {
        ReleaseAll(_input);
        ReleaseAll(_output);
        CloseTranscoder();
    }

    private void Transcode(in BridgeInput input, TimeSpan now)
    {
        if (input.Skips)
        {
            CloseTranscoder();
        }

        Open();
        foreach (MediaFrame packet in _input)
        {
            if (ReferenceEquals(packet.Format, _source) || Follow(packet, now))
            {
                _transcoder?.Push(packet);
            }
        }

        ReleaseAll(_input);
        if (input.FillUntil is { } target)
        {
            _transcoder?.FillUntil(target, now);
        }

        Drain();
    }

    /// <summary>Goes over to the packet's format: what the old transcoder still holds comes out first, up to where the packet begins.</summary>
    /// <returns>False when that would be too soon after the last time.</returns>
    private bool Follow(MediaFrame packet, TimeSpan now)
    {
        if (packet.Format.Equals(_source))
        {
            _source = packet.Format;
            return true;
        }

        if (now < _nextChangeAt)
        {
            return false;
        }

        (_source, _nextChangeAt) = (packet.Format, now + ShortestChange);
        _transcoder?.FillUntil(packet.Presentation, now);
        Drain();
        CloseTranscoder();
        Open();
        return true;
    }

    private void Open()
    {
        if (_isOpen)
        {
            return;
        }

        try
        {
            _transcoder = pool.Transcoders.Create(_source, feed.Target);
        }
        catch (NotSupportedException exception)
        {
            // Not a failure that passes: those viewers have no sound until the publisher changes its codec.
            pool.ReportUnsupported(stream.Key, _source.Codec, feed.Target, exception.Message);
        }

        _isOpen = true;
    }

    private void CloseTranscoder()
    {
        IAudioTranscoder? transcoder = _transcoder;
        (_transcoder, _isOpen) = (null, false);
        transcoder?.Dispose();
    }

    private void Drain()
    {
        while (_transcoder is { } transcoder && transcoder.TryTake(out MediaFrame? frame) && frame is not null)
        {
            _output.Add(frame);
        }
    }

    private void Publish(in BridgeInput input)
    {
        // Only this thread moves the feed on. The sound of the cached group is old by design: its delay says nothing.
        TimeSpan? delay = feed.IsCaughtUp && _output.Count > 0 ? pool.Clock.Now - _output[^1].ReceivedAt : null;
        if (delay is { } known)
        {
            pool.Metrics.SoundBridged(known);
        }

        try
        {
            stream.PublishDerived(feed, input, _output, _transcoder?.OutputFormat, _transcoder?.ConcealedFrames ?? 0, delay);
        }
        finally
        {
            _output.Clear();
        }
    }

    private static void ReleaseAll(List<MediaFrame> frames)
    {
        foreach (MediaFrame frame in frames)
        {
            frame.Release();
        }

        frames.Clear();
    }
}
