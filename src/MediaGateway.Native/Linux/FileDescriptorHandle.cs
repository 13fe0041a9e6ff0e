namespace MediaGateway.Native.Linux;

/// <summary>A file descriptor of our own making, closed once.</summary>
internal sealed class FileDescriptorHandle() : CountedHandle(NativeHandleKind.FileDescriptor, invalid: -1)
{
    /// <inheritdoc/>
    protected override bool Free() => Libc.close(handle) == 0;
}
