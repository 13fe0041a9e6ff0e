using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace MediaGateway.Streams;

/// <summary>
/// The validated name of a stream, <c>app/name</c>. Both parts are 1 to 128 characters of <c>A-Z a-z 0-9 . _ ~ -</c> and neither is
/// <c>.</c> or <c>..</c>, so that a key is safe in a path, an address and a log line. Case matters.
/// </summary>
internal readonly record struct StreamKey
{
    /// <summary>The longest part, in characters.</summary>
    public const int MaximumPartLength = 128;

    /// <summary>The application of streams that do not name one.</summary>
    public const string DefaultApplication = "live";

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-");

    private StreamKey(string application, string name) => (Application, Name) = (application, name);

    /// <summary>The part before the slash: the RTMP application.</summary>
    public string Application { get; }

    /// <summary>The part after the slash: what a person calls the stream.</summary>
    public string Name { get; }

    /// <summary>Makes a key from its two parts, or says in words why not. The words never repeat the input.</summary>
    public static bool TryCreate(string? application, string? name, out StreamKey key, [NotNullWhen(false)] out string? refusal)
    {
        key = default;
        refusal = Refuse("Application name", application) ?? Refuse("Stream name", name);
        if (refusal is not null)
        {
            return false;
        }

        key = new StreamKey(application!, name!); // Refuse found neither of them null.
        return true;
    }

    /// <summary>Makes a key from <c>app/name</c>, or says in words why not.</summary>
    public static bool TryParse(string? text, out StreamKey key, [NotNullWhen(false)] out string? refusal)
    {
        int slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        if (text is null || slash < 0)
        {
            key = default;
            refusal = "Stream key must have the form application/name.";
            return false;
        }

        return TryCreate(text[..slash], text[(slash + 1)..], out key, out refusal);
    }

    /// <summary>
    /// Makes the key of a file: its name may lie in folders, each part of the same grammar and parted by slashes, so that it is as safe. Only
    /// for applications that play files.
    /// </summary>
    public static bool TryCreateFile(string? application, string? path, out StreamKey key, [NotNullWhen(false)] out string? refusal)
    {
        key = default;
        refusal = Refuse("Application name", application)
            ?? (path ?? "").Split('/').Select(RefusePart).FirstOrDefault(reason => reason is not null);
        if (refusal is not null)
        {
            return false;
        }

        key = new StreamKey(application!, path!); // Refuse found neither of them null or empty.
        return true;
    }

    /// <summary>Why a part of a file's name is none, in words that never repeat it; null when it is one.</summary>
    public static string? RefusePart(string part) => Refuse("Each part of a file's name", part);

    /// <summary><c>app/name</c>.</summary>
    public override string ToString() => $"{Application}/{Name}";

    private static string? Refuse(string what, string? part) => part switch
    {
        null or "" => $"{what} is missing.",
        { Length: > MaximumPartLength } => $"{what} is longer than {MaximumPartLength} characters.",
        "." or ".." => $"{what} must not be '.' or '..'.",
        _ when part.AsSpan().ContainsAnyExcept(Allowed) => $"{what} may contain only letters A-Z and a-z, digits and the characters . _ ~ -",
        _ => null,
    };
}
