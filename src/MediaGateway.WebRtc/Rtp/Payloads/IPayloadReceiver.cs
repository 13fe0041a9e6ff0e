namespace MediaGateway.WebRtc.Rtp.Payloads;

/// <summary>Turns the packets of one track, in order, into frames.</summary>
internal interface IPayloadReceiver : IDisposable
{
    /// <summary>Takes the next packet. Takes ownership of its buffer.</summary>
    void Receive(in ReceivedPacket packet);

    /// <summary>Tells that packets before the next one are missing for good.</summary>
    void SkipGap(TimeSpan now);

    /// <summary>
    /// Whether the receiver can go on with a packet of this payload although packets before it are missing, and has no use for those:
    /// then nobody need wait for them.
    /// </summary>
    bool CanRestartAt(ReadOnlySpan<byte> payload);

    /// <summary>Whether a keyframe begins with a packet of this payload, whatever came before. Changes nothing.</summary>
    /// <param name="payload">The payload.</param>
    /// <param name="pixels">The size of its pictures; 0 when the payload does not say.</param>
    bool IsKeyframeStart(ReadOnlySpan<byte> payload, out long pixels);
}
