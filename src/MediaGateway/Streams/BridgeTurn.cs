namespace MediaGateway.Streams;

/// <summary>How a turn of an audio bridge ended.</summary>
internal enum BridgeTurn
{
    /// <summary>Nothing is left to do until it is woken.</summary>
    Idle,

    /// <summary>More packets are waiting.</summary>
    HasMore,

    /// <summary>Its stream needs it no more: close it.</summary>
    Finished,
}
