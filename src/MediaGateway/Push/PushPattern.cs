using System.Diagnostics.CodeAnalysis;
using MediaGateway.Configuration;
using MediaGateway.Streams;

namespace MediaGateway.Push;

/// <summary>One push of the settings: which streams, and where to. Immutable.</summary>
internal sealed class PushPattern
{
    private const string NamePlaceholder = "{name}";

    private readonly string _application;
    private readonly string _name;
    private readonly string _url;

    private PushPattern(string application, string name, string url) => (_application, _name, _url) = (application, name, url);

    /// <summary>Reads an entry of the settings, or says in words why not.</summary>
    public static bool TryCreate(PushTargetOptions options, [NotNullWhen(true)] out PushPattern? pattern, [NotNullWhen(false)] out string? refusal)
    {
        pattern = null;
        string[] parts = options.Stream.Split('/');
        if (parts.Length != 2 || !StreamKey.TryCreate(WithoutStar(parts[0]), WithoutStar(parts[1]), out _, out refusal))
        {
            refusal = "Stream must have the form application/name, where each part may end with *.";
            return false;
        }

        bool isForMany = options.Stream.Contains('*', StringComparison.Ordinal);
        if (isForMany && !options.Url.Contains(NamePlaceholder, StringComparison.Ordinal))
        {
            refusal = "Url must hold {name}, or several streams would be pushed to one place.";
            return false;
        }

        var example = new PushPattern(parts[0], parts[1], options.Url);
        StreamKey.TryCreate(StreamKey.DefaultApplication, "name", out StreamKey key, out _);
        if (PushTarget.Create(key, example.UrlFor(key), isFullUrl: true, out refusal) is null)
        {
            refusal ??= "Url cannot be used.";
            return false;
        }

        pattern = example;
        return true;
    }

    /// <summary>Whether a stream is pushed.</summary>
    public bool Fits(StreamKey key) => Fits(_application, key.Application) && Fits(_name, key.Name);

    /// <summary>The target of a stream that fits.</summary>
    public PushTarget? TargetFor(StreamKey key, out string? refusal) => PushTarget.Create(key, UrlFor(key), isFullUrl: true, out refusal);

    private static bool Fits(string pattern, string text) =>
        pattern.EndsWith('*') ? text.StartsWith(pattern[..^1], StringComparison.Ordinal) : pattern == text;

    private static string WithoutStar(string part) => part == "*" ? "any" : part.EndsWith('*') ? part[..^1] : part;

    private string UrlFor(StreamKey key) => _url.Replace(NamePlaceholder, key.Name, StringComparison.Ordinal);
}
