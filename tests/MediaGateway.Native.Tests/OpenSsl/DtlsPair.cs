using MediaGateway.WebRtc.Dtls;
using Xunit;

namespace MediaGateway.Native.Tests.OpenSsl;

/// <summary>Our server and a client joined by a network that may lose datagrams.</summary>
internal sealed class DtlsPair(IDtlsEndpoint server, DtlsTestClient client) : IDisposable
{
    private int _fromClient;
    private int _fromServer;
    private bool _started;

    public IDtlsEndpoint Server => server;

    public DtlsTestClient Client => client;

    /// <summary>Whether the network loses the n-th datagram of one direction.</summary>
    public Func<bool, int, bool> Loses { get; init; } = (_, _) => false;

    public int LargestDatagram { get; private set; }

    public List<byte[]> ClientDatagrams { get; } = [];

    public int DatagramsFromClient => _fromClient;

    public int DatagramsFromServer => _fromServer;

    public bool IsConnected => server.State == DtlsState.Connected && client.IsConnected;

    public bool HasEnded => server.State is DtlsState.Failed or DtlsState.Closed || client.Failure is not null;

    /// <summary>Carries datagrams until both sides are silent.</summary>
    public void Pump()
    {
        if (!_started)
        {
            _started = true;
            client.Start();
        }

        while (CarryFromClient() | CarryFromServer())
        {
        }
    }

    public void HandleTimeouts()
    {
        server.HandleTimeout();
        client.HandleTimeout();
    }

    public void Dispose()
    {
        server.Dispose();
        client.Dispose();
    }

    private bool CarryFromClient()
    {
        byte[] buffer = new byte[1500];
        bool any = false;
        while (client.TryTakeDatagram(buffer, out int length))
        {
            any = true;
            ClientDatagrams.Add(buffer[..length]);
            if (!Loses(true, _fromClient++))
            {
                server.Receive(buffer.AsSpan(0, length));
            }
        }

        return any;
    }

    private bool CarryFromServer()
    {
        byte[] buffer = new byte[1500];
        bool any = false;
        while (server.TryTakeDatagram(buffer, out int length))
        {
            any = true;
            LargestDatagram = Math.Max(LargestDatagram, length);
            Assert.InRange(length, 1, 1200);
            if (!Loses(false, _fromServer++))
            {
                client.Receive(buffer.AsSpan(0, length));
            }
        }

        return any;
    }
}
