using Microsoft.Win32.SafeHandles;

namespace MediaGateway.Native.Opus;

/// <summary>An <c>OpusDecoder*</c>.</summary>
internal sealed class OpusDecoderHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        LibOpus.opus_decoder_destroy(handle);
        return true;
    }
}

/// <summary>An <c>OpusEncoder*</c>.</summary>
internal sealed class OpusEncoderHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        LibOpus.opus_encoder_destroy(handle);
        return true;
    }
}
