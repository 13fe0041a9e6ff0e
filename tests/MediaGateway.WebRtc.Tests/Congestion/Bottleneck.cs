namespace MediaGateway.WebRtc.Tests.Congestion;

/// <summary>What a <see cref="Bottleneck"/> is like.</summary>
internal sealed record BottleneckConditions
{
    /// <summary>Bits that pass per second.</summary>
    public long BitsPerSecond { get; init; }

    /// <summary>How long a packet may wait for its turn; one that would wait longer is lost.</summary>
    public TimeSpan LongestQueue { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>One way, beside the queue.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Added to the delay, evenly spread from nothing to this; keeps the order.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>Share lost for no reason of ours, 0 to 1.</summary>
    public double Loss { get; init; }

    /// <summary>Bits per second that somebody else sends through the same queue, and does not slow down.</summary>
    public long OthersBitsPerSecond { get; init; }

    /// <summary>Every so often nothing comes out for a moment, as with radio or a busy machine; zero: never.</summary>
    public TimeSpan StallEvery { get; init; }

    /// <summary>The longest such moment.</summary>
    public TimeSpan LongestStall { get; init; }
}

/// <summary>One direction of a path whose narrowest place has a queue, in virtual time; the same for the same seed.</summary>
/// <param name="seed">Which run of chance.</param>
internal sealed class Bottleneck(int seed)
{
    private const double BitsPerByte = 8;
    private const int HeaderBytes = 28; // IPv4 and UDP.
    private const int OthersPacket = 1250;

    private readonly Random _random = new(seed);
    private readonly Queue<(byte[]? Packet, int Bytes)> _waiting = new();
    private readonly Queue<(byte[] Packet, TimeSpan At)> _travelling = new();
    private long _waitingBytes;
    private TimeSpan _freeAt;
    private TimeSpan _lastArrival;
    private TimeSpan _othersAt;
    private TimeSpan _stallFrom = TimeSpan.MaxValue;
    private TimeSpan _stallTo;

    /// <summary>What it is like from now on.</summary>
    public required BottleneckConditions Conditions { get; set; }

    /// <summary>Packets that found the queue full.</summary>
    public long Overflowed { get; private set; }

    /// <summary>How long a packet that enters now would wait.</summary>
    public TimeSpan QueueAt(TimeSpan now) => TimeFor(_waitingBytes) + (_freeAt > now ? _freeAt - now : TimeSpan.Zero);

    /// <summary>Takes a packet in.</summary>
    public void Enter(byte[] packet, TimeSpan now)
    {
        if (_random.NextDouble() >= Conditions.Loss)
        {
            Enqueue(packet, packet.Length + HeaderBytes, now);
        }
    }

    /// <summary>Takes out the next packet that has arrived, with its exact time.</summary>
    public bool TryLeave(TimeSpan now, out byte[] packet, out TimeSpan arrivedAt)
    {
        Serve(now);
        (packet, arrivedAt) = _travelling.TryPeek(out (byte[] Packet, TimeSpan At) next) ? next : ([], TimeSpan.MaxValue);
        if (arrivedAt > now)
        {
            return false;
        }

        _travelling.Dequeue();
        return true;
    }

    /// <summary>Lets time pass; often, because the others send between any two calls.</summary>
    public void Advance(TimeSpan now)
    {
        _othersAt = _othersAt == default || Conditions.OthersBitsPerSecond == 0 ? now : _othersAt;
        while (_othersAt < now)
        {
            Enqueue(null, OthersPacket, _othersAt);
            _othersAt += TimeSpan.FromSeconds(OthersPacket * BitsPerByte / Conditions.OthersBitsPerSecond);
        }

        Serve(now);
        if (Conditions.StallEvery > TimeSpan.Zero && (_stallFrom == TimeSpan.MaxValue || now > _stallTo))
        {
            _stallFrom = now + (Conditions.StallEvery * 2 * _random.NextDouble());
            _stallTo = _stallFrom + (Conditions.LongestStall * _random.NextDouble());
        }
    }

    private void Enqueue(byte[]? packet, int bytes, TimeSpan now)
    {
        Serve(now);
        if (QueueAt(now) > Conditions.LongestQueue)
        {
            Overflowed += packet is null ? 0 : 1;
            return;
        }

        _freeAt = _waiting.Count == 0 && _freeAt < now ? now : _freeAt;
        _waiting.Enqueue((packet, bytes));
        _waitingBytes += bytes;
        Serve(now);
    }

    private void Serve(TimeSpan now)
    {
        while (_freeAt <= now && _waiting.TryDequeue(out (byte[]? Packet, int Bytes) next))
        {
            _waitingBytes -= next.Bytes;
            _freeAt += TimeFor(next.Bytes);
            if (next.Packet is not null)
            {
                Travel(next.Packet, _freeAt);
            }
        }
    }

    private void Travel(byte[] packet, TimeSpan departure)
    {
        TimeSpan arrival = departure + Conditions.Delay + (Conditions.Jitter * _random.NextDouble());
        arrival = arrival > _stallFrom && arrival < _stallTo ? _stallTo : arrival;
        arrival = arrival > _lastArrival ? arrival : _lastArrival;
        _lastArrival = arrival;
        _travelling.Enqueue((packet, arrival));
    }

    private TimeSpan TimeFor(long bytes) => TimeSpan.FromSeconds(bytes * BitsPerByte / Conditions.BitsPerSecond);
}
