using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Native.FFmpeg;

namespace MediaGateway.Native.Video;

/// <summary>One level: decoded pictures scaled and encoded. One thread at a time; allocates one frame per picture.</summary>
internal sealed class LevelEncoder(BufferPool pool, VideoLevel level, string preset) : IDisposable
{
    /// <summary>How far the picture rate may be from the one that the encoder was told, before it is told again.</summary>
    private const double RateTolerance = 0.15;

    private readonly EncodedPictures _encoded = new(pool);
    private PictureScaler? _scaler;
    private H264Encoder? _encoder;
    private double _toldRate;
    private long _due = long.MinValue;

    /// <summary>What it makes.</summary>
    public VideoLevel Level => level;

    /// <summary>Encodes a picture, or leaves it out where the level has fewer than the source; keyframes never.</summary>
    /// <param name="picture">The picture, left as it is.</param>
    /// <param name="isKeyframe">Whether it is to be one.</param>
    /// <param name="sourceRate">Pictures per second that the source has.</param>
    /// <param name="source">Where the picture comes from.</param>
    /// <exception cref="NotSupportedException">Its form cannot be scaled.</exception>
    public void Encode(DecodedPicture picture, bool isKeyframe, double sourceRate, SourcePictures source)
    {
        if (!isKeyframe && IsLeftOut(picture.Time))
        {
            return;
        }

        Count(picture.Time, isKeyframe);
        DecodedPicture scaled = Scale(picture);
        H264Encoder encoder = EncoderFor(scaled, RateOf(sourceRate), source.Appearance);
        scaled.SetKeyframe(isKeyframe);
        encoder.Send(scaled);
        _encoded.TakeFrom(encoder, source.Arrivals);
    }

    /// <summary>Takes the next finished picture; the caller owns the reference.</summary>
    public bool TryTake(out MediaFrame? frame) => _encoded.TryTake(out frame);

    /// <inheritdoc/>
    public void Dispose()
    {
        _encoder?.Dispose();
        _scaler?.Dispose();
        _encoded.Dispose();
    }

    private double RateOf(double sourceRate) =>
        level.MaximumPictureRate > 0 ? Math.Min(sourceRate, level.MaximumPictureRate) : sourceRate;

    /// <summary>A quarter of an interval early is in time: stamps of whole milliseconds jitter.</summary>
    private bool IsLeftOut(long time) =>
        level.MaximumPictureRate > 0 && _due != long.MinValue
        && time < _due - (H264Encoder.ClockRate / level.MaximumPictureRate / 4);

    private void Count(long time, bool isKeyframe)
    {
        if (level.MaximumPictureRate > 0)
        {
            long interval = H264Encoder.ClockRate / level.MaximumPictureRate;
            _due = isKeyframe || _due == long.MinValue ? time + interval : Math.Max(_due + interval, time);
        }
    }

    /// <summary>The picture in the level's size: itself where that is the same.</summary>
    private DecodedPicture Scale(DecodedPicture picture)
    {
        int height = Math.Min(level.Height, picture.Height);
        int width = (int)Math.Round((double)picture.Width * height / picture.Height / 2) * 2;
        int form = picture.PixelFormat == AvUtil.AV_PIX_FMT_YUVJ420P ? AvUtil.AV_PIX_FMT_YUVJ420P : AvUtil.AV_PIX_FMT_YUV420P;
        if (height == picture.Height && form == picture.PixelFormat)
        {
            return picture;
        }

        if (_scaler is null || !_scaler.Takes(picture))
        {
            H264Encoder.ThrowIfTooSmall(width, height);
            _scaler?.Dispose();
            _scaler = null;
            _scaler = new PictureScaler(picture, width, height, form);
        }

        return _scaler.Scale(picture);
    }

    private H264Encoder EncoderFor(DecodedPicture picture, double rate, PictureAppearance? appearance)
    {
        if (_encoder is not { } encoder || encoder.Width != picture.Width || encoder.Height != picture.Height || encoder.PixelFormat != picture.PixelFormat)
        {
            _encoder?.Dispose();
            _encoder = null;
            var options = new VideoEncodingOptions { Preset = preset, BitRate = level.BitRate, PictureRate = rate, Profile = "high" };
            _encoder = new H264Encoder(picture.Width, picture.Height, picture.PixelFormat, options, appearance);
            _toldRate = rate;
        }
        else if (Math.Abs((rate / _toldRate) - 1) > RateTolerance)
        {
            encoder.SetPictureRate(rate);
            _toldRate = rate;
        }

        return _encoder;
    }
}
