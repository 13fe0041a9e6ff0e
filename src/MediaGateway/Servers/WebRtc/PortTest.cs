using System.Net;
using System.Net.Sockets;
using MediaGateway.Streams;

namespace MediaGateway.Servers.WebRtc;

/// <summary>
/// Whether the addresses that browsers are offered lead to the media port: a datagram is sent to each and must come out of the loop, and a
/// TCP connection must be taken. What a firewall further out does, this machine cannot see.
/// </summary>
internal static class PortTest
{
    private const int Attempts = 3;
    private static readonly TimeSpan AttemptTime = TimeSpan.FromMilliseconds(300);

    /// <summary>Tests all addresses at once, for a second at most.</summary>
    public static async Task<IReadOnlyList<ReachedAddress>> RunAsync(
        PortProbes probes, IReadOnlyList<IPEndPoint> addresses, bool withTcp, TimeProvider time, CancellationToken cancellationToken)
    {
        PortProbe[] awaited = [.. addresses.Select(_ => new PortProbe())];
        probes.Await(awaited);
        try
        {
            return await Task.WhenAll(addresses.Select(async (address, index) =>
            {
                Task<bool> overTcp = withTcp ? IsReachedByTcpAsync(address, time, cancellationToken) : Task.FromResult(false);
                bool overUdp = await IsReachedByUdpAsync(address, awaited[index], time, cancellationToken);
                return new ReachedAddress(address.Address, overUdp, await overTcp);
            }));
        }
        finally
        {
            probes.Await();
        }
    }

    private static async Task<bool> IsReachedByUdpAsync(IPEndPoint address, PortProbe probe, TimeProvider time, CancellationToken cancellationToken)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            try
            {
                await socket.SendToAsync(probe.Bytes, SocketFlags.None, address, cancellationToken);
                await probe.Arrived.WaitAsync(AttemptTime, time, cancellationToken);
                return true;
            }
            catch (TimeoutException)
            {
                // Lost, or on a way that does not lead here.
            }
            catch (SocketException)
            {
                return false; // No route, or no such address family.
            }
        }

        return false;
    }

    private static async Task<bool> IsReachedByTcpAsync(IPEndPoint address, TimeProvider time, CancellationToken cancellationToken)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var patience = new CancellationTokenSource(Attempts * AttemptTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await socket.ConnectAsync(address, either.Token);
            return true;
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
