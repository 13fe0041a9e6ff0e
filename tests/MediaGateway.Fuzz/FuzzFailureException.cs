namespace MediaGateway.Fuzz;

/// <summary>A target failed on an input. The message says how to see it again, and holds the input.</summary>
public sealed class FuzzFailureException(FuzzTarget target, string origin, byte[] input, string reason, Exception? cause = null)
    : Exception(Describe(target, origin, input, reason), cause)
{
    private const int LongestHex = 4096;

    /// <summary>The input as it is; the message may hold a shorter one.</summary>
    public byte[] Input { get; } = input;

    private static string Describe(FuzzTarget target, string origin, byte[] input, string reason)
    {
        string bytes = input.Length <= LongestHex ? Convert.ToHexString(input) : $"base64:{Convert.ToBase64String(input)}";
        return $"""
            {target.Name} fails on {origin}: {reason}
            Again: dotnet run --project tests/MediaGateway.Fuzz -- --target {target.Name} --input {bytes}
            """;
    }
}
