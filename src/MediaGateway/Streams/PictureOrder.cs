using MediaGateway.Media.Frames;
using MediaGateway.Media.H264;

namespace MediaGateway.Streams;

/// <summary>
/// Tells whether a track has B-frames: pictures that are shown in another order than they are decoded in, which WebRTC cannot carry. A
/// parameter set says only that pictures may be reordered, and many encoders leave even that open; the stamps say that they are. One
/// owner, or used under the stream's lock.
/// </summary>
internal sealed class PictureOrder
{
    private TrackFormat? _format;
    private bool _mayReorder;

    /// <summary>Whether the track has shown B-frames since its format last changed.</summary>
    public bool HasBFrames { get; private set; }

    /// <summary>Looks at a picture.</summary>
    public void Note(MediaFrame picture)
    {
        if (!ReferenceEquals(picture.Format, _format))
        {
            bool isSame = picture.Format.Equals(_format);
            _format = picture.Format;
            if (!isSame)
            {
                _mayReorder = picture.Format is H264Format h264 && MayReorder(h264);
                HasBFrames = false;
            }
        }

        HasBFrames |= _mayReorder && picture.Presentation != picture.Decoding;
    }

    /// <summary>Forgets what was seen: another track begins.</summary>
    public void Clear() => (_format, _mayReorder, HasBFrames) = (null, false, false);

    private static bool MayReorder(H264Format format) =>
        !AvcDecoderConfigurationRecord.TryParse(format.ConfigurationRecord, out AvcDecoderConfigurationRecord? record)
        || record!.SequenceParameterSets.Any(static set => // Not null: the call said true.
            !SequenceParameterSet.TryParse(set.Span, out SequenceParameterSet? parameters) || parameters!.MayReorder);
}
