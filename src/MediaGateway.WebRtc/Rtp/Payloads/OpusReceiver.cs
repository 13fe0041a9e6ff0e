using MediaGateway.Media.Frames;
using MediaGateway.Media.Opus;

namespace MediaGateway.WebRtc.Rtp.Payloads;

/// <summary>Opus over RTP: one packet is one frame (RFC 7587 4.2). Frames keep the packet's own buffer.</summary>
internal sealed class OpusReceiver(TrackStatistics statistics, FrameQueue frames, int track, OpusFormat format) : IPayloadReceiver
{
    /// <inheritdoc/>
    public void Receive(in ReceivedPacket packet)
    {
        if (packet.PayloadLength == 0)
        {
            packet.Buffer.Dispose();
            return;
        }

        if (!OpusPacket.TryParse(packet.Payload, out _))
        {
            statistics.MalformedPackets++;
            packet.Buffer.Dispose();
            return;
        }

        if (frames.WasQueued(track, packet.Timestamp))
        {
            statistics.DroppedFrames++;
            packet.Buffer.Dispose();
            return;
        }

        MediaTime time = frames.Stamp(track, packet.Timestamp);
        frames.Add(
            new MediaFrame(format, time, time, true, packet.Buffer, packet.PayloadOffset, packet.PayloadLength, packet.ReceivedAt),
            statistics);
    }

    /// <summary>Nothing to do: the next frame's stamp shows the gap.</summary>
    public void SkipGap(TimeSpan now)
    {
    }

    /// <inheritdoc/>
    public bool CanRestartAt(ReadOnlySpan<byte> payload) => false;

    /// <inheritdoc/>
    public bool IsKeyframeStart(ReadOnlySpan<byte> payload, out long pixels)
    {
        pixels = 0;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
