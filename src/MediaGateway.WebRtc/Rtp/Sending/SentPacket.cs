using MediaGateway.Media.Frames;

namespace MediaGateway.WebRtc.Rtp.Sending;

/// <summary>What it takes to make a packet that was sent once more. Holds a part of a frame by reference, not a copy.</summary>
internal struct SentPacket
{
    /// <summary>The frame whose payload it carries; null when it carries parameter sets, or when the entry is empty.</summary>
    public MediaFrame? Frame;

    /// <summary>The parameter sets that it carries; null when it carries a part of a frame.</summary>
    public byte[]? ParameterSets;

    /// <summary>Which bytes.</summary>
    public PayloadPart Part;

    /// <summary>Its header as first sent.</summary>
    public RtpHeaderFields Header;

    /// <summary>When it was first sent.</summary>
    public TimeSpan SentAt;

    /// <summary>When it was last sent again; zero for never.</summary>
    public TimeSpan ResentAt;

    /// <summary>Whether it waits to be sent again.</summary>
    public bool IsResendQueued;

    /// <summary>Whether the entry holds a packet.</summary>
    public readonly bool IsPresent => Frame is not null || ParameterSets is not null;

    /// <summary>Writes the payload.</summary>
    public readonly int WritePayload(Span<byte> destination) => Part.Write(Frame is null ? ParameterSets : Frame.Payload, destination);
}
