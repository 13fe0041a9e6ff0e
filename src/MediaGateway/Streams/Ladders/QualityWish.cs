namespace MediaGateway.Streams.Ladders;

/// <summary>What a viewer says about the level that it wants to see.</summary>
internal static class QualityWish
{
    /// <summary>The parameter of a viewer's address or call: the name of a level, or one of the words below.</summary>
    public const string Parameter = "quality";

    /// <summary>The level follows the viewer's network.</summary>
    public const string Auto = "auto";

    /// <summary>Whether it asks for another level than the stream as it is published.</summary>
    public static bool IsLevel(string? wish) => wish is { Length: > 0 } && wish != LevelName.Source;

    /// <summary>Whether it is one that can be asked for: a level's name, <see cref="LevelName.Source"/> or <see cref="Auto"/>.</summary>
    public static bool IsValid(string wish) => wish is LevelName.Source || LevelName.IsValid(wish);
}
