namespace MediaGateway.Native.Linux;

/// <summary>A file descriptor of our own making, closed once.</summary>
internal sealed class FileDescriptorHandle() : CountedHandle(NativeHandleKind.FileDescriptor, invalid: -1)
{
    // The C library returns an int: the upper half of what comes back as an IntPtr says nothing.
    /// <inheritdoc/>
    public override bool IsInvalid => unchecked((int)handle) < 0;

    /// <inheritdoc/>
    protected override bool Free() => Libc.close(handle) == 0;
}
