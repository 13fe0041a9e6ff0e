using System.Net;
using System.Net.Sockets;
using MediaGateway.Configuration;
using MediaGateway.Tests.Servers.Rtmp;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Xunit;

namespace MediaGateway.Tests.Configuration;

public sealed class AcceptGateTests
{
    private const int Places = 3;

    [Fact]
    public async Task AllPlacesTaken_WhoComesWaitsUntilOneLeaves()
    {
        using var gate = new AcceptGate(Places);
        int served = 0;
        await using WebApplication app = Serve(gate, () => Interlocked.Increment(ref served));
        await app.StartAsync(TestContext.Current.CancellationToken);
        int port = PortOf(app);

        Socket[] clients = [.. Enumerable.Range(0, 2 * Places).Select(_ => Dial(port))];
        await RtmpServerHost.UntilAsync(() => Volatile.Read(ref served) == Places && gate.Free == 0, "all places are taken");
        Assert.Equal(Places, Volatile.Read(ref served));

        clients[0].Dispose();
        await RtmpServerHost.UntilAsync(() => Volatile.Read(ref served) == Places + 1, "one more is served");

        foreach (Socket client in clients)
        {
            client.Dispose();
        }

        // The listener always holds one place, for the connection that is accepted next.
        await RtmpServerHost.UntilAsync(() => Volatile.Read(ref served) == 2 * Places && gate.Free == Places - 1, "all have come and gone");
    }

    [Fact]
    public async Task ListenerEnds_WhileAllPlacesAreTaken()
    {
        using var gate = new AcceptGate(1);
        int served = 0;
        await using WebApplication app = Serve(gate, () => Interlocked.Increment(ref served));
        await app.StartAsync(TestContext.Current.CancellationToken);
        int port = PortOf(app);
        using Socket client = Dial(port);
        await RtmpServerHost.UntilAsync(() => Volatile.Read(ref served) == 1, "the place is taken");

        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await app.StopAsync(atOnce.Token).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.True(client.Poll(TimeSpan.FromSeconds(60), SelectMode.SelectRead), "The client was not told.");
    }

    private static WebApplication Serve(AcceptGate gate, Action onConnected)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddLogging().AddAcceptGates();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.ApplicationServices.GetRequiredService<AcceptGates>().Set(0, gate);
            kestrel.Listen(IPAddress.Loopback, 0, listener => listener.Run(connection =>
            {
                onConnected();
                return ReadToTheEndAsync(connection);
            }));
        });
        return builder.Build();
    }

    private static int PortOf(WebApplication app) =>
        new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;

    private static async Task ReadToTheEndAsync(ConnectionContext connection)
    {
        while (!(await connection.Transport.Input.ReadAsync()).IsCompleted)
        {
            // Nobody sends anything.
        }
    }

    private static Socket Dial(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPAddress.Loopback, port);
        return socket;
    }
}
