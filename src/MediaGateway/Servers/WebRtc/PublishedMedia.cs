using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Streams;
using MediaGateway.Streams.Renditions;

namespace MediaGateway.Servers.WebRtc;

/// <summary>
/// The way of a publisher's frames into its stream: at once, or over a bridge that makes H.264 of the pictures. The media loop calls it, and
/// any thread <see cref="TryAnswerKeyframeRequest"/>.
/// </summary>
/// <param name="lease">The right to feed the stream.</param>
internal sealed class PublishedMedia(PublishLease lease)
{
    private VideoBridge? _bridge;

    /// <summary>The right to feed the stream.</summary>
    public PublishLease Lease => lease;

    /// <summary>Lets everything go over a bridge, from the first frame on.</summary>
    public void ConvertWith(VideoBridge bridge) => Volatile.Write(ref _bridge, bridge);

    /// <summary>Takes a frame and the reference to it.</summary>
    public void Publish(MediaFrame frame)
    {
        // With a bridge its worker is the one thread that publishes, sound and data as well.
        if (_bridge is { } bridge)
        {
            bridge.Offer(frame);
        }
        else
        {
            lease.Publish(frame);
        }
    }

    /// <summary>Whether a keyframe for viewers comes from here: the encoder makes one, and the publisher need not.</summary>
    public bool TryAnswerKeyframeRequest()
    {
        VideoBridge? bridge = Volatile.Read(ref _bridge);
        bridge?.RequestKeyframe();
        return bridge is not null;
    }

    /// <summary>Ends the stream. What still waits to be converted is dropped: the name is free at once.</summary>
    public void End(SessionEndReason reason)
    {
        _bridge?.Close();
        lease.End(PeerEndReasons.ToStream(reason));
    }
}
