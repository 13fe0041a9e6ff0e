using System.Net;
using MediaGateway.Configuration;
using MediaGateway.Relay;
using MediaGateway.Servers.Smil;
using MediaGateway.Streams.Ladders;
using MediaGateway.Testing;
using MediaGateway.Tests.Streams.Ladders;
using MediaGateway.Tests.Vod;
using MediaGateway.Vod;
using Microsoft.Extensions.Options;
using Xunit;

namespace MediaGateway.Tests.Servers.Smil;

/// <summary>Manifests as they are shipped, on a free loopback port, over streams that a test feeds and files that it writes.</summary>
internal sealed class SmilHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SmilHost(WebApplication app, LadderHub ladder, VodFolder files)
    {
        (_app, Ladder, Files) = (app, ladder, files);
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public LadderHub Ladder { get; }

    public VodFolder Files { get; }

    public HttpClient Client { get; }

    public static async Task<SmilHost> StartAsync(TrackingBufferPool pool, RelayOptions? relay = null)
    {
        var ladder = new LadderHub(pool);
        var files = new VodFolder();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore().AddLogging();
        builder.Services.AddSingleton<ILadder>(ladder.Ladder);
        builder.Services.AddSingleton(new RecordedSets(files.Catalog, Options.Create(new LadderOptions())));
        builder.Services.AddSingleton(new NodeChooser(new FixedSettings<RelayOptions>(relay ?? new RelayOptions())));
        builder.Services.AddSingleton<IOptionsMonitor<RtmpOptions>>(new FixedSettings<RtmpOptions>(new RtmpOptions()));
        builder.Services.AddSmil();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        app.UseRouting();
        app.MapSmil();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new SmilHost(app, ladder, files);
    }

    /// <summary>Asks for a path as it is written, escapes and dots included.</summary>
    public Task<HttpResponseMessage> AskAsync(string path, HttpMethod? method = null)
    {
        var options = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        return Client.SendAsync(
            new HttpRequestMessage(method ?? HttpMethod.Get, new Uri(Client.BaseAddress!.GetLeftPart(UriPartial.Authority) + path, options)),
            TestContext.Current.CancellationToken);
    }

    public async Task<string> ReadAsync(string path)
    {
        using HttpResponseMessage response = await AskAsync(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Ladder.Dispose();
        Files.Dispose();
    }
}
