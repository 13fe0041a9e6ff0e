namespace MediaGateway.Testing;

/// <summary>What a <see cref="LossyLink{T}"/> does to datagrams. Shares are 0 to 1.</summary>
public sealed record LinkConditions
{
    /// <summary>One way, without jitter.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Added to the delay, evenly spread from nothing to this; keeps the order unless <see cref="JitterReorders"/>.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>Whether jitter lets later datagrams overtake, as where each takes a path of its own.</summary>
    public bool JitterReorders { get; init; }

    /// <summary>Share lost.</summary>
    public double Loss { get; init; }

    /// <summary>Share held back, so that later ones overtake.</summary>
    public double Reordering { get; init; }

    /// <summary>How long those are held back.</summary>
    public TimeSpan ReorderingDelay { get; init; } = TimeSpan.FromMilliseconds(15);

    /// <summary>
    /// By how many later datagrams those are overtaken at most, instead of being held back for a time; 0: for a time. The number is
    /// drawn for each, from 1.
    /// </summary>
    public int ReorderingDepth { get; init; }

    /// <summary>Bits that pass per second, in order; 0: any number.</summary>
    public long BitsPerSecond { get; init; }

    /// <summary>How long a datagram may wait for its turn where the rate is limited; what would wait longer is lost.</summary>
    public TimeSpan LongestQueue { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Share delivered twice.</summary>
    public double Duplication { get; init; }

    /// <summary>Share in which one bit is flipped.</summary>
    public double Corruption { get; init; }

    /// <summary>Longer datagrams are lost.</summary>
    public int MaximumBytes { get; init; } = 1500;
}

/// <summary>
/// One direction of a network as a value that is driven, in virtual time: what is sent comes out later, or never, the same way for
/// the same seed.
/// </summary>
/// <typeparam name="T">What goes with each datagram, such as its path.</typeparam>
/// <param name="seed">Which run of chance.</param>
public sealed class LossyLink<T>(int seed)
{
    private readonly Random _random = new(seed);
    private readonly PriorityQueue<(T Tag, byte[] Datagram), (TimeSpan At, long Order)> _inFlight = new();
    private readonly List<(T Tag, byte[] Datagram, int Overtakers)> _overtaken = [];
    private TimeSpan _lastInOrder;
    private TimeSpan _rateFreeAt;
    private long _order;

    /// <summary>What the network is like from now on.</summary>
    public LinkConditions Conditions { get; set; } = new();

    /// <summary>Datagrams given to the link.</summary>
    public long Sent { get; private set; }

    /// <summary>Datagrams that will not arrive.</summary>
    public long Lost { get; private set; }

    /// <summary>Datagrams that others overtook.</summary>
    public long Reordered { get; private set; }

    /// <summary>When the next datagram arrives; <see cref="TimeSpan.MaxValue"/> for none.</summary>
    public TimeSpan NextArrival => _inFlight.TryPeek(out _, out (TimeSpan At, long Order) due) ? due.At : TimeSpan.MaxValue;

    /// <summary>Sends a datagram; the link keeps the array.</summary>
    public void Send(T tag, byte[] datagram, TimeSpan now)
    {
        Sent++;
        if (Chance(Conditions.Loss) || datagram.Length > Conditions.MaximumBytes)
        {
            Lost++;
            return;
        }

        if (Chance(Conditions.Corruption) && datagram.Length > 0)
        {
            datagram = [.. datagram];
            datagram[_random.Next(datagram.Length)] ^= (byte)(1 << _random.Next(8));
        }

        if (!TryPassRate(datagram.Length, ref now))
        {
            Lost++;
            return;
        }

        if (Conditions.ReorderingDepth > 0 && Chance(Conditions.Reordering))
        {
            Reordered++;
            _overtaken.Add((tag, datagram, _random.Next(1, Conditions.ReorderingDepth + 1)));
            return;
        }

        Enqueue(tag, datagram, now);
        if (Chance(Conditions.Duplication))
        {
            Enqueue(tag, [.. datagram], now);
        }

        LetOvertakenGo(now);
    }

    /// <summary>Takes the next datagram that has arrived by <paramref name="now"/>.</summary>
    public bool TryReceive(TimeSpan now, out T tag, out byte[] datagram)
    {
        if (NextArrival > now)
        {
            tag = default!; // not read when false
            datagram = [];
            return false;
        }

        (tag, datagram) = _inFlight.Dequeue();
        return true;
    }

    private void Enqueue(T tag, byte[] datagram, TimeSpan now)
    {
        TimeSpan arrival = now + Conditions.Delay + (Conditions.Jitter * _random.NextDouble());
        if (Conditions.ReorderingDepth == 0 && Chance(Conditions.Reordering))
        {
            Reordered++;
            arrival += Conditions.ReorderingDelay;
        }
        else if (!Conditions.JitterReorders)
        {
            arrival = arrival > _lastInOrder ? arrival : _lastInOrder;
            _lastInOrder = arrival;
        }

        _inFlight.Enqueue((tag, datagram), (arrival, _order++));
    }

    /// <summary>Waits for its turn; false: too long.</summary>
    private bool TryPassRate(int bytes, ref TimeSpan now)
    {
        if (Conditions.BitsPerSecond == 0)
        {
            return true;
        }

        TimeSpan begin = _rateFreeAt > now ? _rateFreeAt : now;
        if (begin - now > Conditions.LongestQueue)
        {
            return false;
        }

        _rateFreeAt = begin + TimeSpan.FromSeconds(bytes * 8.0 / Conditions.BitsPerSecond);
        now = _rateFreeAt;
        return true;
    }

    private void LetOvertakenGo(TimeSpan now)
    {
        for (int i = 0; i < _overtaken.Count; i++)
        {
            (T tag, byte[] datagram, int overtakers) = _overtaken[i];
            _overtaken[i] = (tag, datagram, overtakers - 1);
            if (overtakers == 1)
            {
                Enqueue(tag, datagram, now);
            }
        }

        _overtaken.RemoveAll(entry => entry.Overtakers <= 0);
    }

    private bool Chance(double share) => share > 0 && _random.NextDouble() < share;
}
