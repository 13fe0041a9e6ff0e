using Xunit;

namespace MediaGateway.EndToEndTests.Browser;

/// <summary>Serves a page of a test's own, from another origin than the gateway's.</summary>
internal static class PageServer
{
    /// <summary>Serves the page at the root of a free port; the address is in <see cref="WebApplication.Urls"/>.</summary>
    public static async Task<WebApplication> ServeAsync(string page)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication server = builder.Build();
        server.MapGet("/", () => Results.Content(page, "text/html"));
        await server.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }
}
