using System.Diagnostics.CodeAnalysis;
using MediaGateway.Configuration;
using Microsoft.Extensions.Options;

namespace MediaGateway.Streams.Ladders;

/// <summary>Which ladder each application has, from the settings. Any thread.</summary>
internal sealed class LadderPlans(IOptions<LadderOptions> ladders, IOptionsMonitor<ApplicationsOptions> applications)
{
    private static readonly Dictionary<string, LadderLevelOptions> NoLevels = [];

    /// <summary>The levels of an application's streams by name; empty when it has no ladder.</summary>
    public IReadOnlyDictionary<string, LadderLevelOptions> Of(string application)
    {
        string ladder = applications.CurrentValue.Of(application).Ladder ?? ladders.Value.Default;
        return ladders.Value.Find(ladder) ?? NoLevels;
    }

    /// <summary>Takes the name of a level apart, as far as its application's ladder has such a level.</summary>
    public bool TryFindLevel(
        StreamKey key, out StreamKey stream, [NotNullWhen(true)] out string? name, [NotNullWhen(true)] out LadderLevelOptions? level)
    {
        level = null;
        return LevelName.TrySplit(key, out stream, out name) && Of(key.Application).TryGetValue(name, out level);
    }
}
