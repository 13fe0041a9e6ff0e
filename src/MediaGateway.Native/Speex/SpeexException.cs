namespace MediaGateway.Native.Speex;

/// <summary>libspeex refused something that never fails with the library in order.</summary>
public sealed class SpeexException : Exception
{
    /// <summary>Makes an exception for a result of libspeex.</summary>
    internal SpeexException(string function, int result)
        : base($"libspeex: {function} gave {result}")
    {
    }
}
