namespace MediaGateway.Media.Amf;

/// <summary>What one reader may build, so that a message of a few bytes cannot cost a stack or a heap.</summary>
public sealed record AmfLimits
{
    /// <summary>The limits for everything that comes from a network peer.</summary>
    public static AmfLimits Default { get; } = new();

    /// <summary>Objects and arrays inside each other. Real metadata has three levels.</summary>
    public int MaximumDepth { get; init; } = 32;

    /// <summary>Values in all, each reference counted as all it refers to.</summary>
    public int MaximumValues { get; init; } = 4096;

    /// <summary>Bytes of all strings and property names together.</summary>
    public int MaximumStringBytes { get; init; } = 64 * 1024;
}
