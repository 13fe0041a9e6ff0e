using System.Text.RegularExpressions;
using MediaGateway.Configuration;

namespace MediaGateway.Tests;

/// <summary>
/// Finds what a document names in backticks and the repository does not have: paths, file names, types and members, settings. Fenced
/// blocks, and whatever looks like none of these, are let pass.
/// </summary>
internal static partial class DocumentCheck
{
    private static readonly string[] SourceEndings = [".cs", ".ts", ".csproj", ".props", ".json", ".yml", ".sh", ".html"];

    private static readonly Dictionary<string, Type> Sections = new()
    {
        [HttpOptions.Section] = typeof(HttpOptions),
        [RtmpOptions.Section] = typeof(RtmpOptions),
        [WebRtcOptions.Section] = typeof(WebRtcOptions),
        [StreamOptions.Section] = typeof(StreamOptions),
        [AudioOptions.Section] = typeof(AudioOptions),
        [PushOptions.Section] = typeof(PushOptions),
        [RelayOptions.Section] = typeof(RelayOptions),
        [SnapshotOptions.Section] = typeof(SnapshotOptions),
        [ApiOptions.Section] = typeof(ApiOptions),
        [HookOptions.Section] = typeof(HookOptions),
        [TokenOptions.Section] = typeof(TokenOptions),
    };

    private static readonly Lazy<IReadOnlySet<string>> FileNames = new(() => AllFiles().Select(Path.GetFileName).ToHashSet()!);

    /// <summary>What a build puts there, as <c>.gitignore</c> says.</summary>
    private static readonly Lazy<IReadOnlySet<string>> Built = new(() =>
        File.ReadLines(RepositoryFiles.PathOf(".gitignore")).Select(line => line.Trim().Trim('/')).ToHashSet());

    private static readonly Lazy<IReadOnlySet<string>> Words = new(() =>
        AllFiles()
            .Where(file => SourceEndings.Any(ending => file.EndsWith(ending, StringComparison.Ordinal)))
            .SelectMany(file => Word().Matches(File.ReadAllText(file)).Select(match => match.Value))
            .ToHashSet());

    /// <summary>The Markdown files of the repository.</summary>
    public static IEnumerable<string> Documents() => AllFiles().Where(file => file.EndsWith(".md", StringComparison.Ordinal));

    /// <summary>What <paramref name="text"/>, standing in <paramref name="folder"/>, names and the repository does not have.</summary>
    public static IReadOnlyList<string> Faults(string text, string folder) =>
        [.. InlineCode().Matches(Fence().Replace(text, "")).Select(match => match.Groups[1].Value).Where(code => !Exists(code, folder)).Distinct()];

    private static bool Exists(string code, string folder)
    {
        if (RepositoryPath().IsMatch(code))
        {
            return ExistsAt(RepositoryFiles.Root, code) || ExistsAt(folder, code) || Built.Value.Contains(code.Trim('.', '/'));
        }

        if (FileName().IsMatch(code))
        {
            return FileNames.Value.Contains(Path.GetFileName(code));
        }

        if (Setting().Match(code) is { Success: true } setting && Sections.TryGetValue(setting.Groups[1].Value, out Type? options))
        {
            return options.GetProperty(setting.Groups[2].Value) is not null;
        }

        return !TypeName().IsMatch(code) || code.Split('.').All(Words.Value.Contains);
    }

    private static bool ExistsAt(string folder, string path)
    {
        string full = Path.Combine(folder, path.Replace("./", "", StringComparison.Ordinal).TrimEnd('/'));
        return File.Exists(full) || Directory.Exists(full);
    }

    private static IEnumerable<string> AllFiles()
    {
        var folders = new Stack<string>([RepositoryFiles.Root]);
        while (folders.TryPop(out string? folder))
        {
            foreach (string inner in Directory.GetDirectories(folder).Where(inner => !IsOutput(inner)))
            {
                folders.Push(inner);
            }

            foreach (string file in Directory.GetFiles(folder))
            {
                yield return file;
            }
        }
    }

    private static bool IsOutput(string folder) => Path.GetFileName(folder) is var name && (name is ".git" or "dist" or "artifacts" || Built.Value.Contains(name));

    [GeneratedRegex(@"^ *(```|~~~).*?^ *\1", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"`([^`\n]+)`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"^(\./)?(src|tests|web|docker|docs|\.ci)/[\w.\-/]*$")]
    private static partial Regex RepositoryPath();

    [GeneratedRegex(@"^(\./)?[\w.\-]+\.(cs|ts|md|sh|csproj|props|sln|yml)$")]
    private static partial Regex FileName();

    [GeneratedRegex(@"^([A-Z]\w*?)(?::|__)([A-Z][A-Za-z0-9]*)(?:(?::|__)\d+)?$")]
    private static partial Regex Setting();

    // At least two humps, so that plain words, acronyms and product names pass: LiveStream, RtmpOptions.Port; not Debian, FFmpeg, AAC.
    [GeneratedRegex(@"^[A-Z][a-z0-9]+[A-Z][A-Za-z0-9]*(\.[A-Z][A-Za-z0-9]*)*$")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
