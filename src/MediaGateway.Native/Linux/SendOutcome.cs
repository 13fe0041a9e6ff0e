namespace MediaGateway.Native.Linux;

/// <summary>How a non-blocking send ended.</summary>
public enum SendOutcome
{
    /// <summary>Some or all bytes were taken.</summary>
    Sent,

    /// <summary>No byte was taken: wait until the socket is writable.</summary>
    WouldBlock,

    /// <summary>The connection is gone.</summary>
    Closed,
}
