using MediaGateway.Diagnostics;
using MediaGateway.Streams;
using MediaGateway.Tests.Api;
using Xunit;

namespace MediaGateway.Tests.Diagnostics.Export;

public sealed class MetricsEndpointsTests
{
    [Fact]
    public async Task Figures_AreThoseOfThisGateway()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using PublishLease lease = host.Publish("a");
        host.Figures.SessionStarted("rtmp", "publish");
        host.Figures.SessionEnded("rtmp", "publish", SessionEndReason.PeerClosed, TimeSpan.FromSeconds(2));
        ApiAnswer answer = await host.GetAsync("/metrics");
        Assert.Equal((200, "text/plain"), (answer.Status, answer.MediaType));
        Assert.Contains("\nmediagateway_streams_active 1\n", answer.Text, StringComparison.Ordinal);
        Assert.Contains("\nmediagateway_sessions_active{protocol=\"rtmp\",role=\"publish\"} 0\n", answer.Text, StringComparison.Ordinal);
        Assert.Contains(
            "\nmediagateway_session_duration_seconds_bucket{protocol=\"rtmp\",role=\"publish\",error_type=\"PeerClosed\",le=\"5\"} 1\n", answer.Text, StringComparison.Ordinal);
        Assert.Contains("\nmediagateway_process_threads ", answer.Text, StringComparison.Ordinal);
        Assert.Contains("\nmediagateway_build_info{version=\"", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SwitchedOff_SaysSo()
    {
        await using ApiHost host = await ApiHost.StartAsync(("Metrics:PrometheusEnabled", "false"));
        ApiAnswer answer = await host.GetAsync("/metrics");
        Assert.Equal(404, answer.Status);
        Assert.Contains("Metrics:PrometheusEnabled", answer.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StandingThread_IsNamedByBothProbes()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        Heartbeat thread = host.Figures.Threads.Add("test-thread");
        thread.Work(-Heartbeats.Patience - TimeSpan.FromSeconds(1));
        ApiAnswer alive = await host.GetAsync("/healthz");
        Assert.Equal(503, alive.Status);
        Assert.Equal("failing", alive.Json.GetProperty("status").GetString());
        Assert.Contains("test-thread", alive.Json.GetProperty("problems")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal(503, (await host.GetAsync("/readyz")).Status);
        thread.Rest();
        ApiAnswer well = await host.GetAsync("/healthz");
        Assert.Equal((200, """{"status":"ok","problems":[]}"""), (well.Status, well.Text));
    }

    [Fact]
    public async Task ShuttingDown_IsAliveAndNotReady()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        Assert.Equal(200, (await host.GetAsync("/readyz")).Status);
        Assert.Equal(200, (await host.CallAsync(HttpMethod.Head, "/readyz")).Status);
        host.Lifetime.StopApplication();
        ApiAnswer ready = await host.GetAsync("/readyz");
        Assert.Equal(503, ready.Status);
        Assert.Equal("The gateway is shutting down.", ready.Json.GetProperty("problems")[0].GetString());
        Assert.Equal(200, (await host.GetAsync("/healthz")).Status);
    }
}
