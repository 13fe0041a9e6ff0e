namespace MediaGateway.Streams;

/// <summary>What a search for a stream has found. <c>default</c>: nobody knows the name.</summary>
/// <param name="Stream">The stream; null when it is not here.</param>
/// <param name="Patience">How long a viewer may wait for it with <see cref="StreamRegistry.WaitFor"/>; zero when it is not on its way.</param>
/// <param name="Refusal">Why a stream that could be brought is not, in words for viewers; null when there is no such reason.</param>
internal readonly record struct StreamSearch(LiveStream? Stream, TimeSpan Patience, string? Refusal)
{
    /// <summary>Whether whoever was asked answers for the name.</summary>
    public bool IsAnswer => Stream is not null || Patience > TimeSpan.Zero || Refusal is not null;

    /// <summary>It is here.</summary>
    public static StreamSearch Found(LiveStream stream) => new(stream, TimeSpan.Zero, null);

    /// <summary>It is on its way and will be published under its name.</summary>
    public static StreamSearch Coming(TimeSpan patience) => new(null, patience, null);

    /// <summary>It is not to be had.</summary>
    public static StreamSearch Refused(string words) => new(null, TimeSpan.Zero, words);
}
