namespace MediaGateway.WebRtc.Sdp;

/// <summary>What an answer to play says of the media that we send.</summary>
/// <param name="CanonicalName">One name for both tracks: they are played in step (RFC 3550 6.5.1).</param>
/// <param name="StreamId">The media stream of both tracks (<c>a=msid</c>, RFC 8830).</param>
/// <param name="Video">The sources of the video track.</param>
/// <param name="Audio">The sources of the audio track.</param>
internal sealed record SendDescription(string CanonicalName, string StreamId, SendSources Video, SendSources Audio);

/// <summary>The synchronization sources of one track that we send.</summary>
/// <param name="Media">Of its packets.</param>
/// <param name="Retransmission">Of packets sent again (RFC 4588 session-multiplexing is not used: one transport, two sources).</param>
internal readonly record struct SendSources(uint Media, uint Retransmission);
