using MediaGateway.Media.Frames;

namespace MediaGateway.Native.Video;

/// <summary>
/// The decoded pictures of a track, in the order in which they are shown, whatever its codec: follows changes of format at keyframes and
/// waits for one after errors. One thread at a time; allocates no managed memory per picture.
/// </summary>
/// <param name="take">
/// Takes a picture, valid during the call, and whether it was pushed to be shown: called within <see cref="Push"/>, with growing times.
/// </param>
internal sealed class SourcePictures(Action<DecodedPicture, bool> take) : IDisposable
{
    private readonly DecodedPicture _picture = new();
    private readonly ArrivalTimes _arrivals = new();
    private VideoDecoder? _decoder;
    private TrackFormat? _source;
    private long _lastTime = long.MinValue;

    /// <summary>Pictures that could not be decoded.</summary>
    public long BrokenPictures { get; private set; }

    /// <summary>Whether nothing is decoded before the next keyframe.</summary>
    public bool NeedsKeyframe { get; private set; } = true;

    /// <summary>When the pictures inside the decoder were received, and which of them are keyframes.</summary>
    public ArrivalTimes Arrivals => _arrivals;

    /// <summary>What the track says of its colours and the shape of its pixels; null before the first picture.</summary>
    public PictureAppearance? Appearance => _decoder?.Appearance;

    /// <summary>Decodes one picture of the track; the caller keeps its reference.</summary>
    /// <param name="frame">The picture.</param>
    /// <param name="isShown">Passed on with the picture when it comes out.</param>
    /// <exception cref="NotSupportedException">There is no decoder for the format.</exception>
    public void Push(MediaFrame frame, bool isShown)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (NeedsKeyframe && !frame.IsKeyframe)
        {
            return;
        }

        NeedsKeyframe = false;
        Follow(frame.Format);
        long time = frame.Presentation.Rescale(H264Encoder.ClockRate).Value;
        _arrivals.Note(time, frame.ReceivedAt, frame.IsKeyframe, isShown);
        if (!_decoder!.TrySend(frame.Payload, time, frame.IsKeyframe)) // Follow has opened it.
        {
            BrokenPictures++;
            NeedsKeyframe = true;
        }

        TakeDecoded();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        CloseDecoder();
        _picture.Dispose();
    }

    /// <summary>Opens the decoder, or another one when the format has changed; what the old one held back comes out first.</summary>
    private void Follow(TrackFormat format)
    {
        if (_decoder is not null && (ReferenceEquals(format, _source) || format.Equals(_source)))
        {
            _source = format;
            return;
        }

        if (_decoder is not null)
        {
            _decoder.Drain();
            TakeDecoded();
            CloseDecoder();
        }

        _source = format;
        _decoder = new VideoDecoder(format);
    }

    private void TakeDecoded()
    {
        while (_decoder!.TryReceive(_picture.Handle)) // Only called with a decoder.
        {
            // A publisher that shows two pictures at one time, or none that was sent: encoders take growing times only.
            if (_picture.Time > _lastTime)
            {
                (_picture.Width, _picture.Height) = (_picture.Width & ~1, _picture.Height & ~1); // 4:2:0 has no odd sizes.
                bool isShown = _arrivals.IsShown(_picture.Time);
                take(_picture, isShown);
                _lastTime = isShown ? _picture.Time : _lastTime;
            }

            _picture.Clear();
        }
    }

    private void CloseDecoder()
    {
        _decoder?.Dispose();
        _decoder = null;
    }
}
