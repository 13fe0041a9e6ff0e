namespace MediaGateway.Media.Memory;

/// <summary>
/// One rented block of memory. It has exactly one owner at any time; handing the object over hands the ownership over.
/// Any thread may dispose it, once.
/// </summary>
public sealed class PooledBuffer : IDisposable
{
    private readonly BufferPool _pool;
    private readonly byte[] _array;
    private int _rented;

    internal PooledBuffer(BufferPool pool, byte[] array, int sizeClass)
    {
        _pool = pool;
        _array = array;
        SizeClass = sizeClass;
    }

    /// <summary>The tag given when the block was rented.</summary>
    public BufferOwner Owner { get; private set; }

    /// <summary>Bytes that fit; at least as many as were asked for.</summary>
    public int Capacity => _array.Length;

    /// <summary>The whole block. Valid until the owner disposes the buffer.</summary>
    public Span<byte> Span
    {
        get
        {
            ThrowIfReturned();
            return _array;
        }
    }

    /// <summary>The whole block. Valid until the owner disposes the buffer.</summary>
    public Memory<byte> Memory
    {
        get
        {
            ThrowIfReturned();
            return _array;
        }
    }

    /// <summary>The index of the pool's size class, or -1 for a block larger than every class.</summary>
    internal int SizeClass { get; }

    internal byte[] Array => _array;

    /// <summary>Returns the block to its pool.</summary>
    /// <exception cref="InvalidOperationException">The block was returned before.</exception>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _rented, 0) == 0)
        {
            throw new InvalidOperationException("A pooled buffer was returned twice.");
        }

        _pool.Return(this);
    }

    internal void MarkRented(BufferOwner owner)
    {
        Owner = owner;
        Volatile.Write(ref _rented, 1);
    }

    private void ThrowIfReturned()
    {
        if (Volatile.Read(ref _rented) == 0)
        {
            throw new InvalidOperationException("A pooled buffer was used after it was returned.");
        }
    }
}
