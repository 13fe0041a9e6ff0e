namespace MediaGateway.Native;

/// <summary>What was found of one native library.</summary>
/// <param name="Name">Its name, as people know it.</param>
/// <param name="Version">The version found; null when there is none.</param>
/// <param name="Failure">What is wrong with it and how to cure it, in one sentence; null when all is well.</param>
/// <param name="Remark">What an operator may want to know although it works; null for nothing.</param>
public sealed record NativeLibraryReport(string Name, string? Version, string? Failure, string? Remark = null)
{
    /// <summary>One line for a log.</summary>
    public override string ToString() => Failure ?? (Remark is null ? $"{Name} {Version}" : $"{Name} {Version} ({Remark})");
}
