using System.Net;
using System.Net.NetworkInformation;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using MediaGateway.EndToEndTests.Browser;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>The page over HTTPS, from the first start on, with the certificate that the gateway made itself.</summary>
[Collection(Lane.Browser)]
public sealed class HttpsTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Page_IsServedOverBothVersionsOfHttp(string version)
    {
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        using HttpClient client = TrustingClient();
        using HttpRequestMessage request = new(HttpMethod.Get, gateway.SecurePage)
        {
            Version = new Version(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        using HttpResponseMessage answer = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(new Version(version), answer.Version);
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Signalling_GoesOverBothVersionsOfHttp(string version)
    {
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        using HttpMessageInvoker client = new(TrustingHandler());
        using ClientWebSocket socket = new();
        socket.Options.HttpVersion = new Version(version);
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        socket.Options.SetRequestHeader("Origin", gateway.SecurePage.GetLeftPart(UriPartial.Authority));
        Uri hub = new UriBuilder(gateway.SecurePage) { Scheme = "wss", Path = "/signaling" }.Uri;

        await socket.ConnectAsync(hub, client, TestContext.Current.CancellationToken);
        await socket.SendAsync("{\"protocol\":\"json\",\"version\":1}\u001e"u8.ToArray(), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);
        byte[] buffer = new byte[256];
        WebSocketReceiveResult result = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);

        Assert.Equal("{}\u001e", Encoding.UTF8.GetString(buffer, 0, result.Count));
    }

    [Fact]
    public async Task BrowserOnAnotherAddress_PublishesOverHttpsOnly()
    {
        IPAddress? address = AddressOfThisMachine();
        Assert.SkipWhen(address is null, "This machine has no address but that of the loopback interface.");
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(new Dictionary<string, string?>
        {
            ["Http__BindAddress"] = "*",
            ["WebRtc__BindAddress"] = "*",
            ["WebRtc__AdvertisedAddresses__0"] = address.ToString(),
        });
        await using Chromium browser = await Chromium.StartAsync();
        Uri plain = new UriBuilder(gateway.Page) { Host = address.ToString() }.Uri;
        await browser.Page.OpenAsync(plain);
        Assert.False(await browser.Page.EvaluateAsync<bool>("isSecureContext && !!navigator.mediaDevices"));

        Uri secure = new UriBuilder(gateway.SecurePage) { Host = address.ToString() }.Uri;
        await Assert.ThrowsAsync<InvalidOperationException>(() => browser.Page.OpenAsync(secure));
        await browser.Page.ProceedDespiteCertificatesAsync();
        await browser.Page.OpenAsync(secure);
        await browser.Page.WaitForTextAsync("connection-status", "ESTABLISHED", Limit);
        Assert.True(await browser.Page.EvaluateAsync<bool>("isSecureContext"));
        await browser.Page.FillAsync("Stream name", "secure");
        await browser.Page.ClickAsync("button", "Publish");
        await browser.Page.WaitForTextAsync("publish-status", "PUBLISHING", Limit);

        using HttpClient client = new();
        JsonArray? streams = await client.GetFromJsonAsync<JsonArray>(new Uri(gateway.Page, "api/streams"), TestContext.Current.CancellationToken);
        Assert.Equal("live/secure", (string?)Assert.Single(streams!)!["key"]);
    }

    private static IPAddress? AddressOfThisMachine() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(network => network.OperationalStatus == OperationalStatus.Up)
        .SelectMany(network => network.GetIPProperties().UnicastAddresses)
        .Select(unicast => unicast.Address)
        .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address));

    private static HttpClient TrustingClient() => new(TrustingHandler());

    private static SocketsHttpHandler TrustingHandler() => new()
    {
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null },
    };
}
