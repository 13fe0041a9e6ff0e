using Microsoft.AspNetCore.WebUtilities;

namespace MediaGateway.Servers.Signaling;

/// <summary>Free parameters of pages, bounded as those of RTMP clients are.</summary>
internal static class PageParameters
{
    /// <summary>Most parameters of a connection or a stream.</summary>
    public const int Maximum = 64;

    /// <summary>Most characters of them together, decoded.</summary>
    public const int MaximumCharacters = 2048;

    /// <summary>What a page is told that brings too many.</summary>
    public const string TooMany = "There are too many parameters, or they are too long.";

    /// <summary>Reads an address's query in its order; null when it holds too much.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>>? Read(QueryString query)
    {
        List<KeyValuePair<string, string>> parameters = [];
        foreach (QueryStringEnumerable.EncodedNameValuePair pair in new QueryStringEnumerable(query.Value))
        {
            parameters.Add(KeyValuePair.Create(pair.DecodeName().ToString(), pair.DecodeValue().ToString()));
        }

        return Bounded(parameters);
    }

    /// <summary>Reads what a page has sent; null when it holds too much.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>>? Read(IReadOnlyDictionary<string, string>? parameters) =>
        parameters is null ? [] : Bounded([.. parameters.Select(pair => KeyValuePair.Create(pair.Key, pair.Value ?? ""))]);

    private static List<KeyValuePair<string, string>>? Bounded(List<KeyValuePair<string, string>> parameters) =>
        parameters.Count <= Maximum && parameters.Sum(pair => (long)pair.Key.Length + pair.Value.Length) <= MaximumCharacters ? parameters : null;
}
