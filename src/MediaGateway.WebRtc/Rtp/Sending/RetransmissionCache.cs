using System.Runtime.CompilerServices;

namespace MediaGateway.WebRtc.Rtp.Sending;

/// <summary>
/// The packets of one source that were sent last, in order of their sequence numbers. What is older than the keeping time is forgotten;
/// so is the oldest when <see cref="MaximumPackets"/> are there. Every entry holds a reference to its frame: memory is shared with
/// everybody else who holds the frame.
/// </summary>
internal sealed class RetransmissionCache : IDisposable
{
    /// <summary>Packets kept at most: two seconds of 10 Mbit/s.</summary>
    public const int MaximumPackets = 2048;

    /// <summary>Packets are kept so long at least, unless there are too many: receivers give a packet up after about a second.</summary>
    public static readonly TimeSpan MinimumAge = TimeSpan.FromSeconds(1);

    private const int FirstCapacity = 128;
    private const int RoundTripsKept = 4;

    private SentPacket[] _entries = new SentPacket[FirstCapacity];
    private ushort _next;

    /// <summary>Packets kept now.</summary>
    public int Count { get; private set; }

    /// <summary>How long packets are kept at a round-trip time.</summary>
    public static TimeSpan AgeFor(TimeSpan roundTripTime)
    {
        TimeSpan age = roundTripTime * RoundTripsKept;
        return age > MinimumAge ? age : MinimumAge;
    }

    /// <summary>Adds the packet with the sequence number after the one added last, and a reference to its frame.</summary>
    public void Add(in SentPacket packet, TimeSpan keepFrom)
    {
        Forget(keepFrom);
        if (Count == _entries.Length)
        {
            if (Count < MaximumPackets)
            {
                Grow();
            }
            else
            {
                ForgetOldest();
            }
        }

        packet.Frame?.AddReference();
        _next = unchecked((ushort)(packet.Header.SequenceNumber + 1));
        _entries[packet.Header.SequenceNumber % _entries.Length] = packet;
        Count++;
    }

    /// <summary>The packet of a sequence number; a null reference when it is not there (any more).</summary>
    public ref SentPacket Find(ushort sequenceNumber)
    {
        int age = unchecked((ushort)(_next - sequenceNumber));
        if (age == 0 || age > Count)
        {
            return ref Unsafe.NullRef<SentPacket>();
        }

        return ref _entries[sequenceNumber % _entries.Length];
    }

    /// <summary>The packet so many before the newest; a null reference when it is not there.</summary>
    public ref SentPacket Newest(int before) => ref Find(unchecked((ushort)(_next - 1 - before)));

    /// <summary>Forgets what was first sent before <paramref name="keepFrom"/>.</summary>
    public void Forget(TimeSpan keepFrom)
    {
        while (Count > 0 && _entries[OldestIndex].SentAt < keepFrom)
        {
            ForgetOldest();
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Dispose()
    {
        while (Count > 0)
        {
            ForgetOldest();
        }
    }

    private int OldestIndex => unchecked((ushort)(_next - Count)) % _entries.Length;

    private void ForgetOldest()
    {
        ref SentPacket oldest = ref _entries[OldestIndex];
        oldest.Frame?.Release();
        oldest = default;
        Count--;
    }

    /// <summary>Rare: the capacity stays, so that steady sending allocates nothing.</summary>
    private void Grow()
    {
        var entries = new SentPacket[_entries.Length * 2];
        for (int i = 0; i < Count; i++)
        {
            ref SentPacket packet = ref _entries[unchecked((ushort)(_next - Count + i)) % _entries.Length];
            entries[packet.Header.SequenceNumber % entries.Length] = packet;
        }

        _entries = entries;
    }
}
