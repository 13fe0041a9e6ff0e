using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using MediaGateway.Configuration;
using Xunit;

namespace MediaGateway.Tests.Configuration;

/// <summary>docs/configuration.md lists every setting with its default.</summary>
public partial class ConfigurationDocsTests
{
    private static readonly (string Section, object Defaults)[] Sections =
    [
        (HttpOptions.Section, new HttpOptions()),
        (RtmpOptions.Section, new RtmpOptions()),
        (WebRtcOptions.Section, new WebRtcOptions()),
        (WhipOptions.Section, new WhipOptions()),
        (HlsOptions.Section, new HlsOptions()),
        (StreamOptions.Section, new StreamOptions()),
        (AudioOptions.Section, new AudioOptions()),
        (VideoOptions.Section, new VideoOptions()),
        (LadderOptions.Section, new LadderOptions()),
        (ApplicationsOptions.Section, new ApplicationOptions()),
        (TlsOptions.Section, new TlsOptions()),
        (PushOptions.Section, new PushOptions()),
        (RecordingOptions.Section, new RecordingOptions()),
        (RelayOptions.Section, new RelayOptions()),
        (SnapshotOptions.Section, new SnapshotOptions()),
        (MetricsOptions.Section, new MetricsOptions()),
        (LimitsOptions.Section, new LimitsOptions()),
        (ApiOptions.Section, new ApiOptions()),
        (HookOptions.Section, new HookOptions()),
        (TokenOptions.Section, new TokenOptions()),
        (IceServerOptions.Section, new IceServerOptions()),
    ];

    public static TheoryData<string> Names => [.. Sections.Select(section => section.Section)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Section_IsDocumentedKeyByKeyWithItsDefaults(string section)
    {
        string document = File.ReadAllText(RepositoryFiles.PathOf("docs", "configuration.md"));
        string part = document.Split("\n## ").Single(candidate => Regex.IsMatch(candidate, $"^{section}\\b"));
        Dictionary<string, string> documented = Row().Matches(part).ToDictionary(row => row.Groups[1].Value, row => row.Groups[2].Value);
        object defaults = Sections.Single(candidate => candidate.Section == section).Defaults;

        Assert.Equal(Settings(defaults).Keys.Order(), documented.Keys.Order());
        foreach ((string key, string? value) in Settings(defaults).Where(setting => setting.Value is not null))
        {
            Assert.Equal($"`{value}`", documented[key]);
        }
    }

    // Lists have no one value, and what is empty or unset cannot be seen: their default is told in words.
    private static Dictionary<string, string?> Settings(object options) => options.GetType()
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .ToDictionary(property => property.Name, property => Text(property.GetValue(options)));

    private static string? Text(object? value) => value switch
    {
        "" => null,
        string text => text,
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => null,
    };

    [GeneratedRegex(@"^\| `(\w+)` \| ([^|]+?) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
