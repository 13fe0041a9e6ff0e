namespace MediaGateway.Streams;

/// <summary>What of a stream was discarded that is not a frame.</summary>
internal enum StreamDiscard
{
    /// <summary>RTP packets that a WebRTC viewer asked for again and that were not kept any more: it goes on without them.</summary>
    ForgottenPackets,

    /// <summary>Requests of WebRTC viewers for packets that were put off, because repetitions took as much already as they may.</summary>
    PostponedPackets,

    /// <summary>HLS segments that left the playlist before their time, because the window has taken all the memory that it may.</summary>
    HlsSegments,
}
