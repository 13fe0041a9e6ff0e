using System.Reflection;
using System.Text.RegularExpressions;
using MediaGateway.Diagnostics;
using MediaGateway.Push;
using MediaGateway.Streams;
using MediaGateway.Tests.Push;
using MediaGateway.Tests.Servers.Rtmp;
using MediaGateway.Tests.Servers.WebRtc;
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
    [InlineData("PushEnded")]
    [InlineData("PullEnded")]
    [InlineData("RecordingReady")]
    [InlineData("FileDownloadEnded")]
    public void EndOfASession_HasItsReasonAndHowLongItLasted(string name)
    {
        string message = Events[name].Message;
        Assert.Contains("{Reason}", message, StringComparison.Ordinal);
        Assert.Matches(@"\{(Seconds|Duration)\b", message);
    }

    [Theory]
    [InlineData("RtmpSessionEnded")]
    [InlineData("RtmpPublisherEnded")]
    [InlineData("WebRtcSessionEnded")]
    [InlineData("FlvSessionEnded")]
    [InlineData("StreamEnded")]
    [InlineData("PushEnded")]
    [InlineData("PullEnded")]
    [InlineData("RecordingReady")]
    public void EndOfASession_HasItsBytesWhereTheyAreCounted(string name) =>
        Assert.Contains("{Bytes}", Events[name].Message, StringComparison.Ordinal);

    [Fact]
    public async Task PushThatIsStopped_SaysSoWithWhatItHasSent()
    {
        await using var target = new RtmpTarget();
        await using var host = new PushHost();
        using PublishLease lease = host.Publish("a");
        lease.Publish(new PushFrames(host.Buffers).Key(0));
        StreamPush push = host.Push("a", target.UrlOf("key"));
        await PushHost.UntilAsync(() => push.Statistics.Frames == 1, "the frame has been sent");
        push.Stop();
        await push.Completion;
        string line = Assert.Single(host.Log, line => line.Contains(" ended: ", StringComparison.Ordinal) && line.Contains(push.Id, StringComparison.Ordinal));
        Assert.StartsWith($"Information: Push {push.Id} of live/a to ", line, StringComparison.Ordinal);
        Assert.Matches(@" ended: Stopped after \d+\.\d s, [1-9]\d* bytes and 1 frames sent, 0 dropped$", line);
    }

    [Fact]
    public async Task PushThatFails_SaysWhy()
    {
        await using var host = new PushHost(("Push:AllowPrivateAddresses", "false"));
        using PublishLease lease = host.Publish("a");
        StreamPush push = host.Push("a", "rtmp://127.0.0.1:9/live/key");
        await push.Completion;
        Assert.Equal(PushState.Failed, push.State);
        Assert.Single(host.Log, line => line.Contains($" ended: {push.Reason} after ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WebRtcViewer_SaysWhatItGot()
    {
        var log = new LogBook();
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync(replace: services => services.AddLogging(logging => logging.AddProvider(log)));
        using FedStream stream = FedStream.Publish(host, "camera");
        using LoopbackViewer viewer = host.Play("camera");
        await RtmpServerHost.UntilAsync(() => viewer.Pictures.Count > 0, "pictures");
        Assert.True(host.Publishing.TryEnd(viewer.SessionId, SessionEndReason.Completed, "done"));
        await RtmpServerHost.UntilAsync(() => log.Lines.Any(line => line.Contains(" ended: ", StringComparison.Ordinal)), "the line");
        string line = Assert.Single(log.Lines, line => line.Contains(" ended: ", StringComparison.Ordinal));
        Assert.Matches(@"\(play live/camera\) ended: Completed \(done\) after 00:00:\S+, [1-9]\d* frames, [1-9]\d* bytes received, [1-9]\d* sent, 0 frames dropped$", line);
    }

    [GeneratedRegex("`(?<name>[A-Za-z]+)`")]
    private static partial Regex Quoted();
}
