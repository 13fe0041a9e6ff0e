using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using MediaGateway.WebRtc.Sessions;
using MediaGateway.WebRtc.Stun;

namespace MediaGateway.Connectivity;

/// <summary>
/// Asks a STUN server under which address it sees this machine (RFC 8489 2). Over a socket of its own: what a router makes of the port
/// would hold for one peer only, so that the media port has to be forwarded anyway and the address alone matters.
/// </summary>
internal static class StunClient
{
    /// <summary>When the request is sent again, from the first (RFC 8489 6.2.1, cut short: another query follows soon).</summary>
    private static readonly TimeSpan[] Retransmissions = [TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(1000)];

    /// <summary>How long the answer to the last request is awaited.</summary>
    private static readonly TimeSpan LastWait = TimeSpan.FromMilliseconds(1000);

    private const int LargestAnswer = 1500;

    /// <summary>One query; null when no usable answer comes within 2.5 seconds.</summary>
    /// <exception cref="OperationCanceledException">The caller wants no answer any more.</exception>
    public static async Task<IPAddress?> QueryAsync(IPEndPoint server, TimeProvider time, CancellationToken cancellationToken)
    {
        byte[] request = AddressQuery.Make(RandomNumberGenerator.GetBytes(AddressQuery.TransactionIdLength));
        byte[] answer = new byte[LargestAnswer];
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            await socket.ConnectAsync(server, cancellationToken); // Only its own answers come through.
            foreach (TimeSpan wait in Retransmissions.Append(LastWait))
            {
                await socket.SendAsync(request, cancellationToken);
                if (await ReceiveAsync(socket, request, answer, wait, time, cancellationToken) is { } address)
                {
                    return address;
                }
            }
        }
        catch (SocketException)
        {
            // No such host, no route, or nobody at that port.
        }

        return null;
    }

    /// <summary>Reads an answer to <paramref name="request"/>; null when it is none, or of no use.</summary>
    internal static IPAddress? ReadAnswer(ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> request)
    {
        if (!AddressQuery.TryReadAnswer(datagram, request, out TransportAddress mapped))
        {
            return null;
        }

        IPAddress address = mapped.ToIPEndPoint().Address;
        return PublicAddresses.CanBeOffered(address) ? address : null;
    }

    private static async Task<IPAddress?> ReceiveAsync(
        Socket socket, byte[] request, byte[] answer, TimeSpan wait, TimeProvider time, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(wait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            while (true)
            {
                int length = await socket.ReceiveAsync(answer, either.Token);
                if (ReadAnswer(answer.AsSpan(0, length), request) is { } address)
                {
                    return address;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
