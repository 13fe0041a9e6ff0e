using MediaGateway.Media.Memory;

namespace MediaGateway.Media.Hls;

/// <summary>
/// The bytes of one part, made once and sent to many: immutable, shared by reference count. Whoever makes it holds one reference; the last
/// release returns the memory. Any thread.
/// </summary>
public sealed class HlsBlob
{
    private readonly PooledBuffer _buffer;
    private int _references = 1;

    /// <summary>Takes ownership of the block.</summary>
    public HlsBlob(PooledBuffer buffer, int length)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)buffer.Capacity);
        (_buffer, Length) = (buffer, length);
    }

    /// <summary>Bytes.</summary>
    public int Length { get; }

    /// <summary>Bytes of memory that it keeps.</summary>
    public int Capacity => _buffer.Capacity;

    /// <summary>The bytes. Valid while the caller holds a reference.</summary>
    public ReadOnlyMemory<byte> Memory => _buffer.Memory[..Length];

    /// <summary>Adds a reference. Only who holds one, or the lock of who does, may call it.</summary>
    public HlsBlob AddReference()
    {
        Interlocked.Increment(ref _references);
        return this;
    }

    /// <summary>Gives one reference back.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            _buffer.Dispose();
        }
    }
}
