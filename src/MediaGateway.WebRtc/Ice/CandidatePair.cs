using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.WebRtc.Ice;

/// <summary>A path on which an authenticated check has come: a valid pair in the words of RFC 8445 7.3.1.</summary>
/// <param name="path">Both addresses.</param>
/// <param name="now">When the first check came.</param>
internal sealed class CandidatePair(TransportPath path, TimeSpan now)
{
    /// <summary>Both addresses.</summary>
    public TransportPath Path { get; } = path;

    /// <summary>When the latest authenticated check or media packet came: consent lasts from here.</summary>
    public TimeSpan LastHeard { get; set; } = now;

    /// <summary>Which credentials its newest check had: the first are 0, each restart counts one up.</summary>
    public int Generation { get; set; }

    /// <summary>Whether its TCP connection is gone: nothing can be sent on it, until the peer checks it again.</summary>
    public bool IsLost { get; set; }
}
