namespace MediaGateway.Native.Linux;

/// <summary>What an <see cref="EventQueue"/> watches a handle for and reports of it; the values are those of <c>epoll_ctl(2)</c>.</summary>
[Flags]
public enum EventInterest : uint
{
    /// <summary>Nothing but errors and hang-ups, which are always reported.</summary>
    None = 0,

    /// <summary>There is something to read.</summary>
    Readable = 0x1,

    /// <summary>There is room to write; with <c>TCP_NOTSENT_LOWAT</c>, when less than the low-water mark is unsent.</summary>
    Writable = 0x4,

    /// <summary>The socket has an error. Reported only.</summary>
    Error = 0x8,

    /// <summary>Both directions are closed. Reported only.</summary>
    HangUp = 0x10,

    /// <summary>The peer has closed its sending half.</summary>
    PeerClosed = 0x2000,

    /// <summary>Report once per change (edge-triggered) instead of as long as it lasts.</summary>
    EdgeTriggered = 0x8000_0000,
}
