using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.Servers.WebRtc;

/// <summary>An offer that was answered. Whoever does not begin the session gives this up.</summary>
/// <param name="Loop">The loop on which the session will run.</param>
/// <param name="Peer">Its WebRTC side, owned from here.</param>
/// <param name="Place">Its place, owned from here.</param>
internal sealed record AcceptedOffer(MediaLoop Loop, PeerSession Peer, SessionPlace Place)
{
    /// <summary>Lets it go.</summary>
    public void GiveUp()
    {
        Peer.Dispose();
        Place.GiveBack();
    }
}
