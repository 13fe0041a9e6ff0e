namespace MediaGateway.Sessions;

/// <summary>How a media session fares, by WCS's names.</summary>
internal enum MediaSessionStatus
{
    /// <summary>Asked for by RTMP; not yet allowed.</summary>
    New,

    /// <summary>Asked for by a page, or allowed and waiting for media.</summary>
    Pending,

    /// <summary>A publisher's media may flow.</summary>
    Publishing,

    /// <summary>A player is served.</summary>
    Playing,

    /// <summary>A player has paused.</summary>
    Paused,

    /// <summary>A publisher has ended as asked.</summary>
    Unpublished,

    /// <summary>A player has ended as asked, or its stream has.</summary>
    Stopped,

    /// <summary>Refused, lost or ended by a fault.</summary>
    Failed,
}
