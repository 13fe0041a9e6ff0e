namespace MediaGateway.Streams;

/// <summary>A gateway that converts no pictures.</summary>
internal sealed class NoVideoRenditions : IVideoRenditions
{
    /// <summary>What viewers are told, in WCS's words.</summary>
    public const string Refusal = "Transcoding required, but disabled";

    /// <inheritdoc/>
    public LiveStream? ForWebRtc(LiveStream source, out string? refusal)
    {
        refusal = Refusal;
        return null;
    }
}
