using System.Diagnostics.Metrics;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;

namespace MediaGateway.Diagnostics;

/// <summary>
/// Every figure that the gateway reports, in domain words: the meter <c>MediaGateway</c>, and the delay that the gateway itself adds.
/// No stream name, address or session id is ever a tag of that meter. Any thread; recording allocates nothing.
/// </summary>
internal sealed class GatewayMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "MediaGateway";

    /// <summary>The name of the meter that tells of single streams.</summary>
    public const string StreamMeterName = "MediaGateway.Streams";

    private static readonly KeyValuePair<string, object?> AudioTag = new("kind", "audio");
    private static readonly KeyValuePair<string, object?> VideoTag = new("kind", "video");
    private static readonly KeyValuePair<string, object?> DataTag = new("kind", "data");
    private static readonly KeyValuePair<string, object?> InTag = new("direction", "in");
    private static readonly KeyValuePair<string, object?> OutTag = new("direction", "out");

    /// <summary>The bounds between which durations are counted, in seconds: from a client that was refused to a day.</summary>
    private static readonly InstrumentAdvice<double> SessionDurations = new()
    {
        HistogramBucketBoundaries = [0.1, 1, 5, 15, 60, 300, 900, 3600, 4 * 3600, 24 * 3600],
    };

    /// <summary>The same for delays, from one turn of a worker to what a viewer notices.</summary>
    private static readonly InstrumentAdvice<double> Delays = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56],
    };

    private readonly UpDownCounter<long> _sessions;
    private readonly Histogram<double> _sessionDuration;
    private readonly UpDownCounter<long> _streams;
    private readonly UpDownCounter<long> _subscribers;
    private readonly Counter<long> _frames;
    private readonly Counter<long> _droppedFrames;
    private readonly Counter<long> _discarded;
    private readonly Counter<long> _io;
    private readonly Counter<long> _lostPackets;
    private readonly Counter<long> _nacks;
    private readonly Histogram<double> _bridgeDelay;
    private readonly Histogram<double> _videoBridgeDelay;
    private readonly Counter<long> _refusedSessions;
    private readonly Counter<long> _hookCalls;
    private readonly Counter<long> _hookEventsDropped;

    /// <summary>Makes the instruments.</summary>
    public GatewayMetrics(IMeterFactory meters, BufferPool pool, ResourceLedger resources)
    {
        Resources = resources;
        Meter meter = meters.Create(MeterName);
        _sessions = meter.CreateUpDownCounter<long>("mediagateway.sessions.active", "{session}", "Sessions now open.");
        _sessionDuration = meter.CreateHistogram(
            "mediagateway.session.duration", "s", "How long ended sessions lasted.", tags: null, SessionDurations);
        _refusedSessions = meter.CreateCounter<long>("mediagateway.sessions.refused", "{session}", "Sessions refused for want of room.");
        _streams = meter.CreateUpDownCounter<long>("mediagateway.streams.active", "{stream}", "Streams now published.");
        _subscribers = meter.CreateUpDownCounter<long>("mediagateway.subscribers.active", "{subscriber}", "Viewers now watching.");
        _frames = meter.CreateCounter<long>("mediagateway.frames", "{frame}", "Frames published.");
        _droppedFrames = meter.CreateCounter<long>("mediagateway.frames.dropped", "{frame}", "Frames that did not reach a viewer.");
        _discarded = meter.CreateCounter<long>("mediagateway.discarded", null, "Packets and segments that were discarded.");
        _io = meter.CreateCounter<long>("mediagateway.io", "By", "Bytes from and to the network.");
        _lostPackets = meter.CreateCounter<long>("mediagateway.rtp.packets.lost", "{packet}", "RTP packets that never came.");
        _nacks = meter.CreateCounter<long>("mediagateway.rtp.nacks", "{packet}", "RTP packets asked for again.");
        _bridgeDelay = meter.CreateHistogram(
            "mediagateway.audio_bridge.delay", "s", "From the last packet needed to the sound made.", tags: null, Delays);
        _videoBridgeDelay = meter.CreateHistogram(
            "mediagateway.video_bridge.delay", "s", "From the receipt of a picture to the converted one.", tags: null, Delays);
        _hookCalls = meter.CreateCounter<long>("mediagateway.hook.calls", "{call}", "Questions and reports to a hook backend.");
        _hookEventsDropped = meter.CreateCounter<long>("mediagateway.hook.events.dropped", "{event}", "Events that no backend took.");
        meter.CreateObservableGauge("mediagateway.memory.buffers", () => Buffers(pool), "{buffer}", "Pooled buffers in use.");
        meter.CreateObservableGauge("mediagateway.resources", () => Held(resources), "{resource}", "Timers, tasks and handles in use.");
    }

    /// <summary>The threads that must not stand still.</summary>
    public Heartbeats Threads { get; } = new();

    /// <summary>What sessions hold beside memory.</summary>
    public ResourceLedger Resources { get; }

    /// <summary>The delay added to pictures: from the kernel's receipt of the last byte to the return of the send call.</summary>
    public DelayHistogram VideoDelay { get; } = new();

    /// <summary>The delay added to sound: from the packet that completes the encoder's input to the return of the send call.</summary>
    public DelayHistogram AudioDelay { get; } = new();

    /// <summary>A session has begun.</summary>
    /// <param name="protocol"><c>webrtc</c>, or the word of the connection's protocol: <c>rtmp</c>, <c>http-flv</c>.</param>
    /// <param name="role"><c>publish</c> or <c>play</c>.</param>
    public void SessionStarted(string protocol, string role) => _sessions.Add(1, new("protocol", protocol), new("role", role));

    /// <summary>A session has ended. Same tags as its <see cref="SessionStarted"/>.</summary>
    public void SessionEnded(string protocol, string role, SessionEndReason reason, TimeSpan duration)
    {
        _sessions.Add(-1, new("protocol", protocol), new("role", role));
        if (_sessionDuration.Enabled)
        {
            _sessionDuration.Record(duration.TotalSeconds, new("protocol", protocol), new("role", role), new("error.type", reason.ToString()));
        }
    }

    /// <summary>Somebody was refused for want of room.</summary>
    /// <param name="reason">Of what: <c>memory</c>.</param>
    public void SessionRefused(string reason) => _refusedSessions.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>A stream has begun.</summary>
    public void StreamStarted() => _streams.Add(1);

    /// <summary>A stream has ended.</summary>
    public void StreamEnded() => _streams.Add(-1);

    /// <summary>Viewers have come or gone.</summary>
    public void SubscribersChanged(int change) => _subscribers.Add(change);

    /// <summary>A publisher's frame has come.</summary>
    public void FramePublished(TrackKind kind) => _frames.Add(1, kind switch
    {
        TrackKind.Video => VideoTag,
        TrackKind.Audio => AudioTag,
        _ => DataTag,
    });

    /// <summary>Frames were dropped.</summary>
    /// <param name="count">How many.</param>
    /// <param name="reason">One of few words, such as <c>slow_viewer</c> or <c>bridge_overload</c>.</param>
    public void FramesDropped(long count, string reason) => _droppedFrames.Add(count, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>Something that is not a frame was discarded.</summary>
    /// <param name="count">How many.</param>
    /// <param name="what">One of few words, such as <c>hls_segments</c>.</param>
    public void Discarded(long count, string what) => _discarded.Add(count, new KeyValuePair<string, object?>("what", what));

    /// <summary>Bytes were received.</summary>
    public void BytesReceived(long bytes) => _io.Add(bytes, InTag);

    /// <summary>Bytes were sent.</summary>
    public void BytesSent(long bytes) => _io.Add(bytes, OutTag);

    /// <summary>RTP packets were given up.</summary>
    public void PacketsLost(long count) => _lostPackets.Add(count);

    /// <summary>RTP packets were asked for again.</summary>
    public void PacketsRequestedAgain(long count) => _nacks.Add(count);

    /// <summary>A bridge has made sound.</summary>
    public void SoundBridged(TimeSpan delay) => _bridgeDelay.Record(delay.TotalSeconds);

    /// <summary>A bridge has made a picture.</summary>
    public void PictureBridged(TimeSpan delay) => _videoBridgeDelay.Record(delay.TotalSeconds);

    /// <summary>The send call for a live picture or frame of sound has returned. Frames replayed from a cache are not to be reported.</summary>
    public void FrameSent(TrackKind kind, TimeSpan delay)
    {
        if (kind != TrackKind.Data)
        {
            (kind == TrackKind.Video ? VideoDelay : AudioDelay).Record(delay);
        }
    }

    /// <summary>A hook was called, or was to be.</summary>
    /// <param name="method">The hook's name.</param>
    /// <param name="outcome"><c>answered</c>, <c>refused</c>, <c>failed</c> or <c>not_asked</c>.</param>
    public void HookCalled(string method, string outcome) => _hookCalls.Add(1, new("method", method), new("outcome", outcome));

    /// <summary>A hook event was given up.</summary>
    public void HookEventDropped() => _hookEventsDropped.Add(1);

    private static IEnumerable<Measurement<long>> Buffers(BufferPool pool) =>
        Enum.GetValues<BufferOwner>()
            .Select(owner => new Measurement<long>(pool.Outstanding(owner), new KeyValuePair<string, object?>("owner", owner.ToString())));

    private static IEnumerable<Measurement<long>> Held(ResourceLedger resources) =>
        resources.Snapshot().Select(static held => new Measurement<long>(held.Value, new KeyValuePair<string, object?>("kind", held.Key)));
}
