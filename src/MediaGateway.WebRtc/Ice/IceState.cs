namespace MediaGateway.WebRtc.Ice;

/// <summary>How far connectivity has come.</summary>
public enum IceState
{
    /// <summary>No authenticated check has come yet.</summary>
    Waiting,

    /// <summary>At least one path is valid; the peer has nominated none.</summary>
    Checked,

    /// <summary>The peer has nominated a path.</summary>
    Nominated,

    /// <summary>Nothing authentic has come on any path for the consent time-out (RFC 7675).</summary>
    ConsentExpired,
}
