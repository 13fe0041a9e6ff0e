using Microsoft.Win32.SafeHandles;

namespace MediaGateway.Native.Speex;

/// <summary>An encoder's <c>void*</c> state.</summary>
internal sealed class SpeexEncoderHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        LibSpeex.speex_encoder_destroy(handle);
        return true;
    }
}
