namespace MediaGateway.Configuration;

/// <summary>When <c>/live-streams</c> tells everybody who is live.</summary>
internal enum LiveListAccess
{
    /// <summary>Never.</summary>
    Off,

    /// <summary>While everybody may play: without tokens and hooks.</summary>
    Open,

    /// <summary>Whoever may play: names and pictures are no secret.</summary>
    Always,
}
