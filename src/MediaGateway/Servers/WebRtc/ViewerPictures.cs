using MediaGateway.Media.Frames;
using MediaGateway.Streams;

namespace MediaGateway.Servers.WebRtc;

/// <summary>
/// Which pictures a viewer can be sent as they are, and in words why others not. Owned by the media loop.
/// </summary>
internal sealed class ViewerPictures
{
    private readonly PictureOrder _order = new();
    private TrackFormat? _unplayable;

    /// <summary>What keeps the pictures from the viewer; null while nothing does.</summary>
    public PeerNotice? Obstacle { get; private set; }

    /// <summary>Another stream begins.</summary>
    public void Clear()
    {
        _order.Clear();
        (_unplayable, Obstacle) = (null, null);
    }

    /// <summary>Whether a picture can be sent.</summary>
    public bool Allow(MediaFrame picture)
    {
        if (ReferenceEquals(picture.Format, _unplayable))
        {
            return false;
        }

        _order.Note(picture);
        Obstacle = picture.Format.Codec != CodecId.H264 || picture.Format is not H264Format ? PeerNotice.VideoConverted
            : _order.HasBFrames ? PeerNotice.BFrames
            : null;
        _unplayable = Obstacle is null ? null : picture.Format;
        return Obstacle is null;
    }
}
