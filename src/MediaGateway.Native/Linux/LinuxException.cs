using System.ComponentModel;
using System.Runtime.InteropServices;

namespace MediaGateway.Native.Linux;

/// <summary>A system call failed in a way that no caller can cure: wrong descriptor, no memory, not permitted.</summary>
public sealed class LinuxException : Win32Exception
{
    /// <summary>Makes an exception for <paramref name="errorNumber"/>, saying which call failed.</summary>
    public LinuxException(string call, int errorNumber)
        : base(errorNumber, $"{call} failed: {Marshal.GetPInvokeErrorMessage(errorNumber)} (errno {errorNumber})")
    {
    }

    /// <summary>Throws for the last error when <paramref name="result"/> is negative.</summary>
    internal static void ThrowIfFailed(long result, string call)
    {
        if (result < 0)
        {
            throw new LinuxException(call, Marshal.GetLastPInvokeError());
        }
    }
}
