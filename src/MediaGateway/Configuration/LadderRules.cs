using System.Globalization;
using MediaGateway.Streams.Ladders;
using Microsoft.Extensions.Options;

namespace MediaGateway.Configuration;

/// <summary>The rules of section <c>Ladder</c> that no range can say: names, and the values of every level.</summary>
/// <param name="section">The raw section, whose inner keys are checked too.</param>
internal sealed class LadderRules(IConfigurationSection section) : IValidateOptions<LadderOptions>
{
    /// <summary>The most levels that a ladder may have: each is an encoder while it is watched.</summary>
    public const int MaximumLevels = 8;

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, LadderOptions options)
    {
        var failures = new ValidateOptionsResultBuilder();
        if (options.Default.Length > 0 && options.Find(options.Default) is null)
        {
            failures.AddError($"{LadderOptions.Section}:{nameof(LadderOptions.Default)}: {Unknown(options, options.Default)}");
        }

        foreach ((string ladder, Dictionary<string, LadderLevelOptions> levels) in options.Ladders)
        {
            string path = $"{LadderOptions.Section}:{nameof(LadderOptions.Ladders)}:{ladder}";
            if (levels.Count is 0 or > MaximumLevels)
            {
                failures.AddError($"{path} must have 1 to {MaximumLevels} levels.");
            }

            foreach ((string level, LadderLevelOptions settings) in levels)
            {
                CheckLevel($"{path}:{level}", level, settings, failures);
                CheckKeys(section.GetSection($"{nameof(LadderOptions.Ladders)}:{ladder}:{level}"), failures);
            }
        }

        return failures.Build();
    }

    /// <summary>In words, that there is no ladder of a name.</summary>
    public static string Unknown(LadderOptions options, string ladder)
    {
        IEnumerable<string> known = options.Ladders.Keys.Append(LadderOptions.StandardName).Distinct();
        return $"there is no ladder '{ladder}' ({string.Join(", ", known)}).";
    }

    private static void CheckKeys(IConfigurationSection level, ValidateOptionsResultBuilder failures)
    {
        foreach (string failure in UnknownKeys.FindKeys<LadderLevelOptions>(level))
        {
            failures.AddError(failure);
        }
    }

    private static void CheckLevel(string path, string level, LadderLevelOptions settings, ValidateOptionsResultBuilder failures)
    {
        if (!LevelName.IsValid(level))
        {
            failures.AddError($"{path}: {LevelName.Rule}");
        }

        if (settings.Height is < LadderLevelOptions.SmallestHeight or > LadderLevelOptions.LargestHeight || settings.Height % 2 != 0)
        {
            failures.AddError(
                $"{path}:Height must be even and between {LadderLevelOptions.SmallestHeight} and {LadderLevelOptions.LargestHeight}.");
        }

        CheckRange($"{path}:BitsPerSecond", settings.BitsPerSecond, LadderLevelOptions.LowestRate, LadderLevelOptions.HighestRate, failures);
        CheckRange($"{path}:FramesPerSecond", settings.FramesPerSecond, 0, LadderLevelOptions.MostFrames, failures);
    }

    private static void CheckRange(string path, int value, int minimum, int maximum, ValidateOptionsResultBuilder failures)
    {
        if (value < minimum || value > maximum)
        {
            failures.AddError(string.Create(CultureInfo.InvariantCulture, $"{path} must be between {minimum} and {maximum}."));
        }
    }
}
