using System.Runtime.InteropServices;

namespace MediaGateway.Native.Linux;

/// <summary>
/// A fixed number of pinning handles that are made once and pointed at one array after another, so that handing managed arrays to
/// a system call allocates nothing. One thread at a time.
/// </summary>
internal sealed unsafe class PinnedSlots : IDisposable
{
    private readonly PinnedGCHandle<byte[]?>[] _handles;

    /// <summary>Makes <paramref name="count"/> empty slots.</summary>
    public PinnedSlots(int count)
    {
        _handles = new PinnedGCHandle<byte[]?>[count];
        for (int slot = 0; slot < count; slot++)
        {
            _handles[slot] = new PinnedGCHandle<byte[]?>(null);
        }
    }

    /// <summary>Pins the array behind <paramref name="memory"/> and returns the address of its first byte; the slot's last one is free.</summary>
    /// <exception cref="ArgumentException">The memory has no array behind it.</exception>
    public byte* Pin(int slot, ReadOnlyMemory<byte> memory)
    {
        if (!MemoryMarshal.TryGetArray(memory, out ArraySegment<byte> segment))
        {
            throw new ArgumentException("Only memory that lies in an array can be sent.", nameof(memory));
        }

        _handles[slot].Target = segment.Array;
        return _handles[slot].GetAddressOfArrayData() + segment.Offset;
    }

    /// <summary>Lets go of the slot's array.</summary>
    public void Unpin(int slot) => _handles[slot].Target = null;

    /// <inheritdoc/>
    public void Dispose()
    {
        for (int slot = 0; slot < _handles.Length; slot++)
        {
            _handles[slot].Dispose();
        }
    }
}
