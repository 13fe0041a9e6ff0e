using MediaGateway.Native.FFmpeg;

namespace MediaGateway.Native.Video;

/// <summary>
/// libswscale from one size and form of pictures to another: bicubic, as FFmpeg itself scales. The outcome is valid until the next call.
/// One thread at a time; allocates no managed memory per picture.
/// </summary>
internal sealed unsafe class PictureScaler : IDisposable
{
    private readonly SwsContextHandle _context;
    private readonly DecodedPicture _scaled = new();
    private readonly (int Width, int Height, int Format) _source;

    /// <summary>Makes a scaler for pictures such as <paramref name="source"/>.</summary>
    /// <param name="source">Its size and form count.</param>
    /// <param name="width">Pixels of a row that come out; even.</param>
    /// <param name="height">Rows that come out; even.</param>
    /// <param name="pixelFormat">The form that comes out, one of <c>AV_PIX_FMT_*</c>.</param>
    /// <exception cref="NotSupportedException">The library does not take the form of the pictures.</exception>
    /// <exception cref="FFmpegException">There is no memory for a picture.</exception>
    public PictureScaler(DecodedPicture source, int width, int height, int pixelFormat)
    {
        _source = (source.Width, source.Height, source.PixelFormat);
        _context = SwScale.sws_getContext(
            source.Width, source.Height, source.PixelFormat, width, height, pixelFormat, SwScale.SWS_BICUBIC, 0, 0, null);
        try
        {
            if (_context.IsInvalid)
            {
                throw new NotSupportedException("The pictures have a form that cannot be scaled.");
            }

            _scaled.Allocate(width, height, pixelFormat);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Whether the library is installed.</summary>
    public static bool IsInstalled => LibraryResolver.Resolve(LibraryResolver.SwScale) != 0;

    /// <summary>Whether it takes a picture: size and form are those that it was made for.</summary>
    public bool Takes(DecodedPicture picture) => _source == (picture.Width, picture.Height, picture.PixelFormat);

    /// <summary>Scales a picture; the outcome has its time.</summary>
    /// <exception cref="FFmpegException">The library has failed.</exception>
    public DecodedPicture Scale(DecodedPicture picture)
    {
        // An encoder may still hold the picture before.
        FFmpegException.ThrowIfFailed(AvUtil.av_frame_make_writable(_scaled.Handle), "av_frame_make_writable");
        int rows = SwScale.sws_scale(_context, picture.Planes, picture.Strides, 0, picture.Height, _scaled.Planes, _scaled.Strides);
        FFmpegException.ThrowIfFailed(rows, "sws_scale");
        _scaled.Time = picture.Time;
        return _scaled;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _scaled.Dispose();
        _context.Dispose();
    }
}
