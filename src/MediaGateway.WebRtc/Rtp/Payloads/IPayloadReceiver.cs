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
}
