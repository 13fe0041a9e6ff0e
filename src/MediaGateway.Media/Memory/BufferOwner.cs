namespace MediaGateway.Media.Memory;

/// <summary>Who asked for a block of memory: the tag that a leak report and the <c>mediagateway.memory.buffers</c> metric carry.</summary>
public enum BufferOwner
{
    /// <summary>A datagram received or about to be sent.</summary>
    Datagram,

    /// <summary>The payload of a <see cref="Frames.MediaFrame"/>.</summary>
    Frame,

    /// <summary>An RTMP message or a part of one.</summary>
    RtmpMessage,

    /// <summary>A frame in the form in which it leaves to RTMP viewers.</summary>
    WireImage,

    /// <summary>A protocol reply waiting to be sent.</summary>
    Reply,

    /// <summary>Decoded or encoded audio inside a transcoder.</summary>
    Audio,

    /// <summary>A part of a segment of HLS, or a fragment of a recording.</summary>
    Segment,
}
