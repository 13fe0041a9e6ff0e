using System.Text;
using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Browser;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>The example backend of <c>docs/examples/hook-backend</c> decides about real clients.</summary>
[Collection(Lane.Browser)]
public sealed class HookTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly int _port = FreePort.Tcp();
    private ToolProcess _backend = null!;
    private GatewayProcess _gateway = null!;
    private string _file = "";

    public async ValueTask InitializeAsync()
    {
        _file = await TestMedia.ShareFlvAsync(20, 320, 180, TestMedia.RealTimeH264(30));
        _backend = ToolProcess.Start(
            Tool.Require("node"),
            [Path.Combine(Repository.Root, "docs", "examples", "hook-backend", "server.mjs")],
            environment: new Dictionary<string, string?> { ["PORT"] = _port.ToString(System.Globalization.CultureInfo.InvariantCulture) });
        await Wait.UntilAsync(() => _backend.Output.Contains("Listening", StringComparison.Ordinal), Limit, () => "the backend to listen");
        _gateway = await GatewayProcess.StartAsync(
            new Dictionary<string, string?> { ["Hooks__Style"] = "wcs", ["Hooks__Url"] = $"http://127.0.0.1:{_port}/app" });
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _backend.DisposeAsync();
    }

    [Theory]
    [InlineData("live?deny=connect/guarded", "NetConnection.Connect.Rejected", "connect -> 403")]
    [InlineData("live/guarded?deny=playStream", "NetStream.Play.Failed", "playStream -> 403")]
    public async Task BackendRefusesAPlayer_ItIsToldWhyAndGetsNoMedia(string path, string status, string call)
    {
        await using FfmpegEncoder encoder = await FfmpegEncoder.PublishAsync(_gateway, _file, _gateway.RtmpAddress("guarded"), endless: true);
        using RtmpPlayer allowed = RtmpPlayer.Start(_gateway.RtmpAddress("guarded"));

        using RtmpPlayer refused = RtmpPlayer.Start($"rtmp://127.0.0.1:{_gateway.RtmpPort}/{path}");
        await Wait.UntilAsync(() => refused.IsClosed, Limit, () => "the refused player to be closed");

        string said = string.Join('\n', refused.Messages.Where(message => message.Type == 20).Select(message => Encoding.UTF8.GetString(message.Payload)));
        Assert.Contains(status, said, StringComparison.Ordinal);
        Assert.Contains("The example backend refuses", said, StringComparison.Ordinal);
        Assert.DoesNotContain(refused.Messages, message => message.Type is 8 or 9 or 18);
        await WaitForCallAsync(call);
        await Wait.UntilAsync(() => allowed.Messages.Count(message => message.IsPicture) > 30, Limit, () => "pictures of the player that was let in");
    }

    [Fact]
    public async Task BackendRefusesAnEncoder_ItIsToldAndNobodyEverSeesItsStream()
    {
        await using ToolProcess encoder = ToolProcess.Start(
            Tool.Require("ffmpeg"),
            ["-nostdin", "-v", "info", "-re", "-i", _file, "-c", "copy", "-f", "flv", $"{_gateway.RtmpAddress("secret")}?deny=publishStream"]);
        Assert.NotEqual(0, await encoder.WaitForExitAsync(Limit));

        // FFmpeg shows the description, not the code.
        Assert.Contains("The example backend refuses publishStream", encoder.Output, StringComparison.Ordinal);
        using HttpClient client = new();
        Assert.DoesNotContain(
            "secret", await client.GetStringAsync(new Uri(_gateway.Page, "api/streams"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await WaitForCallAsync("publishStream -> 403");
    }

    [Fact]
    public async Task BackendRenamesAStream_ItPlaysUnderTheNewName()
    {
        await using ToolProcess encoder = ToolProcess.Start(
            Tool.Require("ffmpeg"),
            ["-nostdin", "-v", "warning", "-re", "-i", _file, "-c", "copy", "-f", "flv", $"{_gateway.RtmpAddress("asked")}?rename=given"]);
        await _gateway.WaitForStreamAsync("given", Limit, () => encoder.Output);

        using RtmpPlayer player = RtmpPlayer.Start(_gateway.RtmpAddress("given"));
        await Wait.UntilAsync(() => player.Messages.Count(message => message.IsPicture) > 30, Limit, () => "30 pictures");
    }

    [Fact]
    public async Task BackendRefusesAPage_ThePageSaysWhy()
    {
        await using StreamingPage page = await StreamingPage.OpenAsync(_gateway, "?deny=connect", status: "FAILED");

        Assert.Contains("The example backend refuses connect", await page.ConnectionStatusAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PagePublishesWithParameters_TheyReachTheBackendAndDecide()
    {
        await using StreamingPage page = await StreamingPage.OpenAsync(_gateway, "?c1=v1");
        Assert.Contains(
            "The example backend refuses publishStream", await page.PublishInVainAsync("paged?deny=publishStream"), StringComparison.Ordinal);
        string address = await page.PublishAsync("paged?s1=v1");

        using RtmpPlayer player = RtmpPlayer.Start(address);
        await Wait.UntilAsync(() => player.Messages.Count(message => message.IsPicture) > 10, Limit, () => "10 pictures");
        await WaitForCallAsync("\"custom\":{\"c1\":\"v1\"}");
        await WaitForCallAsync("\"custom\":{\"s1\":\"v1\"}");
    }

    // What the backend says comes through a pipe, later than what it answers.
    private Task WaitForCallAsync(string words) => Wait.UntilAsync(
        () => _backend.Output.Contains(words, StringComparison.Ordinal), Limit, () => $"{words} in\n{_backend.Output}");
}
