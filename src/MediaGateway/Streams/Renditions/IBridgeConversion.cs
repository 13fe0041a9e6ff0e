using MediaGateway.Media.Frames;

namespace MediaGateway.Streams.Renditions;

/// <summary>What a bridge makes of its source's frames, and where that goes. The bridge's worker calls it, outside every lock.</summary>
internal interface IBridgeConversion
{
    /// <summary>The stream that is converted, for the log.</summary>
    StreamKey Key { get; }

    /// <summary>Where pictures are counted that were dropped: with the stream that people know.</summary>
    StreamDrops Drops { get; }

    /// <summary>Whether pictures are of no use up to the next keyframe.</summary>
    bool NeedsKeyframe { get; }

    /// <summary>Passes sound or data on; takes over the reference.</summary>
    void Pass(MediaFrame frame);

    /// <summary>Converts a picture and publishes what is finished; the caller keeps its reference.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="place">Whether it is to be shown, or only decoded for the sake of later ones.</param>
    /// <param name="isKeyframeWanted">Whether the next picture that comes out is to be a keyframe.</param>
    /// <exception cref="NotSupportedException">Pictures of this kind can never be converted.</exception>
    void Convert(MediaFrame picture, PicturePlace place, bool isKeyframeWanted);

    /// <summary>Gives the codecs back; the next keyframe opens others.</summary>
    void Reset();

    /// <summary>Ends what was published.</summary>
    void End(StreamEndReason reason);
}
