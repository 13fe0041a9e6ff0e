namespace MediaGateway.Streams.Renditions;

/// <summary>Where a bridge's pictures come from. The bridge's worker calls it, outside every lock.</summary>
internal interface IBridgeSource
{
    /// <summary>Asks for a keyframe soon; may be called with every picture, and is paced by whoever is asked.</summary>
    void RequestKeyframe();

    /// <summary>Whether anybody still wants the converted pictures; if not, the bridge ends.</summary>
    bool IsWanted(TimeSpan now);

    /// <summary>The bridge is over: called once, at the end.</summary>
    /// <param name="failure">In words, why the pictures cannot be converted; null when it ended for another reason.</param>
    void BridgeEnded(string? failure);
}
