using System.ComponentModel.DataAnnotations;

namespace MediaGateway.Configuration;

/// <summary>The RTMP server: section <c>Rtmp</c>.</summary>
internal sealed class RtmpOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Rtmp";

    /// <summary>Local IP address to listen on; <c>*</c> is every address, IPv4 and IPv6.</summary>
    public string BindAddress { get; set; } = ListenAddress.Any;

    /// <summary>TCP port. 1935 is RTMP's registered port. 0 takes a free port.</summary>
    [Range(0, 65535)]
    public int Port { get; set; } = 1935;

    /// <summary>Whether RTMPS, RTMP inside TLS, is served on <see cref="TlsPort"/>.</summary>
    public bool TlsEnabled { get; set; } = true;

    /// <summary>TCP port of RTMPS. 1936 is what media servers use where 443, the clients' own default, belongs to HTTPS. 0 takes a free port.</summary>
    [Range(0, 65535)]
    public int TlsPort { get; set; } = 1936;

    /// <summary>Whether RTMPT, RTMP inside HTTP requests, is served on the HTTP port and on the ports below.</summary>
    public bool TunnelEnabled { get; set; } = true;

    /// <summary>
    /// One more TCP port that serves RTMPT and nothing else: 80 is what its clients use unless told otherwise. 0 takes a free port; unset:
    /// none.
    /// </summary>
    [Range(0, 65535)]
    public int? TunnelPort { get; set; }

    /// <summary>
    /// A TCP port that serves RTMPTS, RTMPT inside TLS, and nothing else: 443 is what its clients use unless told otherwise. 0 takes a free
    /// port; unset: none.
    /// </summary>
    [Range(0, 65535)]
    public int? TunnelTlsPort { get; set; }

    /// <summary>
    /// Largest chunk sent, in bytes, announced by Set Chunk Size (RTMP 1.0 5.4.1). 60,000 keeps all but keyframes in one chunk, below
    /// the 65,536 that every player takes.
    /// </summary>
    [Range(128, 65536)]
    public int ChunkSizeBytes { get; set; } = 60_000;

    /// <summary>
    /// Window acknowledgement size announced, in bytes (RTMP 1.0 5.4.4). 2,500,000 is what ffmpeg, VLC and OBS announce themselves.
    /// </summary>
    [Range(10_000, 1_000_000_000)]
    public int WindowAcknowledgementBytes { get; set; } = 2_500_000;

    /// <summary>Largest message taken, in bytes: a keyframe at 4K fits. Memory is taken as bytes come, never by declared size.</summary>
    [Range(64 * 1024, 64 * 1024 * 1024)]
    public int MaximumMessageBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>Connections at the same time. One costs a few kilobytes; more is a matter of open files (<c>ulimit -n</c>).</summary>
    [Range(1, 1_000_000)]
    public int MaximumConnections { get; set; } = 10_000;

    /// <summary>
    /// Connections of one remote address that do not play yet: what one flooding host can take of <see cref="MaximumConnections"/>.
    /// Players need one for a second each; viewers behind a common address do not count once they play.
    /// </summary>
    [Range(1, 1_000_000)]
    public int MaximumIdleConnectionsPerAddress { get; set; } = 100;

    /// <summary>Threads that send to viewers; more than the machine has cores means one per core.</summary>
    [Range(1, 1024)]
    public int FanOutWorkers { get; set; } = 1024;

    /// <summary>From the connection to <c>play</c> or <c>publish</c>: a slower client is dropped. Players need well under a second.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A viewer that takes not one byte for so long is disconnected. Long enough for a phone to change networks.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan SlowViewerTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// What is kept of one stream for its viewers to catch up from, in bytes: WCS's buffering of outgoing RTMP packets. A viewer that
    /// falls further behind goes on at the newest keyframe. 16 MiB is 6 s at 20 Mbit/s, so that even at 4K a burst of big pictures waits
    /// here for a small socket buffer instead of being lost. Shared by all viewers of the stream who get the same bytes.
    /// </summary>
    [Range(256 * 1024, 1024 * 1024 * 1024)]
    public int ViewerQueueBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// How far a viewer may fall behind before it goes on at the newest keyframe. 4 s is two of the customary groups of pictures: a
    /// viewer that is a little late never loses one.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:01:00")]
    public TimeSpan ViewerQueueDuration { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>
    /// Bytes not yet sent that the kernel may hold for one viewer (TCP_NOTSENT_LOWAT). More waits in the viewer's queue, where it can
    /// still be dropped in whole groups of pictures. 128 KiB keeps a connection of 100 Mbit/s and 10 ms busy.
    /// </summary>
    [Range(4 * 1024, 64 * 1024 * 1024)]
    public int OutgoingBufferBytes { get; set; } = 128 * 1024;

    /// <summary>
    /// How long sound may wait for the next picture, so that both leave in one call: a fifth less processor time for each viewer, and
    /// nobody hears it, as players hold more. Pictures never wait, nor does sound of a stream without pictures. 0: nothing waits; more
    /// than 20 ms would gain little, as the next frame of sound is there by then.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:00.020")]
    public TimeSpan Coalescing { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// From how many viewers of a stream on, counted for each thread of <see cref="FanOutWorkers"/>, sound waits as
    /// <see cref="Coalescing"/> says. With fewer there is nothing to save, and they get it at once.
    /// </summary>
    [Range(1, 1_000_000)]
    public int CoalescingViewers { get; set; } = 50;

    /// <summary>
    /// Whether the kernel sends small pieces at once (TCP_NODELAY). Without it a frame that fills no packet waits until the viewer has
    /// confirmed what was sent before: less processor time, and up to a round trip more delay.
    /// </summary>
    public bool TcpNoDelay { get; set; } = true;

    /// <summary>Whether sound waits for the first picture (WCS's <c>rtmp_send_video_first</c>).</summary>
    [AllowedValues(VideoFirst.Off, VideoFirst.On, VideoFirst.Strict, ErrorMessage = "The field {0} must be Off, On or Strict.")]
    public VideoFirst SendVideoFirst { get; set; } = VideoFirst.Off;

    /// <summary>Whether streams can be played over RTMP; if not, players are told so. Publishing is not concerned.</summary>
    public bool PlaybackEnabled { get; set; } = true;

    /// <summary>
    /// How long a player of a stream that is not published waits for its publisher. 0: it is told at once that there is no such stream,
    /// which is what people with VLC expect.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan WaitForPublisher { get; set; } = TimeSpan.Zero;

    /// <summary>A publisher that sends no media for so long is taken for lost. 10 s is MediaMTX's figure; SRS has 7 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan PublisherTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether the parameters of the stream's name are taken for parameters of the connection. As the name comes after the connect
    /// command, whoever decides about connections is then asked when the client wants to play or publish.
    /// </summary>
    public bool StreamParametersAsConnectionParameters { get; set; }

    /// <summary>
    /// The rtmp or rtmps address that clients are sent to instead of being served; null: they are served. Without a path the client's
    /// own application and parameters are added. Read again while the gateway runs.
    /// </summary>
    public string? Redirect { get; set; }
}
