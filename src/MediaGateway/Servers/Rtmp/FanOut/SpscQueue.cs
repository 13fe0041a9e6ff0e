using System.Numerics;

namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>
/// A bounded queue from one thread to another: one producer at a time, one consumer at a time, no lock and no allocation. When it is
/// full <see cref="TryEnqueue"/> says no and the producer decides what to give up.
/// </summary>
internal sealed class SpscQueue<T>
{
    private readonly T[] _items;
    private readonly int _mask;
    private long _head;
    private long _tail;

    /// <summary>Makes a queue for at least <paramref name="capacity"/> items.</summary>
    public SpscQueue(int capacity)
    {
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)capacity);
        _items = new T[size];
        _mask = size - 1;
    }

    /// <summary>Items now queued. Exact for the consumer; for the producer it may already be less.</summary>
    public int Count => (int)(Volatile.Read(ref _tail) - Volatile.Read(ref _head));

    /// <summary>Producer: appends an item; false when the queue is full.</summary>
    public bool TryEnqueue(in T item)
    {
        long tail = _tail;
        if (tail - Volatile.Read(ref _head) > _mask)
        {
            return false;
        }

        _items[(int)tail & _mask] = item;
        Volatile.Write(ref _tail, tail + 1);
        return true;
    }

    /// <summary>Consumer: the item <paramref name="offset"/> places behind the head, which must be there; it stays queued.</summary>
    public ref readonly T Peek(int offset) => ref _items[(int)(_head + offset) & _mask];

    /// <summary>Consumer: takes the head; false when the queue is empty.</summary>
    public bool TryDequeue(out T item)
    {
        long head = _head;
        if (head == Volatile.Read(ref _tail))
        {
            item = default!; // Not read: the answer is false.
            return false;
        }

        ref T slot = ref _items[(int)head & _mask];
        item = slot;
        slot = default!; // Let go of what the item refers to.
        Volatile.Write(ref _head, head + 1);
        return true;
    }
}
