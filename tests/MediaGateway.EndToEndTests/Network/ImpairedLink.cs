namespace MediaGateway.EndToEndTests.Network;

/// <summary>
/// One direction of a link on a time of its own: datagrams go in, and come out as <see cref="Conditions"/> say. Bounded by the queue
/// and by <see cref="MaximumDatagrams"/>; what does not fit is dropped. Not thread-safe, but for <see cref="Conditions"/>.
/// </summary>
/// <param name="seed">Of everything random.</param>
internal sealed class ImpairedLink(int seed)
{
    /// <summary>Datagrams under way at the same time.</summary>
    public const int MaximumDatagrams = 20_000;

    private const int HeaderBytes = 28; // IPv4 and UDP.
    private const double BitsPerByte = 8;

    private readonly Random _random = new(seed);
    private readonly Queue<Waiting> _waiting = new();
    private readonly PriorityQueue<LinkDatagram, (TimeSpan At, long Order)> _travelling = new();
    private volatile LinkConditions _conditions = LinkConditions.Perfect;
    private TimeSpan _freeAt;
    private TimeSpan _lastArrival;
    private long _waitingBytes;
    private long _order;

    /// <summary>What the link does from now on; datagrams on their way keep the time they have. Any thread.</summary>
    public LinkConditions Conditions
    {
        get => _conditions;
        set => _conditions = value;
    }

    /// <summary>Datagrams that went in.</summary>
    public long Entered { get; private set; }

    /// <summary>Datagrams lost at random.</summary>
    public long Lost { get; private set; }

    /// <summary>Datagrams that found the queue full.</summary>
    public long Overflowed { get; private set; }

    /// <summary>Bytes that came out, without IP and UDP headers.</summary>
    public long BytesDelivered { get; private set; }

    /// <summary>When something will come out or move on; <see cref="TimeSpan.MaxValue"/> for never.</summary>
    public TimeSpan NextDeadline
    {
        get
        {
            TimeSpan served = _waiting.Count > 0 ? _freeAt : TimeSpan.MaxValue;
            return _travelling.TryPeek(out _, out (TimeSpan At, long Order) first) && first.At < served ? first.At : served;
        }
    }

    /// <summary>How long a datagram that enters now would wait for its turn.</summary>
    public TimeSpan QueueingDelay(TimeSpan now)
    {
        TimeSpan rest = _freeAt > now ? _freeAt - now : TimeSpan.Zero;
        return _conditions.BitsPerSecond > 0 ? rest + TransmissionTime(_waitingBytes, _conditions) : TimeSpan.Zero;
    }

    /// <summary>Takes a datagram in.</summary>
    public void Enter(LinkDatagram datagram, TimeSpan now)
    {
        LinkConditions conditions = _conditions;
        Entered++;
        Serve(now);
        if (_random.NextDouble() < conditions.Loss)
        {
            Lost++;
            return;
        }

        bool isFull = conditions.BitsPerSecond > 0 && QueueingDelay(now) > conditions.Queue;
        if (isFull || _waiting.Count + _travelling.Count >= MaximumDatagrams)
        {
            Overflowed++;
            return;
        }

        _waiting.Enqueue(new Waiting(datagram, now));
        _waitingBytes += SizeOf(datagram);
        Serve(now);
    }

    /// <summary>Takes out the next datagram that has arrived.</summary>
    public bool TryLeave(TimeSpan now, out LinkDatagram datagram)
    {
        Serve(now);
        if (!_travelling.TryPeek(out datagram, out (TimeSpan At, long Order) first) || first.At > now)
        {
            return false;
        }

        _travelling.Dequeue();
        BytesDelivered += datagram.Payload.Length;
        return true;
    }

    private static int SizeOf(LinkDatagram datagram) => datagram.Payload.Length + HeaderBytes;

    private static TimeSpan TransmissionTime(long bytes, LinkConditions conditions) => conditions.BitsPerSecond > 0
        ? TimeSpan.FromSeconds(bytes * BitsPerByte / conditions.BitsPerSecond)
        : TimeSpan.Zero;

    /// <summary>Transmits what waits, as far as time has come.</summary>
    private void Serve(TimeSpan now)
    {
        LinkConditions conditions = _conditions;
        while (_freeAt <= now && _waiting.TryDequeue(out Waiting next))
        {
            _waitingBytes -= SizeOf(next.Datagram);
            TimeSpan begin = _freeAt > next.EnteredAt ? _freeAt : next.EnteredAt;
            _freeAt = begin + TransmissionTime(SizeOf(next.Datagram), conditions);
            Travel(next.Datagram, _freeAt, conditions);
        }
    }

    private void Travel(LinkDatagram datagram, TimeSpan departure, LinkConditions conditions)
    {
        TimeSpan delay = conditions.Delay + (conditions.Jitter * ((2 * _random.NextDouble()) - 1));
        TimeSpan arrival = departure + (delay > TimeSpan.Zero ? delay : TimeSpan.Zero);
        if (_random.NextDouble() < conditions.Reordering)
        {
            arrival += conditions.ReorderDelay;
        }
        else
        {
            arrival = arrival > _lastArrival ? arrival : _lastArrival;
            _lastArrival = arrival;
        }

        int copies = _random.NextDouble() < conditions.Duplication ? 2 : 1;
        for (int copy = 0; copy < copies; copy++)
        {
            _travelling.Enqueue(datagram, (arrival, _order++));
        }
    }

    private readonly record struct Waiting(LinkDatagram Datagram, TimeSpan EnteredAt);
}

/// <summary>A datagram on a link.</summary>
/// <param name="Payload">Its bytes.</param>
/// <param name="Flow">Which of the relay's flows it belongs to.</param>
internal readonly record struct LinkDatagram(byte[] Payload, int Flow);
