namespace MediaGateway.WebRtc.Sdp;

/// <summary>How much of an offer is read. Real offers have a tenth of each.</summary>
internal static class SdpLimits
{
    /// <summary>Characters of a session description.</summary>
    public const int Characters = 64 * 1024;

    /// <summary>Lines of a session description.</summary>
    public const int Lines = 1000;

    /// <summary>Media descriptions (m-lines).</summary>
    public const int MediaDescriptions = 16;

    /// <summary>Formats of one m-line: every payload type there is.</summary>
    public const int Formats = 128;

    /// <summary>SSRCs remembered of one media description.</summary>
    public const int Ssrcs = 64;

    /// <summary>Feedback lines remembered of one payload type.</summary>
    public const int FeedbackPerCodec = 32;
}
