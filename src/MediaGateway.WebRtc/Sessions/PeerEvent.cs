namespace MediaGateway.WebRtc.Sessions;

/// <summary>Something that the owner of a <see cref="PeerSession"/> has to know.</summary>
public abstract record PeerEvent
{
    /// <summary>Datagrams from this remote address belong to the session from now on.</summary>
    /// <param name="Path">The path.</param>
    public sealed record PathAdded(TransportPath Path) : PeerEvent;

    /// <summary>Datagrams on this path no longer belong to the session.</summary>
    /// <param name="Path">The path.</param>
    public sealed record PathRemoved(TransportPath Path) : PeerEvent;

    /// <summary>After a restart of ICE: checks with this username fragment of ours no longer belong to the session.</summary>
    /// <param name="UsernameFragment">The fragment.</param>
    public sealed record FragmentRetired(string UsernameFragment) : PeerEvent;

    /// <summary>The handshake is done and the certificate right: media flows.</summary>
    public sealed record Connected : PeerEvent;

    /// <summary>
    /// A viewer cannot go on without a keyframe: it asked for one (PLI, FIR), or too much had to be left out. Said again at most every
    /// 300 ms until one was sent.
    /// </summary>
    public sealed record KeyframeWanted : PeerEvent;

    /// <summary>A viewer's way does not carry all pictures, so it gets keyframes only; or it does again.</summary>
    /// <param name="IsLimited">Whether only keyframes are sent from now on.</param>
    public sealed record BandwidthChanged(bool IsLimited) : PeerEvent;

    /// <summary>The session is over; no event follows. All its paths are gone as well.</summary>
    /// <param name="Reason">Why.</param>
    /// <param name="Detail">The same in words.</param>
    public sealed record Closed(PeerEndReason Reason, string Detail) : PeerEvent;
}
