namespace MediaGateway.WebRtc.Congestion;

/// <summary>
/// The packets sent lately, by their transport-wide sequence numbers, until feedback tells of them. Bounded: the oldest gives way to the
/// newest, and feedback on it is ignored.
/// </summary>
internal sealed class SentPackets
{
    /// <summary>Packets remembered: over two seconds of 8 Mbit/s.</summary>
    public const int Capacity = 2048;

    private readonly Entry[] _entries = new Entry[Capacity];
    private long _newest = -1;

    /// <summary>Whether a packet has been sent at all.</summary>
    public bool HasPackets => _newest >= 0;

    /// <summary>Remembers a packet.</summary>
    public void Add(ushort sequence, int bytes, int probe, TimeSpan now)
    {
        _newest = _newest < 0 ? sequence + ((long)ushort.MaxValue + 1) : Unwrap(sequence);
        _entries[_newest & (Capacity - 1)] = new Entry(_newest, now, bytes, probe, State.Sent);
    }

    /// <summary>Notes that a packet has arrived; false: it is unknown, or was known to have arrived.</summary>
    /// <param name="sequence">Its sequence number.</param>
    /// <param name="packet">The packet.</param>
    /// <param name="wasLost">Whether it had been given for lost.</param>
    public bool TryArrive(ushort sequence, out Entry packet, out bool wasLost)
    {
        wasLost = false;
        if (!TryFind(sequence, out packet) || packet.State == State.Arrived)
        {
            return false;
        }

        wasLost = packet.State == State.Lost;
        _entries[packet.Sequence & (Capacity - 1)] = packet with { State = State.Arrived };
        return true;
    }

    /// <summary>Notes that a packet has not arrived; false: it is unknown, or its fate was known.</summary>
    public bool TryLose(ushort sequence)
    {
        if (!TryFind(sequence, out Entry packet) || packet.State != State.Sent)
        {
            return false;
        }

        _entries[packet.Sequence & (Capacity - 1)] = packet with { State = State.Lost };
        return true;
    }

    private long Unwrap(ushort sequence) => _newest + unchecked((short)(sequence - (ushort)_newest));

    private bool TryFind(ushort sequence, out Entry packet)
    {
        packet = default;
        long unwrapped = Unwrap(sequence);
        if (!HasPackets || unwrapped < 0 || unwrapped > _newest)
        {
            return false;
        }

        packet = _entries[unwrapped & (Capacity - 1)];
        return packet.Sequence == unwrapped && packet.Bytes > 0;
    }

    /// <summary>What is known of a packet.</summary>
    internal enum State
    {
        /// <summary>Nothing yet.</summary>
        Sent,

        /// <summary>The peer says that it has not come.</summary>
        Lost,

        /// <summary>The peer says that it has come.</summary>
        Arrived,
    }

    /// <summary>A packet.</summary>
    /// <param name="Sequence">Its unwrapped sequence number.</param>
    /// <param name="SentAt">When it left.</param>
    /// <param name="Bytes">Its size.</param>
    /// <param name="Probe">The burst that it belongs to; 0 for none.</param>
    /// <param name="State">What is known of it.</param>
    internal readonly record struct Entry(long Sequence, TimeSpan SentAt, int Bytes, int Probe, State State);
}
