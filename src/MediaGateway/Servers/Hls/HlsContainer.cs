using MediaGateway.Media.Hls;

namespace MediaGateway.Servers.Hls;

/// <summary>What segments are written in.</summary>
internal enum HlsContainer
{
    /// <summary>Fragments of MP4: <c>index.m3u8</c>.</summary>
    Fragments,

    /// <summary>MPEG transport stream, for old players: <c>index-ts.m3u8</c>.</summary>
    TransportStream,
}

/// <summary>What each container is called.</summary>
internal static class HlsContainers
{
    /// <summary>The multivariant playlist.</summary>
    public static string Index(this HlsContainer container) => container == HlsContainer.Fragments ? "index.m3u8" : "index-ts.m3u8";

    /// <summary>The media playlist.</summary>
    public static string Media(this HlsContainer container) => container == HlsContainer.Fragments ? "media.m3u8" : "media-ts.m3u8";

    /// <summary>What writes it.</summary>
    public static IHlsPackager Packager(this HlsContainer container) =>
        container == HlsContainer.Fragments ? new FragmentPackager() : new TransportStreamPackager();
}
