using MediaGateway.Configuration;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Servers.Rtmp.FanOut;

namespace MediaGateway.Servers.Rtmp;

/// <summary>What the cores of the RTMP server get of the bound options. Immutable.</summary>
/// <param name="Session">For every connection's protocol session.</param>
/// <param name="FanOut">For the workers that send.</param>
/// <param name="MaximumConnections">Connections at the same time.</param>
/// <param name="MaximumIdleConnectionsPerAddress">Connections of one address that neither play nor publish.</param>
internal sealed record RtmpServerOptions(
    RtmpSessionOptions Session,
    FanOutSettings FanOut,
    int MaximumConnections,
    int MaximumIdleConnectionsPerAddress)
{
    /// <summary>Whether streams can be played.</summary>
    public bool PlaybackEnabled { get; init; } = true;

    /// <summary>How long a player waits for a stream that is not published; zero: not at all.</summary>
    public TimeSpan WaitForPublisher { get; init; }

    /// <summary>How long a publisher may send no media.</summary>
    public TimeSpan PublisherTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether access control is asked about a connection with the parameters of the stream.</summary>
    public bool StreamParametersAsConnectionParameters { get; init; }

    /// <summary>After the last words to a client, how long until we close: librtmp and VLC close by themselves when they have read them.</summary>
    public static readonly TimeSpan LastWordsTime = TimeSpan.FromMilliseconds(200);

    /// <summary>How long last words may take to be accepted by a client's socket.</summary>
    public static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(2);

    /// <summary>From the bound options.</summary>
    public static RtmpServerOptions From(RtmpOptions rtmp, StreamOptions streams, VodOptions? vod = null) => new(
        new RtmpSessionOptions
        {
            ChunkSize = rtmp.ChunkSizeBytes,
            WindowAcknowledgementBytes = rtmp.WindowAcknowledgementBytes,
            HandshakeTimeout = rtmp.HandshakeTimeout / 2,
            ConnectTimeout = rtmp.HandshakeTimeout,
            Limits = RtmpLimits.Default with { MaximumMediaMessageBytes = rtmp.MaximumMessageBytes },
        },
        new FanOutSettings
        {
            Workers = rtmp.FanOutWorkers,
            MaxLag = rtmp.ViewerQueueDuration,
            MaxGroup = streams.EncoderCacheDuration > streams.CacheDuration ? streams.EncoderCacheDuration : streams.CacheDuration,
            MaxBytes = rtmp.ViewerQueueBytes,
            MaxGroupBytes = streams.CacheBytes,
            StallTimeout = rtmp.SlowViewerTimeout,
            FileStallTimeout = (vod ?? new VodOptions()).StalledViewerTimeout,
            ChunkSize = rtmp.ChunkSizeBytes,
            NotSentLowWaterBytes = rtmp.OutgoingBufferBytes,
            VideoFirst = rtmp.SendVideoFirst,
            Coalescing = rtmp.Coalescing,
            CoalescingViewers = rtmp.CoalescingViewers,
            NoDelay = rtmp.TcpNoDelay,
        },
        rtmp.MaximumConnections,
        rtmp.MaximumIdleConnectionsPerAddress)
    {
        PlaybackEnabled = rtmp.PlaybackEnabled,
        WaitForPublisher = rtmp.WaitForPublisher,
        PublisherTimeout = rtmp.PublisherTimeout,
        StreamParametersAsConnectionParameters = rtmp.StreamParametersAsConnectionParameters,
    };
}
