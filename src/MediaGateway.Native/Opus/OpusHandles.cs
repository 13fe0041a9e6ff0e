namespace MediaGateway.Native.Opus;

/// <summary>An <c>OpusDecoder*</c>.</summary>
internal sealed class OpusDecoderHandle() : CountedHandle(NativeHandleKind.OpusDecoder)
{
    /// <inheritdoc/>
    protected override bool Free()
    {
        LibOpus.opus_decoder_destroy(handle);
        return true;
    }
}

/// <summary>An <c>OpusEncoder*</c>.</summary>
internal sealed class OpusEncoderHandle() : CountedHandle(NativeHandleKind.OpusEncoder)
{
    /// <inheritdoc/>
    protected override bool Free()
    {
        LibOpus.opus_encoder_destroy(handle);
        return true;
    }
}
