namespace MediaGateway.WebRtc.Sdp;

/// <summary>A session description as far as the gateway uses it (RFC 8866).</summary>
internal sealed class SessionDescription
{
    private readonly List<MediaDescription> _media = [];
    private readonly List<IReadOnlyList<string>> _bundles = [];

    /// <summary>ICE and DTLS attributes at session level.</summary>
    public TransportDescription Transport { get; } = new();

    /// <summary>The direction of sections that do not say theirs.</summary>
    public SdpDirection Direction { get; set; } = SdpDirection.SendReceive;

    /// <summary>Whether the writer is an ICE-lite agent.</summary>
    public bool IsIceLite { get; set; }

    /// <summary>The mids of each <c>a=group:BUNDLE</c> line.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Bundles => _bundles;

    /// <summary>The media descriptions in order.</summary>
    public IReadOnlyList<MediaDescription> Media => _media;

    /// <summary>Adds a media description.</summary>
    public void AddMedia(MediaDescription media) => _media.Add(media);

    /// <summary>Adds a BUNDLE group.</summary>
    public void AddBundle(IReadOnlyList<string> mids) => _bundles.Add(mids);

    /// <summary>The direction of a section, its own or the session's.</summary>
    public SdpDirection DirectionOf(MediaDescription media) => media.Direction ?? Direction;
}
