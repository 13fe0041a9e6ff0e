namespace MediaGateway.Media.Frames;

/// <summary>
/// One track of pictures in, several levels of it out, from one decoding: H.264 without B-frames, every picture decoded and shown at the
/// presentation time of the picture that it was made of, exactly. Keyframes are at the same times in all levels: those of the source that
/// are shown, those asked for, and the first picture of a level that joins. One thread at a time. The input may change its codec, its
/// configuration or its picture size at a keyframe.
/// </summary>
public interface IVideoLadder : IDisposable
{
    /// <summary>Pictures that could not be decoded.</summary>
    long BrokenPictures { get; }

    /// <summary>Whether the decoder has lost the thread: until the next keyframe what is pushed is not decoded.</summary>
    bool NeedsKeyframe { get; }

    /// <summary>Pictures per second that the source sends, as measured; 30 as long as too few were seen.</summary>
    double PictureRate { get; }

    /// <summary>Sets the levels that are made from now on. Levels that stay go on without a break but for a keyframe when others join.</summary>
    void SetLevels(IReadOnlyList<VideoLevel> levels);

    /// <summary>Takes one picture of the input; the caller keeps its reference. Pictures come in decoding order.</summary>
    /// <param name="frame">The picture.</param>
    /// <param name="isShown">False: it is decoded for the sake of later ones and not encoded.</param>
    /// <exception cref="NotSupportedException">There is no decoder for the format, or the pictures have a form that cannot be scaled.</exception>
    void Push(MediaFrame frame, bool isShown);

    /// <summary>Makes the next picture a keyframe (IDR) in every level.</summary>
    void RequestKeyframe();

    /// <summary>Takes the next finished picture; the caller owns the reference.</summary>
    /// <param name="frame">The picture.</param>
    /// <param name="level">The name of its level.</param>
    bool TryTake(out MediaFrame? frame, out string level);
}
