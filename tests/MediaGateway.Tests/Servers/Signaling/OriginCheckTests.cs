using MediaGateway.Configuration;
using MediaGateway.Servers.Signaling;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace MediaGateway.Tests.Servers.Signaling;

public sealed class OriginCheckTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("http://gateway.example:8080")]
    [InlineData("https://gateway.example:8080")]
    [InlineData("https://listed.example")]
    public async Task OwnPageListedPageOrNoBrowser_Passes(string? origin) => Assert.True(await PassesAsync("/signaling", origin));

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData("http://gateway.example")]
    [InlineData("http://gateway.example.evil.example:8080")]
    [InlineData("null")]
    [InlineData("http://evil.example\r\nX: y")]
    public async Task PageOfSomebodyElse_IsRefused(string origin) => Assert.False(await PassesAsync("/signaling", origin));

    // Routing finds the hub under these, too.
    [Theory]
    [InlineData("/Signaling")]
    [InlineData("/SIGNALING/negotiate")]
    public async Task PathInAnotherCase_IsGuardedAlike(string path) => Assert.False(await PassesAsync(path, "http://evil.example"));

    [Fact]
    public async Task OtherPathsThanSignaling_AreNotItsBusiness() => Assert.True(await PassesAsync("/health", "http://evil.example"));

    private static async Task<bool> PassesAsync(string path, string? origin)
    {
        var options = new HttpOptions();
        options.AllowedOrigins.Add("https://listed.example");
        var context = new DefaultHttpContext();
        context.Request.Path = path;
        context.Request.Host = new HostString("gateway.example", 8080);
        context.Request.Headers.Origin = origin;
        bool passed = false;
        var check = new OriginCheck(Options.Create(options), NullLogger<OriginCheck>.Instance);

        await check.InvokeAsync(context, _ =>
        {
            passed = true;
            return Task.CompletedTask;
        });

        Assert.Equal(passed ? StatusCodes.Status200OK : StatusCodes.Status403Forbidden, context.Response.StatusCode);
        return passed;
    }
}
