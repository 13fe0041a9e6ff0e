namespace MediaGateway.Native.Speex;

/// <summary>An encoder's <c>void*</c> state.</summary>
internal sealed class SpeexEncoderHandle() : CountedHandle(NativeHandleKind.SpeexEncoder)
{
    /// <inheritdoc/>
    protected override bool Free()
    {
        LibSpeex.speex_encoder_destroy(handle);
        return true;
    }
}
