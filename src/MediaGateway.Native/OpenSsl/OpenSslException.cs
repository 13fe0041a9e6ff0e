using System.Runtime.InteropServices;

namespace MediaGateway.Native.OpenSsl;

/// <summary>A call into OpenSSL failed that never fails with the library in order.</summary>
public sealed class OpenSslException : Exception
{
    private const int TextBytes = 256;

    private OpenSslException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception from OpenSSL's error queue, which is emptied.</summary>
    internal static OpenSslException FromQueue(string function) => new($"OpenSSL: {function} failed: {TakeQueuedReason()}");

    /// <summary>Throws unless a call returned what it returns on success.</summary>
    internal static void ThrowUnless(bool succeeded, string function)
    {
        if (!succeeded)
        {
            throw FromQueue(function);
        }
    }

    /// <summary>Empties OpenSSL's error queue of this thread and returns its first entry in words.</summary>
    internal static unsafe string TakeQueuedReason()
    {
        CULong code = LibCrypto.ERR_get_error();
        if (code.Value == 0)
        {
            return "no reason given";
        }

        byte* text = stackalloc byte[TextBytes];
        LibCrypto.ERR_error_string_n(code, text, TextBytes);
        LibCrypto.ERR_clear_error();
        return Marshal.PtrToStringUTF8((nint)text) ?? "no reason given";
    }
}
