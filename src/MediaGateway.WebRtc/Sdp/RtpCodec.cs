namespace MediaGateway.WebRtc.Sdp;

/// <summary>What one payload type means in a media description: its rtpmap, fmtp and rtcp-fb lines together.</summary>
internal sealed class RtpCodec
{
    private readonly List<string> _feedback = [];

    /// <summary>The payload type, 0 to 127.</summary>
    public required int PayloadType { get; init; }

    /// <summary>The encoding name as written; compare without regard to case. Empty when no rtpmap was given.</summary>
    public string EncodingName { get; set; } = "";

    /// <summary>The RTP clock rate; 0 when no rtpmap was given.</summary>
    public int ClockRate { get; set; }

    /// <summary>Channels of audio; 1 when not said.</summary>
    public int Channels { get; set; } = 1;

    /// <summary>The parameters of <c>a=fmtp</c> as written.</summary>
    public string FormatParameters { get; set; } = "";

    /// <summary>The values of <c>a=rtcp-fb</c> for this payload type, e.g. <c>nack pli</c>.</summary>
    public IReadOnlyList<string> Feedback => _feedback;

    /// <summary>Whether the codec is named <paramref name="name"/> and has this clock.</summary>
    public bool Is(string name, int clockRate) =>
        ClockRate == clockRate && EncodingName.Equals(name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a feedback message was offered, for this payload type or for all (<c>*</c>).</summary>
    public bool Offers(string feedback) => _feedback.Contains(feedback, StringComparer.OrdinalIgnoreCase);

    /// <summary>Remembers a feedback value, up to the limit.</summary>
    public void AddFeedback(string value)
    {
        if (_feedback.Count < SdpLimits.FeedbackPerCodec)
        {
            _feedback.Add(value);
        }
    }

    /// <summary>One parameter of <c>a=fmtp</c> by its name without regard to case; null when it is not there.</summary>
    public string? Parameter(string name)
    {
        ReadOnlySpan<char> parameters = FormatParameters;
        foreach (Range range in parameters.Split(';'))
        {
            ReadOnlySpan<char> parameter = parameters[range].Trim();
            int equals = parameter.IndexOf('=');
            ReadOnlySpan<char> key = equals < 0 ? parameter : parameter[..equals].TrimEnd();
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return equals < 0 ? "" : parameter[(equals + 1)..].Trim().ToString();
            }
        }

        return null;
    }
}
