using Microsoft.Win32.SafeHandles;

namespace MediaGateway.Native.FFmpeg;

/// <summary>An <c>AVCodecContext*</c>.</summary>
internal sealed unsafe class AvCodecContextHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        nint pointer = handle;
        AvCodec.avcodec_free_context(&pointer);
        return true;
    }
}

/// <summary>An <c>AVCodecParameters*</c>.</summary>
internal sealed unsafe class AvCodecParametersHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        nint pointer = handle;
        AvCodec.avcodec_parameters_free(&pointer);
        return true;
    }
}

/// <summary>An <c>AVPacket*</c>.</summary>
internal sealed unsafe class AvPacketHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        nint pointer = handle;
        AvCodec.av_packet_free(&pointer);
        return true;
    }
}

/// <summary>A <c>SwsContext*</c>.</summary>
internal sealed class SwsContextHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        SwScale.sws_freeContext(handle);
        return true;
    }
}

/// <summary>An <c>AVFrame*</c>.</summary>
internal sealed unsafe class AvFrameHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        nint pointer = handle;
        AvUtil.av_frame_free(&pointer);
        return true;
    }
}
