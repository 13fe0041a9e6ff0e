namespace MediaGateway.Configuration;

/// <summary>What holds for single applications: section <c>Applications</c>, one subsection for each.</summary>
internal sealed class ApplicationsOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Applications";

    private static readonly ApplicationOptions Defaults = new();

    /// <summary>The applications that have settings of their own, by name. Case matters, as in streams' names.</summary>
    public Dictionary<string, ApplicationOptions> ByName { get; } = new(StringComparer.Ordinal);

    /// <summary>The settings of an application, which are the defaults when it has none of its own.</summary>
    public ApplicationOptions Of(string application) => ByName.GetValueOrDefault(application, Defaults);
}
