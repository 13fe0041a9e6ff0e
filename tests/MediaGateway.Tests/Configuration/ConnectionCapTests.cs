using System.Net;
using System.Net.Sockets;
using MediaGateway.Configuration;
using MediaGateway.Tests.Servers.Rtmp;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Xunit;

namespace MediaGateway.Tests.Configuration;

public sealed class ConnectionCapTests
{
    private const int Maximum = 3;

    [Fact]
    public async Task ConnectionsBeyondTheCap_AreClosedAndOthersServed()
    {
        var cap = new ConnectionCap(Maximum);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, cap.Apply);
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        await using WebApplication app = builder.Build();
        app.Run(context => context.Response.WriteAsync("served", context.RequestAborted));
        await app.StartAsync(TestContext.Current.CancellationToken);
        Uri[] addresses = [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address))];
        Socket[] idle = [.. Enumerable.Range(0, Maximum).Select(_ => Dial(addresses[0]))];
        await RtmpServerHost.UntilAsync(() => cap.Count == Maximum, "the cap is reached");
        using var http = new HttpClient();

        Exception? refusal = await Record.ExceptionAsync(() => http.GetStringAsync(addresses[0], TestContext.Current.CancellationToken));
        Assert.True(refusal is HttpRequestException or SocketException, refusal?.ToString()); // It may be reset while the client still sets it up.
        Assert.Equal("served", await http.GetStringAsync(addresses[1], TestContext.Current.CancellationToken));

        foreach (Socket socket in idle)
        {
            socket.Dispose();
        }

        await RtmpServerHost.UntilAsync(() => cap.Count == 0, "they are gone");
        Assert.Equal("served", await http.GetStringAsync(addresses[0], TestContext.Current.CancellationToken));
    }

    [Fact]
    public void OneAddress_LeavesAsManyPlacesAsItHas()
    {
        const int Places = 1000;
        IPAddress flood = IPAddress.Parse("192.0.2.1");
        var cap = new ConnectionCap(Places);

        int taken = Enumerable.Range(0, 2 * Places).Count(_ => cap.TryEnter(flood));
        Assert.Equal(Places / 2, taken);
        Assert.True(cap.TryEnter(IPAddress.Parse("192.0.2.2")));

        cap.Leave(flood);
        cap.Leave(flood);
        Assert.True(cap.TryEnter(flood));
        Assert.True(cap.TryEnter(flood));
        Assert.False(cap.TryEnter(flood));
    }

    [Fact]
    public void ManyAddresses_HaveEveryPlaceBetweenThem()
    {
        const int Places = 1000;
        var cap = new ConnectionCap(Places);

        int taken = Enumerable.Range(0, 2 * Places).Count(number => cap.TryEnter(new IPAddress([198, 51, 100, (byte)(number % 20)])));

        Assert.Equal(Places, taken);
        Assert.Equal(Places, cap.Count);
        Assert.False(cap.TryEnter(IPAddress.Parse("192.0.2.2")));
    }

    private static Socket Dial(Uri address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPAddress.Loopback, address.Port);
        return socket;
    }
}
