namespace MediaGateway.Servers.WebRtc;

/// <summary>A session's place among all, and until its peer is connected among those that are not. Whoever owns the session now.</summary>
/// <param name="sessions">Where it has taken a place.</param>
/// <param name="connecting">Where it has taken one until its peer is connected.</param>
internal sealed class SessionPlace(SessionPlaces sessions, SessionPlaces connecting)
{
    private bool _isConnecting = true;

    /// <summary>The peer is connected: once or more often, as after a restart of ICE.</summary>
    public void Connected()
    {
        if (_isConnecting)
        {
            _isConnecting = false;
            connecting.GiveBack();
        }
    }

    /// <summary>Gives back what it still has. Called once.</summary>
    public void GiveBack()
    {
        Connected();
        sessions.GiveBack();
    }
}
