using System.Text.RegularExpressions;
using Xunit;

namespace MediaGateway.Tests;

/// <summary>The fault table in <c>docs/measurements.md</c>: each row has a goal, what was measured, and tests that there are.</summary>
public partial class FaultTableTests
{
    private const string Heading = "## Fault table";
    private const string NotShown = "not shown";

    private static readonly Lazy<ILookup<string, string>> Tests = new(() => RepositoryFiles.Below("tests", "Tests.cs")
        .ToLookup(file => Path.GetFileNameWithoutExtension(file), File.ReadAllText));

    /// <summary>The rows: fault, goal, measured, tests.</summary>
    public static TheoryData<string, string, string, string> Rows
    {
        get
        {
            TheoryData<string, string, string, string> rows = [];
            foreach (string line in Section())
            {
                if (Row().Match(line) is { Success: true } row && row.Groups[1].Value is not ("fault" or "number") && !row.Groups[1].Value.StartsWith('-'))
                {
                    rows.Add(row.Groups[1].Value, row.Groups[2].Value, row.Groups[3].Value, row.Groups[4].Value);
                }
            }

            return rows;
        }
    }

    [Fact]
    public void Table_HasItsRows() => Assert.InRange(Rows.Count, 50, int.MaxValue);

    [Fact]
    public void EveryLineOfTheTable_IsARow() =>
        Assert.DoesNotContain(Section(), line => line.StartsWith('|') && !line.StartsWith("|---", StringComparison.Ordinal) && !Row().IsMatch(line));

    [Theory]
    [MemberData(nameof(Rows))]
    public void Row_NamesTestsThatThereAre(string fault, string goal, string measured, string tests)
    {
        Assert.NotEmpty(fault);
        Assert.NotEmpty(goal);
        Assert.NotEmpty(measured);
        string[] names = [.. Name().Matches(tests).Select(match => match.Groups[1].Value)];
        Assert.True(names.Length > 0 || measured.StartsWith(NotShown, StringComparison.Ordinal), "The row names no test and does not say that it is not shown.");
        Assert.DoesNotContain(names, name => !Exists(name));
    }

    private static IEnumerable<string> Section() =>
        File.ReadLines(RepositoryFiles.PathOf("docs", "measurements.md"))
            .SkipWhile(line => line != Heading)
            .Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal));

    private static bool Exists(string name)
    {
        string[] parts = name.Split('.');
        return Tests.Value[parts[0]].Any(text => parts.Length == 1 || text.Contains($" {parts[1]}(", StringComparison.Ordinal));
    }

    // | fault | goal | measured | `Class.Test`, `Class` |
    [GeneratedRegex(@"^\| ([^|]+?) \| ([^|]+?) \| ([^|]+?) \| ([^|]+?) \|$")]
    private static partial Regex Row();

    [GeneratedRegex(@"`(\w+(?:\.\w+)?)`")]
    private static partial Regex Name();
}
