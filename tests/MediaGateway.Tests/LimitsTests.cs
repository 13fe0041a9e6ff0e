using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using MediaGateway.Configuration;
using MediaGateway.Media.Frames;
using MediaGateway.Native;
using MediaGateway.Rtmp;
using MediaGateway.WebRtc.Sessions;
using Xunit;

namespace MediaGateway.Tests;

/// <summary>The table of limits in <c>docs/limits.md</c> says what the code does, and names the test that shows each row.</summary>
public partial class LimitsTests
{
    private static readonly Assembly[] Product =
    [
        typeof(MediaFrame).Assembly, typeof(RtmpUrl).Assembly, typeof(PeerSession).Assembly, typeof(NativeLibraries).Assembly, typeof(HttpOptions).Assembly,
    ];

    private static readonly Lazy<string> Tests = new(() =>
        string.Join('\n', RepositoryFiles.Below("tests", ".cs").Select(File.ReadAllText)));

    /// <summary>The rows: what, value, member, test.</summary>
    public static TheoryData<string, string, string, string> Rows
    {
        get
        {
            TheoryData<string, string, string, string> rows = [];
            foreach (string line in File.ReadLines(RepositoryFiles.PathOf("docs", "limits.md")))
            {
                if (Row().Match(line) is { Success: true } row)
                {
                    rows.Add(row.Groups[1].Value, row.Groups[2].Value, row.Groups[3].Value, row.Groups[4].Value);
                }
            }

            return rows;
        }
    }

    [Fact]
    public void Table_HasItsRows() => Assert.InRange(Rows.Count, 25, int.MaxValue);

    [Theory]
    [MemberData(nameof(Rows))]
    public void Row_SaysWhatTheCodeDoesAndNamesItsTest(string what, string value, string member, string test)
    {
        Assert.NotEmpty(what);
        Assert.Equal(Parse(value), ValueOf(member));
        string[] parts = test.Split('.');
        Assert.Contains($"class {parts[0]}", Tests.Value, StringComparison.Ordinal);
        Assert.True(parts.Length == 1 || Tests.Value.Contains($" {parts[1]}(", StringComparison.Ordinal), $"There is no test {test}.");
    }

    /// <summary>A number with an optional binary unit, or seconds or minutes.</summary>
    private static double Parse(string value)
    {
        Match match = Amount().Match(value);
        Assert.True(match.Success, $"'{value}' is neither a number nor a time.");
        double number = double.Parse(match.Groups[1].Value.Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        return number * match.Groups[2].Value switch
        {
            "KiB" => 1024,
            "MiB" => 1024 * 1024,
            "ms" => 0.001,
            "min" => 60,
            _ => 1,
        };
    }

    /// <summary>A constant, a static, or the default of a property, as a number; times in seconds.</summary>
    private static double ValueOf(string member)
    {
        string[] parts = member.Split('.');
        Type[] types = [.. Product.SelectMany(assembly => assembly.GetTypes()).Where(type => type.Name == parts[0])];
        Assert.True(types.Length == 1, $"{types.Length} types are named {parts[0]}.");
        const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance;
        object? value = types[0].GetField(parts[1], Any) is { } field
            ? field.GetValue(null)
            : types[0].GetProperty(parts[1], Any) is { } property
                ? property.GetValue(property.GetMethod!.IsStatic ? null : Activator.CreateInstance(types[0]))
                : null;
        Assert.True(value is not null, $"There is no {member}.");
        return value is TimeSpan time ? time.TotalSeconds : Convert.ToDouble(value, CultureInfo.InvariantCulture);
    }

    // | what | value | `Type.Member` | `Test` or `Test.Method` |
    [GeneratedRegex(@"^\| ([^|]+) \| ([^|]+) \| `(\w+\.\w+)` \| `([\w.]+)` \|$")]
    private static partial Regex Row();

    [GeneratedRegex(@"^([\d,.]+)(?: (KiB|MiB|ms|s|min))?$")]
    private static partial Regex Amount();
}
