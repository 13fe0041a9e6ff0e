using System.Runtime.InteropServices;

namespace MediaGateway.Native.Opus;

/// <summary>libopus refused something that never fails with the library in order. A broken packet is not an exception.</summary>
public sealed class OpusException : Exception
{
    /// <summary>Makes an exception for an error code of libopus.</summary>
    internal OpusException(string function, int code)
        : base($"libopus: {function} failed: {Marshal.PtrToStringUTF8(LibOpus.opus_strerror(code))} ({code})")
    {
    }
}
