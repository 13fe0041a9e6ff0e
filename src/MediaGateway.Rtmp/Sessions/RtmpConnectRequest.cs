using MediaGateway.Media.Amf;

namespace MediaGateway.Rtmp.Sessions;

/// <summary>What a peer says of itself in its connect command (RTMP 1.0, 7.2.1.1). All texts are the peer's.</summary>
/// <param name="App">The application, with the connection's parameters.</param>
/// <param name="TcUrl">The address that the user gave, without the stream; empty when not sent.</param>
/// <param name="FlashVersion">The client's name and version.</param>
/// <param name="SwfUrl">Where the client's program came from.</param>
/// <param name="PageUrl">The web page that it runs on.</param>
/// <param name="AudioCodecs">The codecs that it can decode, as bits: 0x400 is AAC.</param>
/// <param name="VideoCodecs">The codecs that it can decode, as bits: 0x80 is H.264.</param>
/// <param name="ObjectEncoding">0 for AMF0, 3 for AMF3.</param>
/// <param name="Capabilities">What it can take, by those bits and by Enhanced RTMP.</param>
public sealed record RtmpConnectRequest(
    RtmpUrlPart App,
    string TcUrl,
    string FlashVersion,
    string SwfUrl,
    string PageUrl,
    int AudioCodecs,
    int VideoCodecs,
    int ObjectEncoding,
    RtmpPeerCapabilities Capabilities)
{
    private bool _saysNonprivate;

    /// <summary>The gateways that the peer's stream has passed, as <see cref="RtmpClientOptions.RelayPath"/> says it; empty when not sent.</summary>
    public string RelayPath { get; private init; } = "";

    /// <summary>
    /// Whether the peer says that it will publish, as encoders do (OBS, FFmpeg, GStreamer, FMLE): <c>type</c> is <c>nonprivate</c>, or its
    /// version begins with FMLE. Players say neither.
    /// </summary>
    public bool IsPublisher => _saysNonprivate || FlashVersion.StartsWith("FMLE", StringComparison.Ordinal);

    /// <summary>Reads the command object; null when the application cannot be read as a path with parameters.</summary>
    internal static RtmpConnectRequest? From(AmfMap? properties)
    {
        if (!RtmpUrlPart.TryParse(Text("app"), out RtmpUrlPart? app))
        {
            return null;
        }

        // The specification spells it flashver, FMLE and librtmp flashVer.
        string flashVersion = Text("flashVer") is { Length: > 0 } version ? version : Text("flashver");
        return new RtmpConnectRequest(
            app,
            Text("tcUrl"),
            flashVersion,
            Text("swfUrl"),
            Text("pageUrl"),
            Bits("audioCodecs"),
            Bits("videoCodecs"),
            Bits("objectEncoding"),
            RtmpPeerCapabilities.From(properties))
        {
            RelayPath = Text(ClientCommandWriter.RelayPathProperty),
            _saysNonprivate = Text("type") == "nonprivate",
        };

        string Text(string name) => properties?.Find(name)?.AsString ?? "";
        int Bits(string name) => properties?.Find(name)?.AsNumber is >= 0 and <= int.MaxValue and var number ? (int)number : 0;
    }
}
