using System.ComponentModel.DataAnnotations;
using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.Configuration;

/// <summary>WebRTC media: section <c>WebRtc</c>.</summary>
internal sealed class WebRtcOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "WebRtc";

    /// <summary>The environment variable that sets <see cref="AdvertisedAddresses"/> in one word: one or more addresses, by commas.</summary>
    public const string PublicAddressVariable = "MEDIAGATEWAY_PUBLIC_ADDRESS";

    /// <summary>Local IP address to receive on; <c>*</c> is every address, IPv4 and IPv6.</summary>
    public string BindAddress { get; set; } = ListenAddress.Any;

    /// <summary>The one port of all WebRTC sessions, UDP and, with <see cref="TcpEnabled"/>, TCP. 0 takes a free port.</summary>
    [Range(0, 65535)]
    public int Port { get; set; } = 8000;

    /// <summary>
    /// Whether media is taken over TCP as well (ICE over TCP, RFC 6544), for networks that let no UDP through. UDP is preferred wherever it
    /// works: over TCP a lost packet holds up all that follow.
    /// </summary>
    public bool TcpEnabled { get; set; } = true;

    /// <summary>
    /// The port offered to browsers where a router or a container maps another one to <see cref="Port"/>; 0: the port itself.
    /// </summary>
    [Range(0, 65535)]
    public int AdvertisedPort { get; set; }

    /// <summary>
    /// IP addresses offered to browsers, best first, or host names, looked up at the start and every minute. Empty: the addresses of this
    /// machine. Needed behind NAT and in a container, where the machine does not know the address under which it is reached.
    /// </summary>
    public IList<string> AdvertisedAddresses { get; } = [];

    /// <summary>
    /// A STUN server that is asked for the public address at the start and every minute, such as <c>stun.example.org:3478</c>; what it says
    /// is offered to browsers as well. Empty: none is asked. For machines behind NAT whose address changes; the media port has to be
    /// forwarded to them all the same.
    /// </summary>
    public string StunServer { get; set; } = "";

    /// <summary>
    /// How a browser that publishes learns what its path carries: <c>Remb</c>, the gateway estimates it from the delay of the packets;
    /// <c>TransportWide</c>, the browser does from the arrivals that the gateway reports; <c>Both</c>. After a narrow link Chromium's own
    /// estimate grows by 8 % a second, the gateway's by up to 100 %: REMB comes back sooner (docs/measurements.md). Where a browser does not
    /// offer the one, it gets the other.
    /// </summary>
    public CongestionFeedback CongestionFeedback { get; set; } = CongestionFeedback.Remb;

    /// <summary>
    /// Highest rate asked of a browser, in bit/s: by REMB, which a browser takes as its estimate at once, or in the answer (<c>b=AS</c>)
    /// where REMB is not used. 4 Mbit/s is good 1080p30.
    /// </summary>
    [Range(100_000, 100_000_000)]
    public int MaximumBitrate { get; set; } = 4_000_000;

    /// <summary>
    /// Rate at which a Chromium browser starts, in bit/s (<c>x-google-start-bitrate</c>); 0 leaves it to the browser, which reaches
    /// <see cref="MaximumBitrate"/> in a second by itself.
    /// </summary>
    [Range(0, 100_000_000)]
    public int StartBitrate { get; set; }

    /// <summary>
    /// What a peer may send, in bit/s over two seconds: a publisher that sends more is ended, so that one of them cannot take the processor
    /// and the disks of all. 50 Mbit/s is more than any browser sends, and twelve times what it is asked for.
    /// </summary>
    [Range(1_000_000, 1_000_000_000)]
    public int ReceiveLimit { get; set; } = 50_000_000;

    /// <summary>Without an authenticated connectivity check for so long a peer is gone. 30 s is RFC 7675 5.1.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "00:05:00")]
    public TimeSpan ConsentTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>From the answer to the first media: a peer that is not connected by then is dropped.</summary>
    [Range(typeof(TimeSpan), "00:00:02", "00:05:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a viewer of a stream that is not published waits for its publisher. 0: it is told at once that there is no such stream. It
    /// is set apart from RTMP's players, who see nothing while they wait: a page says that it waits.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan WaitForPublisher { get; set; } = TimeSpan.Zero;

    /// <summary>Sessions at the same time, of publishers and viewers.</summary>
    [Range(1, 100_000)]
    public int MaximumSessions { get; set; } = 1000;
}
