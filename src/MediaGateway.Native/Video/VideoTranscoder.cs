using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Native.FFmpeg;

namespace MediaGateway.Native.Video;

/// <summary>Any codec that FFmpeg decodes to H.264 without B-frames, at the size of the source.</summary>
internal sealed class VideoTranscoder(BufferPool pool, VideoEncodingOptions options) : IVideoTranscoder
{
    /// <summary>A macroblock: smaller pictures no camera makes.</summary>
    private const int SmallestSide = 16;

    private readonly DecodedPicture _picture = new();
    private readonly EncodedPictures _encoded = new(pool);
    private readonly ArrivalTimes _arrivals = new();
    private VideoDecoder? _decoder;
    private H264Encoder? _encoder;
    private TrackFormat? _source;
    private long _lastTime = long.MinValue;
    private bool _keyframeWanted;

    /// <inheritdoc/>
    public long BrokenPictures { get; private set; }

    /// <inheritdoc/>
    public bool NeedsKeyframe { get; private set; } = true;

    /// <inheritdoc/>
    public void Push(MediaFrame frame, bool isShown)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (NeedsKeyframe && !frame.IsKeyframe)
        {
            return;
        }

        NeedsKeyframe = false;
        Follow(frame.Format, isShown);
        long time = frame.Presentation.Rescale(H264Encoder.ClockRate).Value;
        _arrivals.Note(time, frame.ReceivedAt);
        if (!_decoder!.TrySend(frame.Payload, time, frame.IsKeyframe)) // Follow has opened it.
        {
            BrokenPictures++;
            NeedsKeyframe = true;
        }

        TakeDecoded(isShown);
    }

    /// <inheritdoc/>
    public void RequestKeyframe() => _keyframeWanted = true;

    /// <inheritdoc/>
    public bool TryTake(out MediaFrame? frame) => _encoded.TryTake(out frame);

    /// <inheritdoc/>
    public void Dispose()
    {
        CloseDecoder();
        CloseEncoder();
        _picture.Dispose();
        _encoded.Dispose();
    }

    /// <summary>Opens the decoder, or another one when the format has changed; what the old one held back comes out first.</summary>
    private void Follow(TrackFormat format, bool isShown)
    {
        if (_decoder is not null && (ReferenceEquals(format, _source) || format.Equals(_source)))
        {
            _source = format;
            return;
        }

        if (_decoder is not null)
        {
            _decoder.Drain();
            TakeDecoded(isShown);
            CloseDecoder();
        }

        _source = format;
        _decoder = new VideoDecoder(format);
    }

    private void TakeDecoded(bool isShown)
    {
        while (_decoder!.TryReceive(_picture.Handle)) // Only called with a decoder.
        {
            if (isShown)
            {
                Encode();
            }

            _picture.Clear();
        }
    }

    private void Encode()
    {
        long time = _picture.Time;
        if (time <= _lastTime)
        {
            // A publisher that shows two pictures at one time, or none that was sent: the encoder takes growing times only.
            return;
        }

        H264Encoder encoder = EncoderFor(_picture);
        _picture.SetKeyframe(_keyframeWanted);
        encoder.Send(_picture);
        (_lastTime, _keyframeWanted) = (time, false);
        TakeEncoded(encoder);
    }

    private void TakeEncoded(H264Encoder encoder)
    {
        while (encoder.TryReceive())
        {
            _encoded.Add(encoder.Encoded, encoder.Presentation, encoder.IsKeyframe, _arrivals.Find(encoder.Presentation));
            encoder.Release();
        }
    }

    /// <summary>The encoder for a picture of this size. Odd sizes lose their last column or row: 4:2:0 has none for them.</summary>
    private H264Encoder EncoderFor(DecodedPicture picture)
    {
        if (picture.PixelFormat is not (AvUtil.AV_PIX_FMT_YUV420P or AvUtil.AV_PIX_FMT_YUVJ420P))
        {
            throw new NotSupportedException("The pictures are not 4:2:0 with 8 bits per sample, the only form that every player takes.");
        }

        (picture.Width, picture.Height) = (picture.Width & ~1, picture.Height & ~1);
        if (_encoder is { } same && same.Width == picture.Width && same.Height == picture.Height && same.PixelFormat == picture.PixelFormat)
        {
            return same;
        }

        if (picture.Width < SmallestSide || picture.Height < SmallestSide)
        {
            throw new NotSupportedException($"The pictures are smaller than {SmallestSide} pixels.");
        }

        CloseEncoder();
        _encoder = new H264Encoder(picture.Width, picture.Height, picture.PixelFormat, options);
        return _encoder;
    }

    private void CloseDecoder()
    {
        _decoder?.Dispose();
        _decoder = null;
    }

    private void CloseEncoder()
    {
        _encoder?.Dispose();
        _encoder = null;
    }
}
