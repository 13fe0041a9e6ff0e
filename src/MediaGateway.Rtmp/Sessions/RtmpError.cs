namespace MediaGateway.Rtmp.Sessions;

/// <summary>Why a connection had to be given up.</summary>
public enum RtmpError
{
    /// <summary>The first byte was not version 3: not RTMP, or its encrypted forms (RTMP 1.0, 5.2.2).</summary>
    UnsupportedVersion,

    /// <summary>A chunk size of zero or with the top bit set (RTMP 1.0, 5.4.1).</summary>
    InvalidChunkSize,

    /// <summary>A protocol control or user control message that is cut short.</summary>
    InvalidControlMessage,

    /// <summary>A first chunk on a chunk stream that leaves the message length to a message before it.</summary>
    MissingChunkHeader,

    /// <summary>A header in the middle of a message that announces another message.</summary>
    ChangedMessage,

    /// <summary>A message longer than allowed in this state.</summary>
    MessageTooLong,

    /// <summary>More messages under way at once than there may be chunk streams.</summary>
    TooManyChunkStreams,

    /// <summary>More bytes of unfinished messages than may be kept.</summary>
    TooManyPartialBytes,

    /// <summary>More tiny chunks per second than anybody needs.</summary>
    TooManySmallChunks,

    /// <summary>A command whose AMF cannot be read or is over a limit.</summary>
    InvalidCommand,

    /// <summary>A command that the state of the connection does not allow.</summary>
    UnexpectedCommand,

    /// <summary>The handshake was not finished in time.</summary>
    HandshakeTimeout,

    /// <summary>No connect command came in time.</summary>
    ConnectTimeout,

    /// <summary>The connected peer did not begin to play or publish in time.</summary>
    IdleTimeout,

    /// <summary>The peer answered no ping.</summary>
    PeerSilent,
}
