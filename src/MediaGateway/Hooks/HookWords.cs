namespace MediaGateway.Hooks;

/// <summary>What clients are told, as they will read it.</summary>
internal static class HookWords
{
    /// <summary>When there is no answer to rely on.</summary>
    public const string CannotBeAsked = "The service that decides over access cannot be asked now; try again in a moment";

    /// <summary>When the backend refuses without words of its own.</summary>
    public static string Refusal(string method) => method switch
    {
        HookMethods.Connect or HookMethods.OnConnect => "The connection was refused: restricted access",
        HookMethods.PublishStream or HookMethods.OnPublish or HookMethods.Publish => "Publishing was refused: restricted access",
        _ => "Playing was refused: restricted access",
    };

    /// <summary>A backend's words, cut to a length and without control characters; null when nothing is left.</summary>
    public static string? Printable(string words)
    {
        ReadOnlySpan<char> cut = words.AsSpan(0, Math.Min(words.Length, HookLimits.ReasonCharacters)).Trim();
        return cut.IsEmpty ? null : string.Create(cut.Length, cut, static (target, source) =>
        {
            for (int index = 0; index < source.Length; index++)
            {
                target[index] = char.IsControl(source[index]) || char.IsSurrogate(source[index]) ? '?' : source[index];
            }
        });
    }
}
