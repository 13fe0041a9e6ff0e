using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Native.FFmpeg;

namespace MediaGateway.Native.Video;

/// <summary>Any codec that FFmpeg decodes to H.264 without B-frames, at the size of the source.</summary>
internal sealed class VideoTranscoder : IVideoTranscoder
{
    private readonly VideoEncodingOptions _options;
    private readonly SourcePictures _source;
    private readonly EncodedPictures _encoded;
    private H264Encoder? _encoder;
    private bool _keyframeWanted;

    /// <summary>Makes a transcoder; its codecs are opened with the first pictures.</summary>
    public VideoTranscoder(BufferPool pool, VideoEncodingOptions options)
    {
        (_options, _encoded) = (options, new EncodedPictures(pool));
        _source = new SourcePictures(Take);
    }

    /// <inheritdoc/>
    public long BrokenPictures => _source.BrokenPictures;

    /// <inheritdoc/>
    public bool NeedsKeyframe => _source.NeedsKeyframe;

    /// <inheritdoc/>
    public void Push(MediaFrame frame, bool isShown) => _source.Push(frame, isShown);

    /// <inheritdoc/>
    public void RequestKeyframe() => _keyframeWanted = true;

    /// <inheritdoc/>
    public bool TryTake(out MediaFrame? frame) => _encoded.TryTake(out frame);

    /// <inheritdoc/>
    public void Dispose()
    {
        _source.Dispose();
        CloseEncoder();
        _encoded.Dispose();
    }

    private void Take(DecodedPicture picture, bool isShown)
    {
        if (!isShown)
        {
            return;
        }

        H264Encoder encoder = EncoderFor(picture);
        picture.SetKeyframe(_keyframeWanted);
        encoder.Send(picture);
        _keyframeWanted = false;
        _encoded.TakeFrom(encoder, _source.Arrivals);
    }

    /// <summary>The encoder for a picture of this size.</summary>
    private H264Encoder EncoderFor(DecodedPicture picture)
    {
        if (picture.PixelFormat is not (AvUtil.AV_PIX_FMT_YUV420P or AvUtil.AV_PIX_FMT_YUVJ420P))
        {
            throw new NotSupportedException("The pictures are not 4:2:0 with 8 bits per sample, the only form that every player takes.");
        }

        if (_encoder is { } same && same.Width == picture.Width && same.Height == picture.Height && same.PixelFormat == picture.PixelFormat)
        {
            return same;
        }

        H264Encoder.ThrowIfTooSmall(picture.Width, picture.Height);
        CloseEncoder();
        _encoder = new H264Encoder(picture.Width, picture.Height, picture.PixelFormat, _options);
        return _encoder;
    }

    private void CloseEncoder()
    {
        _encoder?.Dispose();
        _encoder = null;
    }
}
