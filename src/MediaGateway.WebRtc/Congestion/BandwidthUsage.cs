namespace MediaGateway.WebRtc.Congestion;

/// <summary>What the delay of packets says about the path.</summary>
public enum BandwidthUsage
{
    /// <summary>The delay neither grows nor falls for long.</summary>
    Normal,

    /// <summary>The delay grows: a queue fills.</summary>
    Overusing,

    /// <summary>The delay falls: a queue drains.</summary>
    Underusing,
}
