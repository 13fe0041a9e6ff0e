using System.Text.Json;
using MediaGateway.Push;
using MediaGateway.Streams;
using MediaGateway.Tests.Push;
using Xunit;

namespace MediaGateway.Tests.Api;

/// <summary>Pushes begun, shown and ended by both kinds of calls; no answer ever holds a key.</summary>
public sealed class PushApiTests
{
    private const string Secret = "s3cret-stream-key";

    private static readonly (string, string) AllowLoopback = ("Push:AllowedHosts:0", "127.0.0.1");

    [Fact]
    public async Task WcsPush_IsStartedFoundAndTerminated()
    {
        await using var target = new RtmpTarget();
        await using ApiHost host = await ApiHost.StartAsync(AllowLoopback);
        using PublishLease lease = host.Publish("a");
        lease.Publish(new PushFrames(host.Buffers).Key(0));
        string url = $"rtmp://name:pa55word@127.0.0.1:{target.Port}/live";
        ApiAnswer started = await host.PostAsync("/rest-api/push/startup", $$"""{"streamName":"a","rtmpUrl":"{{url}}","options":{ } }""");
        Assert.Equal(200, started.Status);
        string id = started.Json.GetProperty("mediaSessionId").GetString()!;
        Assert.True(Guid.TryParse(id, out _));
        await PushHost.UntilAsync(() => target.Frames.Count == 1, "the picture arrives");
        Assert.Contains("publish rtmp_a live", target.Said);

        ApiAnswer listed = await host.PostAsync("/rest-api/push/find_all");
        Assert.Equal(
            $$"""{"mediaSessionId":"{{id}}","streamName":"rtmp_a","rtmpUrl":"rtmp://****@127.0.0.1:{{target.Port}}/live","width":320,"height":240,"muted":false,"soundEnabled":false,"options":{},"status":"publishing","info":""}""",
            listed.Json[0].GetRawText());
        foreach (string filter in new[] { """{"streamName":"a"}""", """{"streamName":"rtmp_a"}""", $$"""{"streamName":"live/a","rtmpUrl":"{{url}}"}""", "{}" })
        {
            Assert.Equal(id, (await host.PostAsync("/rest-api/push/find", filter)).Json[0].GetProperty("mediaSessionId").GetString());
        }

        Assert.Equal(404, (await host.PostAsync("/rest-api/push/find", """{"rtmpUrl":"rtmp://other/live"}""")).Status);
        Assert.Equal(409, (await host.PostAsync("/rest-api/push/startup", $$"""{"streamName":"a","rtmpUrl":"{{url}}"}""")).Status);

        ApiAnswer ended = await host.PostAsync("/rest-api/push/terminate", $$"""{"mediaSessionId":"{{id}}"}""");
        Assert.Equal((200, ""), (ended.Status, ended.Text));
        await PushHost.UntilAsync(() => target.Said.Contains("unpublish"), "the target is told");
        Assert.Equal(404, (await host.PostAsync("/rest-api/push/terminate", $$"""{"mediaSessionId":"{{id}}"}""")).Status);
    }

    [Fact]
    public async Task WholeAddress_IsPushedToAsItIsAndItsKeyIsNeverShown()
    {
        await using var target = new RtmpTarget();
        await using ApiHost host = await ApiHost.StartAsync(AllowLoopback);
        using PublishLease lease = host.Publish("a");
        ApiAnswer started = await host.PostAsync(
            "/rest-api/push/startup", $$"""{"streamName":"live/a","rtmpUrl":"{{target.UrlOf(Secret)}}","rtmpTransponderFullUrl":true}""");
        Assert.Equal(200, started.Status);
        await PushHost.UntilAsync(() => target.Said.Contains($"publish {Secret} live"), "the key is the name");
        string[] answers =
        [
            started.Text,
            (await host.PostAsync("/rest-api/push/find_all")).Text,
            (await host.GetAsync("/api/v1/pushes")).Text,
        ];
        Assert.All(answers, answer => Assert.DoesNotContain(Secret, answer, StringComparison.Ordinal));
        Assert.Equal($"rtmp://127.0.0.1:{target.Port}/live/****", started.Json.GetProperty("rtmpUrl").GetString());
    }

    [Theory]
    [InlineData("""{"streamName":"a"}""", "The address is missing.")]
    [InlineData("""{"rtmpUrl":"rtmp://127.0.0.1/live"}""", "Stream name is missing.")]
    [InlineData("""{"streamName":"../a","rtmpUrl":"rtmp://127.0.0.1/live"}""", "Application name must not be '.' or '..'.")]
    [InlineData("""{"streamName":"a b","rtmpUrl":"rtmp://127.0.0.1/live"}""", "Stream name may contain only")]
    [InlineData("""{"streamName":"a","rtmpUrl":"http://127.0.0.1/live"}""", "The address must begin with rtmp:// or rtmps://.")]
    [InlineData("""{"streamName":"a","rtmpUrl":"rtmp:///live"}""", "The address names no valid host or port.")]
    [InlineData("""{"streamName":"a","rtmpUrl":"rtmp://127.0.0.1/live","rtmpTransponderFullUrl":true}""", "The address names no stream")]
    [InlineData("""{"streamName":"a","rtmpUrl":"rtmp://no-such-host.invalid/live"}""", "The host of the target cannot be resolved.")]
    [InlineData("""{"streamName":"a","rtmpUrl":"rtmp://localhost/live"}""", "The target's address is not public")]
    [InlineData("""{"streamName":"a","rtmpUrl":"rtmp://2130706433/live"}""", "The target's address is not public")]
    [InlineData("""{"streamName":"a","rtmpUrl":"rtmp://[::ffff:169.254.169.254]/live"}""", "The target's address is not public")]
    public async Task TargetThatCannotBe_IsABadRequest(string body, string words)
    {
        await using ApiHost host = await ApiHost.StartAsync();
        ApiAnswer answer = await host.PostAsync("/rest-api/push/startup", body);
        Assert.Equal(400, answer.Status);
        Assert.StartsWith(words, answer.Detail, StringComparison.Ordinal);
        Assert.Empty(host.Pushes.Pushes);
    }

    [Fact]
    public async Task ModernPush_IsStartedShownAndEnded()
    {
        await using var target = new RtmpTarget();
        await using ApiHost host = await ApiHost.StartAsync(AllowLoopback, ("Push:MaximumPushes", "1"));
        ApiAnswer started = await host.PostAsync("/api/v1/pushes", $$"""{"stream":"live/a","url":"{{target.UrlOf(Secret)}}"}""");
        Assert.Equal(201, started.Status);
        string path = started.Headers["Location"];
        Assert.StartsWith("/api/v1/pushes/", path, StringComparison.Ordinal);
        JsonElement push = (await host.GetAsync(path)).Json;
        Assert.Equal("waiting_for_stream", push.GetProperty("state").GetString());
        Assert.Equal("live/a", push.GetProperty("stream").GetString());
        Assert.Equal(JsonValueKind.Null, push.GetProperty("publishingSeconds").ValueKind);

        using PublishLease lease = host.Publish("a");
        lease.Publish(new PushFrames(host.Buffers).Key(0));
        await PushHost.UntilAsync(() => target.Frames.Count == 1, "the picture arrives");
        push = (await host.GetAsync("/api/v1/pushes")).Json[0];
        Assert.Equal("publishing", push.GetProperty("state").GetString());
        Assert.Equal(1, push.GetProperty("attempts").GetInt32());
        Assert.True(push.GetProperty("bytes").GetInt64() > 1000);

        Assert.Equal(409, (await host.PostAsync("/api/v1/pushes", $$"""{"stream":"live/a","url":"{{target.UrlOf(Secret)}}"}""")).Status);
        Assert.Equal(503, (await host.PostAsync("/api/v1/pushes", $$"""{"stream":"live/a","url":"{{target.UrlOf("other")}}"}""")).Status);
        Assert.Equal(400, (await host.PostAsync("/api/v1/pushes", """{"stream":"live/a"}""")).Status);
        Assert.Equal(400, (await host.PostAsync("/api/v1/pushes", "[]")).Status);
        Assert.Equal(204, (await host.DeleteAsync(path)).Status);
        Assert.Equal(404, (await host.GetAsync(path)).Status);
    }

    [Fact]
    public async Task LostTarget_IsShownWithItsReason()
    {
        await using ApiHost host = await ApiHost.StartAsync(AllowLoopback);
        using PublishLease lease = host.Publish("a");
        await using (var target = new RtmpTarget())
        {
            target.Refusal = ("NetStream.Publish.Denied", "no <b>entry</b>");
            await host.PostAsync("/api/v1/pushes", $$"""{"stream":"a","url":"{{target.UrlOf(Secret)}}"}""");
            await PushHost.UntilAsync(() => host.Pushes.Pushes.Single().State == PushState.WaitingToRetry, "the refusal is seen");
        }

        ApiAnswer answer = await host.GetAsync("/api/v1/pushes");
        Assert.Equal("waiting", answer.Json[0].GetProperty("state").GetString());
        Assert.Equal("The target refuses: NetStream.Publish.Denied: no <b>entry</b>", answer.Json[0].GetProperty("reason").GetString());
        Assert.DoesNotContain('<', answer.Text);
    }
}
