using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace MediaGateway.Configuration;

/// <summary>Tells a start that failed because a port cannot be opened from every other failure, and says it in one line.</summary>
internal static class PortFailure
{
    /// <summary>The process's exit code after such a failure.</summary>
    public const int ExitCode = 3;

    /// <summary>The failure of a UDP port, in the form in which Kestrel reports its own ports.</summary>
    public static IOException OfUdpPort(int port, SocketException cause) =>
        new($"Failed to bind to UDP port {port} (WebRtc:Port): {cause.Message}.", cause);

    /// <summary>The failure of the media port over TCP.</summary>
    public static IOException OfMediaTcpPort(int port, SocketException cause) =>
        new($"Failed to bind to TCP port {port} (WebRtc:Port; WebRtc:TcpEnabled=false leaves it out): {cause.Message}.", cause);

    /// <summary>The one line; false when <paramref name="exception"/> is about something else.</summary>
    public static bool TryDescribe(Exception exception, [NotNullWhen(true)] out string? line)
    {
        bool isPort = exception is IOException { InnerException: AddressInUseException or SocketException } or SocketException;
        line = isPort
            ? $"{exception.Message.TrimEnd('.')}. Is another gateway running? Set Http:Port, Http:TlsPort, Rtmp:Port, Rtmp:TlsPort or WebRtc:Port to another one."
            : null;
        return isPort;
    }
}
