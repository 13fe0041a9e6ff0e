using System.Runtime.InteropServices;

namespace MediaGateway.Native.FFmpeg;

/// <summary>A call into FFmpeg failed, or the installed FFmpeg is not one that we know.</summary>
public sealed class FFmpegException : Exception
{
    private const int TextBytes = 256;

    /// <summary>Makes an exception with words of our own.</summary>
    internal FFmpegException(string message)
        : base(message)
    {
    }

    /// <summary>Throws when <paramref name="result"/> is one of FFmpeg's error codes.</summary>
    internal static int ThrowIfFailed(int result, string function) =>
        result >= 0 ? result : throw new FFmpegException($"FFmpeg: {function} failed: {TextOf(result)} ({result})");

    private static unsafe string TextOf(int code)
    {
        byte* text = stackalloc byte[TextBytes];
        _ = AvUtil.av_strerror(code, text, TextBytes); // writes a text for unknown codes too
        return Marshal.PtrToStringUTF8((nint)text) ?? "unknown error";
    }
}
