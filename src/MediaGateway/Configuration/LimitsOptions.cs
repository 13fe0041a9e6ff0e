using System.ComponentModel.DataAnnotations;

namespace MediaGateway.Configuration;

/// <summary>What the whole gateway keeps to, whoever its clients are: section <c>Limits</c>.</summary>
internal sealed class LimitsOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Limits";

    /// <summary>
    /// Percentage of the memory from which new publishers and viewers are refused, so that those that are here never end because the system
    /// ends the process: of the container's limit, without one of the machine's memory. 0: never.
    /// </summary>
    [Range(0, 100)]
    public int MemoryPercent { get; set; } = 80;
}
