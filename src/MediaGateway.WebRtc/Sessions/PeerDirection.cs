namespace MediaGateway.WebRtc.Sessions;

/// <summary>Which way the media of a session goes: one session publishes one stream or plays one.</summary>
public enum PeerDirection
{
    /// <summary>The peer publishes: we receive.</summary>
    Receive,

    /// <summary>The peer plays: we send.</summary>
    Send,
}
