using System.Diagnostics.CodeAnalysis;

namespace MediaGateway.Streams.Ladders;

/// <summary>How levels are named: level <c>720p</c> of stream <c>live/name</c> is the stream <c>live/name_720p</c>.</summary>
internal static class LevelName
{
    /// <summary>The stream as it is published, which is a level too and keeps its name.</summary>
    public const string Source = "source";

    /// <summary>The longest name of a level, in characters.</summary>
    public const int MaximumLength = 16;

    /// <summary>What is allowed, in words.</summary>
    public const string Rule = "a level's name is 1 to 16 letters A-Z and a-z and digits, and not 'source'.";

    private const char Separator = '_';

    /// <summary>Whether a ladder may have a level of that name.</summary>
    public static bool IsValid(string level) =>
        level.Length is > 0 and <= MaximumLength && level.All(char.IsAsciiLetterOrDigit)
        && !string.Equals(level, Source, StringComparison.OrdinalIgnoreCase);

    /// <summary>The name under which a stream's level is found; null when it would be too long for a stream's.</summary>
    public static StreamKey? KeyOf(StreamKey stream, string level) =>
        StreamKey.TryCreate(stream.Application, $"{stream.Name}{Separator}{level}", out StreamKey key, out _) ? key : null;

    /// <summary>Takes apart a name that has the form of a level's; whether it is one, its application's ladder says.</summary>
    public static bool TrySplit(StreamKey key, out StreamKey stream, [NotNullWhen(true)] out string? level)
    {
        int separator = key.Name.LastIndexOf(Separator);
        (stream, level) = (default, null);
        if (separator <= 0 || !StreamKey.TryCreate(key.Application, key.Name[..separator], out stream, out _))
        {
            return false;
        }

        level = key.Name[(separator + 1)..];
        return IsValid(level);
    }
}
