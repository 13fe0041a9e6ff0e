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
    /// What is kept of one stream for its viewers to catch up from, in bytes. A viewer that falls further behind goes on at the newest
    /// keyframe. 8 MiB is 25 s at 2.5 Mbit/s. Shared by all viewers of the stream.
    /// </summary>
    [Range(256 * 1024, 1024 * 1024 * 1024)]
    public int ViewerQueueBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>
    /// How far a viewer may fall behind before it goes on at the newest keyframe. 4 s is two of the customary groups of pictures: a
    /// viewer that is a little late never loses one.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:01:00")]
    public TimeSpan ViewerQueueDuration { get; set; } = TimeSpan.FromSeconds(4);
}
