namespace MediaGateway.Rtmp.Sessions;

/// <summary>The peer broke the protocol, a limit or a deadline; the connection must be closed without a further word.</summary>
public sealed class RtmpProtocolException : Exception
{
    /// <summary>Makes an exception for <paramref name="error"/>.</summary>
    /// <param name="error">The kind, for metrics and decisions.</param>
    /// <param name="detail">What was found, for the log. Holds no text from the peer.</param>
    public RtmpProtocolException(RtmpError error, string detail)
        : base($"{error}: {detail}")
    {
        Error = error;
    }

    /// <summary>The kind.</summary>
    public RtmpError Error { get; }
}
