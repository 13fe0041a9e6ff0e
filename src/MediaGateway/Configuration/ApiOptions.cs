using System.ComponentModel.DataAnnotations;

namespace MediaGateway.Configuration;

/// <summary>The interface for operators and their programs: section <c>Api</c>.</summary>
internal sealed class ApiOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Api";

    /// <summary>The shortest key accepted, in characters: 16 random letters and digits cannot be guessed over a network.</summary>
    public const int ShortestKey = 16;

    /// <summary>
    /// The key that every call must carry, as <c>Authorization: Bearer</c>, <c>X-Api-Key</c> or the password of basic authentication. Until
    /// one is set, only programs on this machine may call.
    /// </summary>
    public string? Key { get; set; }

    /// <summary>Wrong keys from one address within a minute, after which it is refused unread. A person mistypes thrice.</summary>
    [Range(1, 10_000)]
    public int MaximumFailuresPerMinute { get; set; } = 10;
}
