using System.Net;
using MediaGateway.Tests.Api;
using Xunit;

namespace MediaGateway.Tests.Diagnostics.Export;

/// <summary>A collector on loopback that only keeps what it is sent.</summary>
public sealed class OtlpExportTests
{
    [Fact]
    public async Task Collector_IsSentTheFiguresAtTheLatestAtTheEnd()
    {
        var received = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore().AddLogging();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using WebApplication collector = builder.Build();
        collector.UseRouting();
        collector.MapPost("/v1/metrics", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            string text = System.Text.Encoding.Latin1.GetString(body.ToArray());
            if (text.Contains("mediagateway.sessions.active", StringComparison.Ordinal))
            {
                received.TrySetResult(text);
            }
        });
        await collector.StartAsync(TestContext.Current.CancellationToken);

        await using (ApiHost host = await ApiHost.StartAsync(("Metrics:OtlpEndpoint", collector.Urls.First()), ("Metrics:OtlpTransport", "Http")))
        {
            host.Figures.SessionStarted("rtmp", "play");
        }

        string sent = await received.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Contains("mediagateway.uptime", sent, StringComparison.Ordinal);
        Assert.Contains("dotnet.process.cpu.time", sent, StringComparison.Ordinal);
        Assert.Contains("service.name", sent, StringComparison.Ordinal);
    }
}
