using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace MediaGateway.EndToEndTests.Tools;

/// <summary>A STUN and TURN server, coturn, on a free port of the loopback interface, with time-limited credentials.</summary>
internal sealed class Coturn : IAsyncDisposable
{
    /// <summary>What it shares with the gateway.</summary>
    public const string Secret = "shared-secret-of-the-tests";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(40);

    private readonly WorkFolder _folder = new();
    private readonly ToolProcess _process;

    private Coturn(string program)
    {
        Port = FreePort.UdpAndTcp();
        _process = ToolProcess.Start(
            program,
            [
                "-n", "--listening-ip", "127.0.0.1", "--listening-port", Number(Port), "--relay-ip", "127.0.0.1", "--allow-loopback-peers",
                // As in docker-compose.yml: whoever has credentials reaches the gateway through it and nobody else.
                "--denied-peer-ip", "0.0.0.0-255.255.255.255", "--allowed-peer-ip", "127.0.0.1",
                "--use-auth-secret", "--static-auth-secret", Secret, "--realm", "mediagateway", "--no-tls", "--no-dtls", "--no-cli",
                "--userdb", _folder.File("turn.db"), "--pidfile", _folder.File("turn.pid"), "--log-file", "stdout", "--simple-log", "--verbose",
            ]);
    }

    /// <summary>Its UDP and TCP port.</summary>
    public int Port { get; }

    /// <summary>What it has said.</summary>
    public string Log => _process.Output;

    /// <summary>Starts it and waits until it answers.</summary>
    public static async Task<Coturn> StartAsync()
    {
        Coturn coturn = new(Tool.Require("turnserver"));
        try
        {
            using UdpClient client = new();
            client.Connect(IPAddress.Loopback, coturn.Port);
            byte[] request = [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42, .. RandomNumberGenerator.GetBytes(12)];
            await Wait.UntilAsync(() => AnswersAsync(client, request), StartLimit, () => $"an answer of coturn; it said:\n{coturn.Log}");
            return coturn;
        }
        catch
        {
            await coturn.DisposeAsync();
            throw;
        }
    }

    /// <summary>A user name that ends at this time, and its password, as the gateway makes them.</summary>
    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "TURN servers compute it with SHA-1.")]
    public static (string Username, string Credential) CredentialsUntil(DateTimeOffset end)
    {
        string username = $"{end.ToUnixTimeSeconds()}:test";
        return (username, Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(username))));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static async Task<bool> AnswersAsync(UdpClient client, byte[] request)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromMilliseconds(300));
        try
        {
            await client.SendAsync(request, patience.Token);
            return (await client.ReceiveAsync(patience.Token)).Buffer.Length > 20;
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            return false;
        }
    }
}
