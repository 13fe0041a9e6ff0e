using System.Reflection;
using System.Text.RegularExpressions;
using MediaGateway.Diagnostics;
using Xunit;

namespace MediaGateway.Tests.Diagnostics;

/// <summary>The lines that tell the end of a session, which <c>docs/operations.md</c> names for whoever reads logs by program.</summary>
public sealed partial class EndOfSessionTests
{
    private static readonly Dictionary<string, LoggerMessageAttribute> Events = typeof(EventIds).Assembly.GetTypes()
        .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
        .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
        .OfType<LoggerMessageAttribute>()
        .ToDictionary(attribute => attribute.EventName!); // Every line has one: ArchitectureTests.

    [Fact]
    public void NamedEvents_AreLinesOfLevelInformation()
    {
        string[] rows = [.. File.ReadAllLines(RepositoryFiles.PathOf("docs/operations.md")).SkipWhile(line => line != "| event | whose end |").Skip(2).TakeWhile(line => line.StartsWith('|'))];
        string[] named = [.. rows.SelectMany(row => Quoted().Matches(row).Select(match => match.Groups["name"].Value))];
        Assert.Contains("RtmpSessionEnded", named);
        Assert.All(named, name => Assert.Equal(LogLevel.Information, Events[name].Level));
    }

    [Theory]
    [InlineData("RtmpSessionEnded")]
    [InlineData("RtmpPublisherEnded")]
    [InlineData("WebRtcSessionEnded")]
    [InlineData("HlsViewerClosed")]
    [InlineData("FlvSessionEnded")]
    [InlineData("StreamEnded")]
    public void EndOfASession_HasItsReasonAndHowLongItLasted(string name)
    {
        string message = Events[name].Message;
        Assert.Contains("{Reason}", message, StringComparison.Ordinal);
        Assert.Matches(@"\{(Seconds|Duration)\b", message);
    }

    [GeneratedRegex("`(?<name>[A-Za-z]+)`")]
    private static partial Regex Quoted();
}
