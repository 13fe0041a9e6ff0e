using System.Text.RegularExpressions;

namespace MediaGateway.Tests;

/// <summary>
/// Reads the part of YAML 1.2 that <c>docker-compose.yml</c> uses, and refuses the rest: mappings and lists by indentation, plain and quoted
/// scalars, lists in brackets left as text, folded text. Values are named by their path, such as <c>services/coturn/ports/0</c>.
/// </summary>
internal static partial class ComposeFile
{
    /// <summary>Every scalar of the file by its path.</summary>
    /// <exception cref="FormatException">A line is not what YAML takes, or a key is there twice.</exception>
    public static IReadOnlyDictionary<string, string> Read(string text)
    {
        Dictionary<string, string> values = [];
        HashSet<string> paths = [];
        List<(int Indent, string Path)> parents = [];
        Dictionary<string, int> items = [];
        string? folded = null;
        foreach (string line in text.Split('\n'))
        {
            int indent = line.Length - line.TrimStart(' ').Length;
            string content = Comment().Replace(line[indent..], "").TrimEnd();
            if (folded is not null && (content.Length == 0 || indent > parents[^1].Indent))
            {
                values[folded] += $" {content}";
                continue;
            }

            folded = null;
            if (content.Length == 0)
            {
                continue;
            }

            while (parents.Count > 0 && parents[^1].Indent >= indent)
            {
                parents.RemoveAt(parents.Count - 1);
            }

            string parent = parents.Count == 0 ? "" : $"{parents[^1].Path}/";
            Match match = Line().Match(content);
            if (!match.Success || (parents.Count == 0 && indent > 0) || values.GetValueOrDefault(parent.TrimEnd('/'), "").Length > 0)
            {
                throw new FormatException($"'{line}' is no line of a mapping or a list at its place.");
            }

            bool isItem = match.Groups["item"].Success;
            int number = isItem ? items[parent] = items.GetValueOrDefault(parent, -1) + 1 : 0;
            string path = parent + (isItem ? number.ToString(null, null) : match.Groups["key"].Value);
            if (!paths.Add(path))
            {
                throw new FormatException($"{path} is there twice.");
            }

            string value = match.Groups[isItem ? "item" : "value"].Value.Trim();
            bool isFolded = value == ">-";
            values[path] = isFolded ? "" : value.Trim('"');
            folded = isFolded ? path : null;
            parents.Add((indent, path));
        }

        return values;
    }

    [GeneratedRegex(@"(^|\s)#.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^(- (?<item>("".*""|\[.*\]|>-|[^\s""'\[{&*!|>%@`-][^:#]*(:[^\s#]+)*))|(?<key>[A-Za-z_][A-Za-z0-9_-]*):(?<value>( (>-|"".*""|\[.*\]|[^""'\[{&*!|>%@`].*))?))$")]
    private static partial Regex Line();
}
