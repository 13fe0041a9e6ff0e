namespace MediaGateway.Snapshots;

/// <summary>A picture of a live stream, or why there is none. Immutable.</summary>
/// <param name="Data">The file; empty when there is none.</param>
/// <param name="Tag">Tells it from others: its ETag, with the quotation marks.</param>
/// <param name="Refusal">Why there is no picture, in words; null when there is one.</param>
internal sealed record Snapshot(byte[] Data, string Tag, string? Refusal)
{
    /// <summary>There is no picture.</summary>
    public static Snapshot None(string refusal) => new([], "", refusal);
}
