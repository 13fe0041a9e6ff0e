namespace MediaGateway.Servers.Signaling;

/// <summary>Data of a stream on its way to a page, not yet read: the media loop has no time for it.</summary>
/// <param name="MediaSessionId">The page's media session.</param>
/// <param name="StreamName">Its stream.</param>
/// <param name="Body">The body of an AMF0 data message.</param>
internal sealed record RawDataMessage(string MediaSessionId, string StreamName, ReadOnlyMemory<byte> Body) : SignalingMessage(MediaSessionId)
{
    /// <inheritdoc/>
    public override string Method => "StreamData";

    /// <summary>The message for the page; null when it is none of those that pages take.</summary>
    public StreamDataMessage? Read() =>
        DataText.TryRead(Body.Span, out System.Text.Json.JsonElement payload) ? new StreamDataMessage(MediaSessionId, StreamName, payload) : null;
}
