namespace MediaGateway.Vod;

/// <summary>A folder whose files can be played. Registered as a singleton, as many as there are; <see cref="VodCatalog"/> takes them all.</summary>
/// <param name="Applications">The applications that play from it; case matters.</param>
/// <param name="Folder">The folder; need not exist yet.</param>
/// <param name="IsWritten">Whether a file of that path is being written; null where nothing is.</param>
internal sealed record VodRoot(IReadOnlyList<string> Applications, string Folder, Func<string, bool>? IsWritten = null);
