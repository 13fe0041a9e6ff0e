namespace MediaGateway.WebRtc.Srtp;

/// <summary>What became of a protected packet.</summary>
internal enum SrtpResult
{
    /// <summary>Authentic and new; it is now plain.</summary>
    Accepted,

    /// <summary>Too short, or a length in it passes its end.</summary>
    Malformed,

    /// <summary>The authentication tag is wrong.</summary>
    NotAuthentic,

    /// <summary>Seen before, or too old to know.</summary>
    Replayed,

    /// <summary>Authentic, but from one source more than a session may have.</summary>
    TooManySources,
}
