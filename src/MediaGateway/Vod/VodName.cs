using System.Diagnostics.CodeAnalysis;
using MediaGateway.Streams;

namespace MediaGateway.Vod;

/// <summary>
/// The name of a file as clients give it: folders and a name, each part of the grammar of stream names, with or without the prefix of a
/// container (<c>mp4:dir/clip.mp4</c>, <c>flv:clip</c>) and with or without its extension. Names are never decoded.
/// </summary>
/// <param name="Path">The folders and the name, without prefix.</param>
/// <param name="Prefix"><c>mp4</c>, <c>flv</c>, <c>mp3</c>, or empty.</param>
internal sealed record VodName(string Path, string Prefix)
{
    /// <summary>The most folders and name together.</summary>
    public const int MaximumParts = 16;

    /// <summary>In place of a prefix: exactly that file. No client's name has it.</summary>
    public const string Exact = "=";

    /// <summary>In place of a prefix: the manifest of a set of files. No client's name has it.</summary>
    public const string Manifest = "smil";

    private const string DefaultInstance = "_definst_";

    private static readonly string[] Prefixes = ["mp4", "flv", "mp3"];

    private static readonly string[] Mp4Extensions = [".mp4", ".m4v", ".mov", ".f4v", ".m4a", ".f4a"];
    private static readonly string[] FlvExtensions = [".flv"];
    private static readonly string[] Mp3Extensions = [".mp3"];
    private static readonly string[] AllExtensions = [.. FlvExtensions, .. Mp4Extensions, .. Mp3Extensions];

    /// <summary>The paths, relative to a root, at which the file may lie, the likeliest first.</summary>
    public IEnumerable<string> Candidates
    {
        get
        {
            if (Prefix is Exact or Manifest)
            {
                yield return Prefix == Exact ? Path : $"{Path}.{Manifest}";
                yield break;
            }

            if (AllExtensions.Contains(System.IO.Path.GetExtension(Path), StringComparer.OrdinalIgnoreCase))
            {
                yield return Path;
            }

            // Without a prefix Adobe's servers take a name for that of an FLV file.
            IEnumerable<string> extensions = Prefix switch
            {
                "mp4" => Mp4Extensions.Concat(AllExtensions).Distinct(),
                "mp3" => Mp3Extensions.Concat(AllExtensions).Distinct(),
                _ => AllExtensions,
            };
            foreach (string extension in extensions)
            {
                yield return Path + extension;
            }
        }
    }

    /// <summary>Reads a name, or says in words why it is none. The words never repeat it.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out VodName? name, [NotNullWhen(false)] out string? refusal)
    {
        name = null;
        List<string> parts = [];
        string prefix = "";
        foreach (string part in (text ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            // The prefix stands at the start of what the player was given, which clients split at different slashes.
            string rest = part;
            if (prefix.Length == 0 && part.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon && Prefixes.Contains(part[..colon]))
            {
                prefix = part[..colon];
                rest = part[(colon + 1)..];
            }

            if (rest.Length > 0 && rest != DefaultInstance)
            {
                parts.Add(rest);
            }
        }

        if (parts.Count is 0 or > MaximumParts)
        {
            refusal = parts.Count == 0 ? "The file's name is missing." : "The file's name has too many parts.";
            return false;
        }

        refusal = parts.Select(StreamKey.RefusePart).FirstOrDefault(reason => reason is not null);
        name = refusal is null ? new VodName(string.Join('/', parts), prefix) : null;
        return name is not null;
    }
}
