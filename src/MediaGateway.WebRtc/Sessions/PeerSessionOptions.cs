using MediaGateway.Media.Frames;

namespace MediaGateway.WebRtc.Sessions;

/// <summary>How sessions are answered and when they end. Immutable; shared by all sessions.</summary>
public sealed record PeerSessionOptions
{
    /// <summary>The addresses at which browsers reach the media port, best first: the candidates of the answer.</summary>
    public required IReadOnlyList<TransportAddress> AdvertisedAddresses { get; init; }

    /// <summary>The addresses at which browsers reach the media port over TCP, best first; empty: TCP is not offered.</summary>
    public IReadOnlyList<TransportAddress> TcpAddresses { get; init; } = [];

    /// <summary>Whether the peer publishes to us or plays from us.</summary>
    public PeerDirection Direction { get; init; }

    /// <summary>The codecs in which a peer may publish pictures: H.264, and any of VP8, VP9 and AV1. H.264 goes first where it is offered.</summary>
    public CodecSet AcceptedVideo { get; init; } = CodecSet.Of(CodecId.H264);

    /// <summary>kbit/s at which a Chromium sender shall start (<c>x-google-start-bitrate</c>); 0 leaves it to the browser.</summary>
    public int VideoStartBitrate { get; init; }

    /// <summary>bit/s asked of an Opus sender (<c>maxaveragebitrate</c>, RFC 7587 6.1); 0 leaves it to the browser.</summary>
    public int AudioMaximumAverageBitrate { get; init; }

    /// <summary>How a peer that publishes learns what the path carries.</summary>
    public CongestionFeedback CongestionFeedback { get; init; }

    /// <summary>bit/s that REMB allows the peer in all.</summary>
    public int MaximumBitrate { get; init; } = 4_000_000;

    /// <summary>
    /// bit/s of authentic media and reports that a peer may send, over two seconds; one that sends more is ended. What is not authentic does
    /// not count, or whoever forges its address could end it.
    /// </summary>
    public long ReceiveLimit { get; init; } = 50_000_000;

    /// <summary>How long the first authenticated check may take after the answer.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the DTLS handshake may take after the first check.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a path stays valid after an authenticated check or media packet (RFC 7675 5.1: 30 s).</summary>
    public TimeSpan ConsentTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a connected peer may send neither media nor checks; zero: consent alone decides.</summary>
    public TimeSpan SilenceTimeout { get; init; }

    /// <summary>How long a peer that said RTCP BYE for everything it sent may take to send something again.</summary>
    public TimeSpan GoodbyeTimeout { get; init; } = TimeSpan.FromSeconds(2);
}
