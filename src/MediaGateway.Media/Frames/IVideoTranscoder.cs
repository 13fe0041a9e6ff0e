namespace MediaGateway.Media.Frames;

/// <summary>
/// Pictures of any codec that can be decoded in, H.264 without B-frames out: every output picture is decoded and shown at the same time,
/// the presentation time of the picture that it was made of, exactly. One thread at a time. The input may change its codec, its
/// configuration or its picture size at a keyframe; the output follows with a keyframe of a new format.
/// </summary>
public interface IVideoTranscoder : IDisposable
{
    /// <summary>Pictures that could not be decoded.</summary>
    long BrokenPictures { get; }

    /// <summary>
    /// Whether the decoder has lost the thread: until the next keyframe what is pushed is not decoded.
    /// </summary>
    bool NeedsKeyframe { get; }

    /// <summary>Takes one picture of the input; the caller keeps its reference. Pictures come in decoding order.</summary>
    /// <param name="frame">The picture.</param>
    /// <param name="isShown">False: it is decoded for the sake of later ones and not encoded.</param>
    /// <exception cref="NotSupportedException">There is no decoder for the format, or the pictures have a form that H.264 for browsers has not.</exception>
    void Push(MediaFrame frame, bool isShown);

    /// <summary>Makes the next picture a keyframe (IDR).</summary>
    void RequestKeyframe();

    /// <summary>Takes the next finished picture; the caller owns the reference.</summary>
    bool TryTake(out MediaFrame? frame);
}
