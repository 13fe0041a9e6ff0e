using System.Diagnostics;
using System.Numerics;

namespace MediaGateway.Media.Memory;

/// <summary>
/// Rents blocks in power-of-two size classes from 2 KiB to 1 MiB. The <see cref="PooledBuffer"/> objects are pooled together with
/// their arrays, so a rent in steady state allocates nothing. Larger blocks are allocated and left to the garbage collector.
/// Safe to call from any thread.
/// </summary>
public class BufferPool
{
    /// <summary>The smallest block, in bytes: one datagram.</summary>
    public const int SmallestBlockBytes = 2048;

    /// <summary>The largest block that is kept for reuse, in bytes.</summary>
    public const int LargestPooledBytes = 1024 * 1024;

    private const int SizeClasses = 10;

    /// <summary>Idle memory kept per size class, in bytes; what is returned beyond it is left to the garbage collector.</summary>
    private const int IdleBytesPerClass = 16 * 1024 * 1024;

    private static readonly int OwnerCount = Enum.GetValues<BufferOwner>().Length;

    private readonly FreeList[] _free = CreateFreeLists();
    private readonly long[] _outstanding = new long[OwnerCount];

    /// <summary>Blocks now rented under <paramref name="owner"/>.</summary>
    public long Outstanding(BufferOwner owner) => Volatile.Read(ref _outstanding[(int)owner]);

    /// <summary>Rents a block of at least <paramref name="minimumBytes"/>. The caller owns it. Its content is undefined.</summary>
    public PooledBuffer Rent(int minimumBytes, BufferOwner owner)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(minimumBytes);
        int sizeClass = SizeClassOf(minimumBytes);
        PooledBuffer buffer = Take(sizeClass) ?? new PooledBuffer(this, new byte[BytesOf(sizeClass, minimumBytes)], sizeClass);
        buffer.MarkRented(owner);
        Interlocked.Increment(ref _outstanding[(int)owner]);
        OnRented(buffer);
        return buffer;
    }

    internal void Return(PooledBuffer buffer)
    {
        Interlocked.Decrement(ref _outstanding[(int)buffer.Owner]);
        OnReturned(buffer);
        Poison(buffer);
        Keep(buffer);
    }

    /// <summary>Called after each rent; for pools that watch their users.</summary>
    protected virtual void OnRented(PooledBuffer buffer)
    {
    }

    /// <summary>Called before each return; for pools that watch their users.</summary>
    protected virtual void OnReturned(PooledBuffer buffer)
    {
    }

    /// <summary>Whether returned blocks may be rented again. A watching pool says no, so that stale use is caught.</summary>
    protected virtual bool Reuses => true;

    private static int SizeClassOf(int bytes)
    {
        if (bytes > LargestPooledBytes)
        {
            return -1;
        }

        uint rounded = BitOperations.RoundUpToPowerOf2((uint)Math.Max(bytes, SmallestBlockBytes));
        return BitOperations.Log2(rounded / SmallestBlockBytes);
    }

    private static int BytesOf(int sizeClass, int minimumBytes) => sizeClass < 0 ? minimumBytes : SmallestBlockBytes << sizeClass;

    private static FreeList[] CreateFreeLists()
    {
        var lists = new FreeList[SizeClasses];
        for (int sizeClass = 0; sizeClass < SizeClasses; sizeClass++)
        {
            lists[sizeClass] = new FreeList(Math.Max(16, IdleBytesPerClass / (SmallestBlockBytes << sizeClass)));
        }

        return lists;
    }

    private PooledBuffer? Take(int sizeClass) => sizeClass < 0 ? null : _free[sizeClass].TryTake();

    private void Keep(PooledBuffer buffer)
    {
        if (Reuses && buffer.SizeClass >= 0)
        {
            _free[buffer.SizeClass].TryKeep(buffer);
        }
    }

    [Conditional("DEBUG")]
    private static void Poison(PooledBuffer buffer) => buffer.Array.AsSpan().Fill(0xDD);

    /// <summary>A bounded ring of idle blocks; full means: drop the returned block.</summary>
    private sealed class FreeList(int capacity)
    {
        private readonly Lock _lock = new();
        private readonly PooledBuffer?[] _items = new PooledBuffer?[capacity];
        private int _count;

        public PooledBuffer? TryTake()
        {
            lock (_lock)
            {
                if (_count == 0)
                {
                    return null;
                }

                _count--;
                PooledBuffer? buffer = _items[_count];
                _items[_count] = null;
                return buffer;
            }
        }

        public void TryKeep(PooledBuffer buffer)
        {
            lock (_lock)
            {
                if (_count < _items.Length)
                {
                    _items[_count++] = buffer;
                }
            }
        }
    }
}
