using MediaGateway.Native.FFmpeg;

namespace MediaGateway.Native.Video;

/// <summary>A decoded picture on its way from the decoder to an encoder: an <c>AVFrame</c> that both share, without a copy.</summary>
internal sealed unsafe class DecodedPicture : IDisposable
{
    /// <summary>The frame itself.</summary>
    public AvFrameHandle Handle { get; } = AvUtil.av_frame_alloc();

    /// <summary>Pixels of a row.</summary>
    public int Width
    {
        get => *(int*)(Fields + FFmpegLayout.FrameWidth);
        set => *(int*)(Fields + FFmpegLayout.FrameWidth) = value;
    }

    /// <summary>Rows of pixels.</summary>
    public int Height
    {
        get => *(int*)(Fields + FFmpegLayout.FrameHeight);
        set => *(int*)(Fields + FFmpegLayout.FrameHeight) = value;
    }

    /// <summary>How the pixels are stored, one of <c>AV_PIX_FMT_*</c>.</summary>
    public int PixelFormat => *(int*)(Fields + FFmpegLayout.FrameFormat);

    /// <summary>When it is shown, as the decoder was told.</summary>
    public long Time
    {
        get => *(long*)(Fields + FFmpegLayout.FramePresentation);
        set => *(long*)(Fields + FFmpegLayout.FramePresentation) = value;
    }

    /// <summary>Where each plane of the pixels begins.</summary>
    public byte** Planes => (byte**)(Fields + FFmpegLayout.FrameData);

    /// <summary>Bytes from one row to the next, of each plane.</summary>
    public int* Strides => (int*)(Fields + FFmpegLayout.FrameLineSize);

    private byte* Fields => (byte*)Handle.DangerousGetHandle();

    /// <summary>Says how it is to be encoded: as a keyframe, or as the encoder sees fit, and not as it was encoded before.</summary>
    public void SetKeyframe(bool isKeyframe) =>
        *(int*)(Fields + FFmpegLayout.FramePictureType) = isKeyframe ? AvUtil.AV_PICTURE_TYPE_I : AvUtil.AV_PICTURE_TYPE_NONE;

    /// <summary>Gives it memory for pixels of its own.</summary>
    /// <exception cref="FFmpegException">There is none.</exception>
    public void Allocate(int width, int height, int pixelFormat)
    {
        (Width, Height) = (width, height);
        *(int*)(Fields + FFmpegLayout.FrameFormat) = pixelFormat;
        FFmpegException.ThrowIfFailed(AvUtil.av_frame_get_buffer(Handle, align: 0), "av_frame_get_buffer");
    }

    /// <summary>Lets the pixels go.</summary>
    public void Clear() => AvUtil.av_frame_unref(Handle);

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();
}
