using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>
/// The worker's side of an audio bridge: turns a stream's Opus into AAC and publishes it back into the stream, once however many viewers
/// there are. Only its <see cref="AudioWorker"/> calls it, but for <see cref="Wake"/>.
/// </summary>
internal sealed class AudioBridge(LiveStream stream, BridgeFeed feed, TrackFormat source, AudioWorkerPool pool)
{
    /// <summary>After failures in a row the transcoder is made anew no sooner than this.</summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private readonly List<MediaFrame> _input = [];
    private readonly List<MediaFrame> _output = [];
    private IAudioTranscoder? _transcoder;
    private AudioWorker? _worker;
    private TimeSpan _retryAt = TimeSpan.MinValue;
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

        _transcoder ??= pool.Transcoders.Create(source, CodecId.Aac);
        Transcode(_transcoder, input, now);
        Publish(_transcoder, input);
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
        IAudioTranscoder? transcoder = _transcoder;
        _transcoder = null;
        transcoder?.Dispose();
    }

    private void Transcode(IAudioTranscoder transcoder, in BridgeInput input, TimeSpan now)
    {
        foreach (MediaFrame packet in _input)
        {
            transcoder.Push(packet);
        }

        ReleaseAll(_input);
        if (input.FillUntil is { } target)
        {
            transcoder.FillUntil(target, now);
        }

        while (transcoder.TryTake(out MediaFrame? frame) && frame is not null)
        {
            _output.Add(frame);
        }
    }

    private void Publish(IAudioTranscoder transcoder, in BridgeInput input)
    {
        // Only this thread moves the feed on. The sound of the cached group is old by design: its delay says nothing.
        if (feed.IsCaughtUp && _output.Count > 0)
        {
            pool.Metrics.SoundBridged(pool.Clock.Now - _output[^1].ReceivedAt);
        }

        try
        {
            stream.PublishDerived(feed, input, _output, transcoder.OutputFormat, transcoder.ConcealedFrames);
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
