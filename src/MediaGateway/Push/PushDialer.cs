using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MediaGateway.Configuration;
using MediaGateway.Rtmp;
using Microsoft.Extensions.Options;

namespace MediaGateway.Push;

/// <summary>
/// Connects to push targets and origins: resolves a host once, lets the guard see every address, and connects to one of those very addresses, so that
/// a name which changes its mind between check and use gains nothing. Any thread.
/// </summary>
/// <param name="options">The rules.</param>
/// <param name="time">Bounds how long it takes.</param>
/// <param name="resolve">Names to addresses.</param>
internal sealed class PushDialer(
    IOptions<PushOptions> options, TimeProvider time, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
{
    /// <summary>
    /// What the kernel may hold for a target. A second at 4 Mbit/s: left to itself it would grow to seconds of media that no dropping
    /// can reach.
    /// </summary>
    private const int SendBufferBytes = 512 * 1024;

    private const int TcpUserTimeout = 18; // TCP_USER_TIMEOUT of <netinet/tcp.h>

    private readonly AddressGuard _guard = new(options.Value);

    /// <summary>The addresses of the host that may be connected to; at least one.</summary>
    /// <exception cref="PushTargetException">There is none, or none that may.</exception>
    public Task<IReadOnlyList<IPAddress>> ResolveAsync(RtmpTargetUrl url, CancellationToken cancellationToken) =>
        ResolveAsync(url, isTrusted: false, cancellationToken);

    /// <summary>Connects; the caller owns the stream, which closes the socket.</summary>
    /// <param name="url">Where to.</param>
    /// <param name="isTrusted">Whether the address stands in the settings as it is, so that it may be a private one.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="PushTargetException">It did not come about.</exception>
    public async Task<Stream> DialAsync(RtmpTargetUrl url, bool isTrusted, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.Value.ConnectTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            IReadOnlyList<IPAddress> addresses = await ResolveAsync(url, isTrusted, both.Token);
            Stream plain = await ConnectAsync(addresses, url.Port, both.Token);
            return url.IsSecure ? await WrapAsync(plain, url.Host, both.Token) : plain;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PushTargetException("The target does not answer.");
        }
    }

    private async Task<IReadOnlyList<IPAddress>> ResolveAsync(RtmpTargetUrl url, bool isTrusted, CancellationToken cancellationToken)
    {
        IPAddress[] addresses;
        try
        {
            addresses = IPAddress.TryParse(url.Host, out IPAddress? literal) ? [literal] : await resolve(url.Host, cancellationToken);
        }
        catch (SocketException)
        {
            throw new PushTargetException("The host of the target cannot be resolved.");
        }

        IPAddress[] allowed = [.. addresses.Where(address => isTrusted || _guard.Allows(url.Host, address))];
        return allowed.Length > 0
            ? allowed
            : throw new PushTargetException(
                "The target's address is not public; Push:AllowedHosts or Push:AllowPrivateAddresses can allow it.", isPermanent: true);
    }

    private async Task<Stream> ConnectAsync(IReadOnlyList<IPAddress> addresses, int port, CancellationToken cancellationToken)
    {
        string reason = "The target cannot be reached.";
        foreach (IPAddress address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                Prepare(socket);
                await socket.ConnectAsync(new IPEndPoint(address, port), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException exception)
            {
                socket.Dispose();
                reason = $"The target cannot be reached: {exception.SocketErrorCode}.";
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw new PushTargetException(reason);
    }

    // A peer that vanishes without a word: bytes that nobody acknowledges for as long as a stall may last end the connection, and probes do
    // where there is nothing to send.
    private void Prepare(Socket socket)
    {
        int stallSeconds = (int)Math.Ceiling(options.Value.StallTimeout.TotalSeconds);
        socket.NoDelay = true;
        socket.SendBufferSize = SendBufferBytes;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, stallSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, Math.Max(1, stallSeconds / 3));
        socket.SetRawSocketOption((int)ProtocolType.Tcp, TcpUserTimeout, BitConverter.GetBytes(stallSeconds * 1000));
    }

    private async Task<Stream> WrapAsync(Stream plain, string host, CancellationToken cancellationToken)
    {
        var secure = new SslStream(plain, leaveInnerStreamOpen: false);
        try
        {
            await secure.AuthenticateAsClientAsync(AuthenticationOptions(host), cancellationToken);
            return secure;
        }
        catch (Exception exception)
        {
            await secure.DisposeAsync();
            throw exception switch
            {
                AuthenticationException => new PushTargetException("The target's certificate is not trusted, or it speaks no TLS."),
                IOException => new PushTargetException("The target closed the connection during the TLS handshake."),
                _ => exception,
            };
        }
    }

    private SslClientAuthenticationOptions AuthenticationOptions(string host)
    {
        var authentication = new SslClientAuthenticationOptions { TargetHost = host };
        if (options.Value.AllowUntrustedCertificates)
        {
#pragma warning disable CA5359 // Asked for by a setting that says what it does.
            authentication.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (options.Value.CertificateAuthorityFile is { } file)
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(file);
            authentication.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                errors == SslPolicyErrors.None || (errors == SslPolicyErrors.RemoteCertificateChainErrors && Verify(certificate, chain, authorities));
        }

        return authentication;
    }

    // The chain that the system did not trust is built once more on the authorities of the settings.
    private static bool Verify(X509Certificate? certificate, X509Chain? chain, X509Certificate2Collection authorities)
    {
        if (certificate is not X509Certificate2 leaf || chain is null)
        {
            return false;
        }

        using var custom = new X509Chain();
        custom.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        custom.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        custom.ChainPolicy.CustomTrustStore.AddRange(authorities);
        custom.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
        return custom.Build(leaf);
    }
}
