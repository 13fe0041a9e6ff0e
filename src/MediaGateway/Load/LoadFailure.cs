using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using MediaGateway.Push;
using MediaGateway.Rtmp.Sessions;

namespace MediaGateway.Load;

/// <summary>Why a session of the load generator ended, in words.</summary>
internal static class LoadFailure
{
    /// <summary>Words for what ends a session; false for a fault of ours.</summary>
    public static bool TryDescribe(Exception exception, [NotNullWhen(true)] out string? words)
    {
        words = exception switch
        {
            SocketException refused => $"The server cannot be reached: {refused.SocketErrorCode}.",
            OperationCanceledException => "The server does not answer.",
            RtmpProtocolException { Error: RtmpError.HandshakeTimeout or RtmpError.ConnectTimeout } => "The server does not answer.",
            RtmpProtocolException fault => $"The server breaks the protocol: {fault.Error}.",
            IOException or ObjectDisposedException => "The connection was lost.",
            PushTargetException target => target.Message,
            _ => null,
        };
        return words is not null;
    }

    /// <summary>Words for what the server said instead of letting it go on.</summary>
    public static string Describe(RtmpClientEvent happened) => happened switch
    {
        RtmpClientEvent.Refused refused => PushConnection.InWords("The server refuses", refused.Code, refused.Description),
        RtmpClientEvent.Ended ended => PushConnection.InWords("The server has ended it", ended.Code, ended.Description),
        RtmpClientEvent.Redirected => "The server sends it elsewhere: name that server.",
        RtmpClientEvent.AuthorizationNeeded => "The server wants a name and a password.",
        _ => $"The server answers with {happened.GetType().Name}.",
    };
}
