using System.Diagnostics;

namespace MediaGateway.WebRtc.Rtp;

/// <summary>
/// Puts packets back into the order of their sequence numbers. A ring of fixed size that owns the packets in it; a packet further
/// ahead than the ring is long does not fit, and the caller decides what to give up.
/// </summary>
internal sealed class ReorderBuffer : IDisposable
{
    private readonly ReceivedPacket[] _slots;
    private readonly bool[] _used;
    private readonly int _mask;

    /// <summary>Makes a ring of <paramref name="capacity"/> packets, a power of two.</summary>
    public ReorderBuffer(int capacity)
    {
        Debug.Assert(int.IsPow2(capacity), "the ring is indexed by a mask");
        _slots = new ReceivedPacket[capacity];
        _used = new bool[capacity];
        _mask = capacity - 1;
    }

    /// <summary>The sequence number that leaves next.</summary>
    public long Next { get; private set; }

    /// <summary>Packets held.</summary>
    public int Count { get; private set; }

    /// <summary>Whether packets wait for one that has not come.</summary>
    public bool HasGap => Count > 0 && !Holds(Next);

    /// <summary>Whether the packet is held.</summary>
    public bool Holds(long sequence) => _used[sequence & _mask] && _slots[sequence & _mask].Sequence == sequence;

    /// <summary>Whether the ring reaches as far as <paramref name="sequence"/>.</summary>
    public bool Reaches(long sequence) => sequence - Next < _slots.Length;

    /// <summary>Takes a packet, not before <see cref="Next"/>, within reach and not held yet. Takes ownership of its buffer.</summary>
    public void Add(in ReceivedPacket packet)
    {
        Debug.Assert(packet.Sequence >= Next && Reaches(packet.Sequence) && !Holds(packet.Sequence), "the caller has looked");
        _slots[packet.Sequence & _mask] = packet;
        _used[packet.Sequence & _mask] = true;
        Count++;
    }

    /// <summary>Takes the packet in order, if it has come. The caller owns its buffer.</summary>
    public bool TryTakeNext(out ReceivedPacket packet)
    {
        if (!Holds(Next))
        {
            packet = default;
            return false;
        }

        packet = _slots[Next & _mask];
        Free(Next);
        Next++;
        return true;
    }

    /// <summary>Gives up the missing packets before the first one held.</summary>
    /// <returns>How many were given up.</returns>
    public int SkipGap()
    {
        Debug.Assert(Count > 0, "there is a packet to go on with");
        long start = Next;
        while (!Holds(Next))
        {
            Next++;
        }

        return (int)(Next - start);
    }

    /// <summary>Drops everything before <paramref name="sequence"/> and goes on there.</summary>
    /// <returns>How many packets had not come.</returns>
    public long SkipTo(long sequence)
    {
        long missing = sequence - Next - Count;
        for (long dropped = Next; Count > 0 && dropped < sequence; dropped++)
        {
            if (Holds(dropped))
            {
                _slots[dropped & _mask].Buffer.Dispose();
                Free(dropped);
            }
        }

        Next = sequence;
        return missing + Count;
    }

    /// <summary>Drops everything; the next packet may have any number.</summary>
    public void Restart(long next)
    {
        Dispose();
        Next = next;
    }

    /// <summary>Returns the packets held.</summary>
    public void Dispose()
    {
        for (int slot = 0; slot < _slots.Length && Count > 0; slot++)
        {
            if (_used[slot])
            {
                _slots[slot].Buffer.Dispose();
                Free(slot);
            }
        }
    }

    private void Free(long sequence)
    {
        _slots[sequence & _mask] = default;
        _used[sequence & _mask] = false;
        Count--;
    }
}
