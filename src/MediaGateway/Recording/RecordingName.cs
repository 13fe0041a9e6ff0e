using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;
using MediaGateway.Streams;

namespace MediaGateway.Recording;

/// <summary>
/// Makes file names of the template of the settings. Whatever goes into it, the result is a relative path of parts of the grammar of stream
/// names: it cannot leave the folder that it is put below.
/// </summary>
internal static partial class RecordingName
{
    /// <summary>The most folders and name together.</summary>
    public const int MaximumParts = 8;

    /// <summary>The longest part, so that an extension and a number still make a name that can be played.</summary>
    public const int MaximumPartLength = StreamKey.MaximumPartLength - 16;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-");

    /// <summary>In words, why a template is none; null when it is one.</summary>
    public static string? Refuse(string template)
    {
        foreach (Match place in Place().Matches(template))
        {
            if (place.Groups[1].Value is not ("app" or "name" or "date" or "time" or "id" or "sessionId"))
            {
                return $"{place.Value} is none of {{app}}, {{name}}, {{date}}, {{time}}, {{id}} and {{sessionId}}.";
            }
        }

        string[] parts = Place().Replace(template, "x").Split('/');
        if (parts.Length > MaximumParts)
        {
            return $"It has more than {MaximumParts} folders.";
        }

        return Array.Exists(parts, static part => part is "" or "." or ".." || part.AsSpan().ContainsAnyExcept(Allowed))
            ? "Each folder and the name may contain only letters A-Z and a-z, digits and the characters . _ ~ - besides what stands in braces."
            : null;
    }

    /// <summary>The path of a recording, relative and without extension.</summary>
    /// <param name="template">A template that is one.</param>
    /// <param name="key">The stream.</param>
    /// <param name="id">The recording.</param>
    /// <param name="sessionId">The publisher's session; empty when there is none.</param>
    /// <param name="startedAt">When it begins.</param>
    public static string Make(string template, StreamKey key, string id, string sessionId, DateTimeOffset startedAt)
    {
        string path = Place().Replace(template, place => place.Groups[1].Value switch
        {
            "app" => key.Application,
            "name" => key.Name,
            "date" => startedAt.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture),
            "time" => startedAt.UtcDateTime.ToString("HHmmss", CultureInfo.InvariantCulture),
            "id" => id,
            _ => sessionId.Length == 0 ? "none" : sessionId,
        } is { } value ? Safe(value) : "");
        return string.Join('/', path.Split('/').Select(Shortened));
    }

    private static string Safe(string value) => value.AsSpan().ContainsAnyExcept(Allowed)
        ? new string([.. value.Select(symbol => Allowed.Contains(symbol) ? symbol : '-')])
        : value;

    // Dots alone are folders, and names that begin with one are hidden.
    private static string Shortened(string part)
    {
        string cut = part.Length > MaximumPartLength ? part[..MaximumPartLength] : part;
        return cut.All(static symbol => symbol == '.') ? $"_{cut}" : cut;
    }

    [GeneratedRegex(@"\{([^{}]*)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Place();
}
