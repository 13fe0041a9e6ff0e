namespace MediaGateway.Vod;

/// <summary>What came of opening a file.</summary>
/// <param name="File">The file, the receiver's to dispose; null when it cannot be played.</param>
/// <param name="Refusal">Why not, in words.</param>
/// <param name="IsMissing">Whether there is no such file, which is also said of everything outside the roots.</param>
internal readonly record struct VodOpening(VodFile? File, string? Refusal, bool IsMissing)
{
    /// <summary>There is no such file.</summary>
    public static VodOpening Missing { get; } = new(null, "There is no such file.", IsMissing: true);

    /// <summary>There is one, but it cannot be played.</summary>
    public static VodOpening Refused(string words) => new(null, words, IsMissing: false);
}
