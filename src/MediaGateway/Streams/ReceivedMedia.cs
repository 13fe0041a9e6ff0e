using MediaGateway.Media.Frames;
using MediaGateway.Rtmp.Sessions;

namespace MediaGateway.Streams;

/// <summary>
/// Feeds a stream with what an RTMP session receives, from an encoder or from an origin: frames at their place on the stream's timeline,
/// metadata as it comes. One owner, one thread.
/// </summary>
internal sealed class ReceivedMedia
{
    private readonly PublishTimeline _timeline = new();

    /// <summary>Frames taken.</summary>
    public long Frames { get; private set; }

    /// <summary>Bytes of these frames.</summary>
    public long Bytes { get; private set; }

    /// <summary>How often the sender's clock has jumped.</summary>
    public int ClockJumps => _timeline.Jumps;

    /// <summary>Gives it to the stream; a frame's reference is consumed.</summary>
    public void Give(in RtmpPublished item, PublishLease lease)
    {
        if (item.Frame is { } frame)
        {
            Frames++;
            Bytes += frame.Length;
            lease.Publish(Placed(frame));
        }
        else if (item.Metadata is { } metadata)
        {
            Describe(metadata, lease);
        }
    }

    private static void Describe(StreamMetadata metadata, PublishLease lease)
    {
        ExpectedTracks tracks = ExpectedTracks.None;
        foreach ((string name, _) in metadata.Properties)
        {
            tracks |= name switch
            {
                "videocodecid" => ExpectedTracks.Video,
                "audiocodecid" => ExpectedTracks.Audio,
                _ => ExpectedTracks.None,
            };
        }

        if (tracks != ExpectedTracks.None)
        {
            lease.Announce(tracks);
        }

        lease.Describe(metadata);
    }

    /// <summary>The frame at its place on the stream's timeline: itself, or another with its payload.</summary>
    private MediaFrame Placed(MediaFrame frame)
    {
        long decoding = frame.Decoding.ToMilliseconds();
        bool isMainTrack = frame.Kind != TrackKind.Data && frame.Format is not FlvTagFormat { TrackId: > 0 };
        long placed = isMainTrack ? _timeline.Place(frame.Kind, decoding, frame.ReceivedAt) : _timeline.Follow(decoding);
        return placed == decoding ? frame : frame.Restamped(TimeSpan.FromMilliseconds(placed - decoding));
    }
}
