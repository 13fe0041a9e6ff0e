namespace MediaGateway.Streams;

/// <summary>What happens to a second publisher of a name that is in use: the words of the setting <c>Streams:TakeOver</c>.</summary>
internal static class StreamTakeOver
{
    /// <summary>It is refused.</summary>
    public const string Refuse = "refuse";

    /// <summary>It takes the stream over, and the first one is ended.</summary>
    public const string NewestWins = "newest-wins";
}
