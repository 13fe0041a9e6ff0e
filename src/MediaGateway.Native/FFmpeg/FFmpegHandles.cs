namespace MediaGateway.Native.FFmpeg;

/// <summary>An <c>AVCodecContext*</c>.</summary>
internal sealed unsafe class AvCodecContextHandle() : CountedHandle(NativeHandleKind.CodecContext)
{
    /// <inheritdoc/>
    protected override bool Free()
    {
        nint pointer = handle;
        AvCodec.avcodec_free_context(&pointer);
        return true;
    }
}

/// <summary>An <c>AVCodecParameters*</c>.</summary>
internal sealed unsafe class AvCodecParametersHandle() : CountedHandle(NativeHandleKind.CodecParameters)
{
    /// <inheritdoc/>
    protected override bool Free()
    {
        nint pointer = handle;
        AvCodec.avcodec_parameters_free(&pointer);
        return true;
    }
}

/// <summary>An <c>AVPacket*</c>.</summary>
internal sealed unsafe class AvPacketHandle() : CountedHandle(NativeHandleKind.CodecPacket)
{
    /// <inheritdoc/>
    protected override bool Free()
    {
        nint pointer = handle;
        AvCodec.av_packet_free(&pointer);
        return true;
    }
}

/// <summary>A <c>SwsContext*</c>.</summary>
internal sealed class SwsContextHandle() : CountedHandle(NativeHandleKind.Scaler)
{
    /// <inheritdoc/>
    protected override bool Free()
    {
        SwScale.sws_freeContext(handle);
        return true;
    }
}

/// <summary>An <c>AVFrame*</c>.</summary>
internal sealed unsafe class AvFrameHandle() : CountedHandle(NativeHandleKind.CodecFrame)
{
    /// <inheritdoc/>
    protected override bool Free()
    {
        nint pointer = handle;
        AvUtil.av_frame_free(&pointer);
        return true;
    }
}
