using System.Numerics;

namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>
/// A bounded queue from one thread to another: one producer at a time, one consumer at a time, no lock. When it is full
/// <see cref="TryEnqueue"/> says no and the producer decides what to give up. It begins small, as there is one for each connection, and
/// grows with what ever waited in it, each time to twice the places; in steady state it allocates nothing.
/// </summary>
internal sealed class SpscQueue<T>
{
    private const int FirstPlaces = 4;

    private readonly int _limit;

    // The producer's.
    private Segment _last;
    private long _added;

    // The consumer's.
    private Segment _first;
    private long _taken;

    /// <summary>Makes a queue for at least <paramref name="capacity"/> items.</summary>
    public SpscQueue(int capacity)
    {
        _limit = (int)BitOperations.RoundUpToPowerOf2((uint)capacity);
        _first = _last = new Segment(Math.Min(FirstPlaces, _limit));
    }

    /// <summary>Items now queued. Exact for the consumer; for the producer it may already be less.</summary>
    public int Count => (int)(Volatile.Read(ref _added) - Volatile.Read(ref _taken));

    /// <summary>Producer: appends an item; false when the queue is full.</summary>
    public bool TryEnqueue(in T item)
    {
        if (_added - Volatile.Read(ref _taken) >= _limit)
        {
            return false;
        }

        if (!_last.TryAdd(item))
        {
            Segment larger = new(Math.Min(2 * _last.Places, _limit));
            larger.TryAdd(item);
            _last.Next = larger;
            _last = larger;
        }

        Volatile.Write(ref _added, _added + 1);
        return true;
    }

    /// <summary>Consumer: the item <paramref name="offset"/> places behind the head, which must be there; it stays queued.</summary>
    public ref readonly T Peek(int offset)
    {
        Segment segment = _first;
        while (offset >= segment.Count)
        {
            offset -= segment.Count;
            segment = segment.Next!; // The item is there, and so it is further on.
        }

        return ref segment.Peek(offset);
    }

    /// <summary>Consumer: takes the head; false when the queue is empty.</summary>
    public bool TryDequeue(out T item)
    {
        if (_taken == Volatile.Read(ref _added))
        {
            item = default!; // Not read: the answer is false.
            return false;
        }

        // An item is counted after it was put in its place: what the first segment does not have is in one behind it, and the first
        // gets no more.
        while (_first.Count == 0)
        {
            _first = _first.Next!;
        }

        item = _first.Take();
        Volatile.Write(ref _taken, _taken + 1);
        return true;
    }

    /// <summary>A ring of places; when it has become too small, another one follows and nothing more is added to this one.</summary>
    private sealed class Segment(int places)
    {
        private readonly T[] _items = new T[places];
        private readonly int _mask = places - 1;
        private long _head;
        private long _tail;
        private Segment? _next;

        public int Places => places;

        public int Count => (int)(Volatile.Read(ref _tail) - Volatile.Read(ref _head));

        public Segment? Next
        {
            get => Volatile.Read(ref _next);
            set => Volatile.Write(ref _next, value);
        }

        public bool TryAdd(in T item)
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

        public ref readonly T Peek(int offset) => ref _items[(int)(_head + offset) & _mask];

        public T Take()
        {
            ref T slot = ref _items[(int)_head & _mask];
            T item = slot;
            slot = default!; // Let go of what the item refers to.
            Volatile.Write(ref _head, _head + 1);
            return item;
        }
    }
}
