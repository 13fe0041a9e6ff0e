using System.Reflection;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Options;

namespace MediaGateway.Configuration;

/// <summary>
/// Refuses what nobody reads: a misspelt setting must stop the start, not leave its default in force. Keys of a section are checked
/// wherever they come from; top-level names only in the settings files, as the environment belongs to everybody.
/// </summary>
internal static class UnknownKeys
{
    private static readonly string[] Sections =
    [
        HttpOptions.Section,
        RtmpOptions.Section,
        WebRtcOptions.Section,
        WhipOptions.Section,
        HlsOptions.Section,
        StreamOptions.Section,
        AudioOptions.Section,
        VideoOptions.Section,
        LadderOptions.Section,
        TlsOptions.Section,
        PushOptions.Section,
        RecordingOptions.Section,
        RelayOptions.Section,
        SnapshotOptions.Section,
        MetricsOptions.Section,
        LimitsOptions.Section,
        ApiOptions.Section,
        HookOptions.Section,
        TokenOptions.Section,
        IceServerOptions.Section,
        VodOptions.Section,
        ApplicationsOptions.Section,
        "Logging",
    ];

    /// <summary>One failure for each top-level name of the settings files that is no section.</summary>
    public static IReadOnlyList<string> FindSections(IConfigurationRoot configuration)
    {
        IEnumerable<string> names = configuration.Providers
            .OfType<JsonConfigurationProvider>()
            .SelectMany(provider => provider.GetChildKeys([], null));
        return [.. Except(names, Sections).Select(name => $"{name} is not a section of the settings ({string.Join(", ", Sections)}).")];
    }

    /// <summary>One failure for each key of <paramref name="section"/> that <typeparamref name="T"/> has no property for.</summary>
    public static IReadOnlyList<string> FindKeys<T>(IConfigurationSection section)
    {
        string[] known = [.. typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name)];
        IEnumerable<string> names = section.GetChildren().Select(child => child.Key);
        return [.. Except(names, known).Select(name => $"{section.Path}:{name} is not a setting ({string.Join(", ", known)}).")];
    }

    private static IEnumerable<string> Except(IEnumerable<string> names, string[] known) =>
        names.Distinct(StringComparer.OrdinalIgnoreCase)
            .Where(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase) && !name.StartsWith('$'));

    /// <summary>The check of one section, beside the others of its options.</summary>
    internal sealed class Validator<T>(IConfigurationSection section) : IValidateOptions<T>
        where T : class
    {
        /// <inheritdoc/>
        public ValidateOptionsResult Validate(string? name, T options)
        {
            IReadOnlyList<string> failures = FindKeys<T>(section);
            return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
        }
    }
}
