using System.Runtime.InteropServices;

namespace MediaGateway.Native;

/// <summary>
/// A native handle that is counted from its making until it is freed. The object is made before the native call that fills it: one that
/// stays empty, because the call failed, counts until it is disposed of or collected.
/// </summary>
internal abstract class CountedHandle : SafeHandle
{
    private readonly NativeHandleKind _kind;
    private readonly nint _invalid;
    private int _isCounted = 1;

    /// <param name="kind">What it is.</param>
    /// <param name="invalid">The value that means none, beside -1.</param>
    protected CountedHandle(NativeHandleKind kind, nint invalid = 0)
        : base(invalid, ownsHandle: true)
    {
        (_kind, _invalid) = (kind, invalid);
        NativeHandleCounts.Change(kind, 1);
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == _invalid || handle == -1;

    /// <inheritdoc/>
    protected sealed override bool ReleaseHandle()
    {
        Uncount();
        return Free();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // ReleaseHandle is not called for these.
        if (IsInvalid)
        {
            Uncount();
        }

        base.Dispose(disposing);
    }

    /// <summary>Frees what the handle stands for. Called once.</summary>
    protected abstract bool Free();

    private void Uncount()
    {
        if (Interlocked.Exchange(ref _isCounted, 0) == 1)
        {
            NativeHandleCounts.Change(_kind, -1);
        }
    }
}
