using Microsoft.Win32.SafeHandles;

namespace MediaGateway.Native.Linux;

/// <summary>A file descriptor of our own making, closed once.</summary>
internal sealed class FileDescriptorHandle() : SafeHandleMinusOneIsInvalid(ownsHandle: true)
{
    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Libc.close(handle) == 0;
}
