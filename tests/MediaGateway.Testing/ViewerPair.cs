using System.Security.Cryptography;
using MediaGateway.Media.Frames;
using MediaGateway.Media.H264;
using MediaGateway.Media.Memory;
using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.Testing;

/// <summary>
/// A <see cref="PeerSession"/> that sends and a <see cref="TestViewer"/> with a lossy network between them, run in virtual time. Checks the
/// laws of a driven value on the way, and that all memory comes back.
/// </summary>
public sealed class ViewerPair : IDisposable
{
    private readonly BufferPool _pool;
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();
    private readonly List<PeerEvent> _events = [];
    private readonly List<TransportPath> _sentTo = [];
    private readonly PriorityQueue<Action, (TimeSpan At, long Order)> _script = new();
    private long _order;

    /// <summary>Makes both ends; the network loses nothing until it is told otherwise.</summary>
    /// <param name="seed">Which run of chance.</param>
    /// <param name="viewer">The browser's side; the usual one when not given.</param>
    /// <param name="options">The session's; the defaults when not given.</param>
    /// <param name="hasRepair">Whether retransmission packets are offered.</param>
    /// <param name="offer">The viewer's offer; the usual one when not given.</param>
    /// <param name="pool">Where memory comes from; a plain pool when not given.</param>
    public ViewerPair(
        int seed = 1,
        TestViewer? viewer = null,
        PeerSessionOptions? options = null,
        bool hasRepair = true,
        string? offer = null,
        BufferPool? pool = null)
    {
        _pool = pool ?? new BufferPool();
        Viewer = viewer ?? new TestViewer();
        Up = new LossyLink<TransportPath>(seed);
        Down = new LossyLink<TransportPath>(seed + 1);
        options ??= Options();
        var services = new PeerServices(_pool, new FakeDtlsFactory(), PlainSrtpCipher.Factory, _random);
        if (!PeerSession.TryAcceptOffer(offer ?? TestViewer.Offer(hasRepair), options, services, Now, out PeerSession? session, out string? refusal))
        {
            throw new InvalidOperationException(refusal);
        }

        Session = session!; // not null: the call said true
        Viewer.Start(Session.Answer, new TransportPath(PeerPair.Address("192.0.2.10:40000"), PeerPair.GatewayAddress), Now);
    }

    /// <summary>The format of <see cref="TestMedia"/>.</summary>
    public static H264Format VideoFormat { get; } = MakeFormat();

    /// <summary>The format of sound.</summary>
    public static OpusFormat AudioFormat { get; } = new(2);

    /// <summary>From the viewer to the gateway.</summary>
    public LossyLink<TransportPath> Up { get; }

    /// <summary>From the gateway to the viewer.</summary>
    public LossyLink<TransportPath> Down { get; }

    /// <summary>The gateway's side.</summary>
    public PeerSession Session { get; }

    /// <summary>The browser's side.</summary>
    public TestViewer Viewer { get; }

    /// <summary>Virtual time.</summary>
    public TimeSpan Now { get; private set; } = TimeSpan.FromHours(5);

    /// <summary>The events that came out.</summary>
    public IReadOnlyList<PeerEvent> Events => _events;

    /// <summary>Where the session sent its datagrams, one entry each.</summary>
    public IReadOnlyList<TransportPath> SentTo => _sentTo;

    /// <summary>Keyframes that the session asked the stream for.</summary>
    public int KeyframesWanted => _events.Count(peerEvent => peerEvent is PeerEvent.KeyframeWanted);

    /// <summary>Called with each event as it comes.</summary>
    public Action<PeerEvent>? OnEvent { get; set; }

    /// <summary>The session's options.</summary>
    public static PeerSessionOptions Options() => PeerPair.Options() with { Direction = PeerDirection.Send };

    /// <summary>Sets both directions of the network.</summary>
    public void SetNetwork(LinkConditions conditions) => (Up.Conditions, Down.Conditions) = (conditions, conditions);

    /// <summary>Runs until both ends are connected.</summary>
    public void Connect()
    {
        if (!RunUntil(() => Session.State == PeerState.Connected && Viewer.IsConnected, TimeSpan.FromSeconds(20)))
        {
            throw new InvalidOperationException("The viewer did not connect.");
        }
    }

    /// <summary>Has something done at a time, in order.</summary>
    public void At(TimeSpan time, Action action) => _script.Enqueue(action, (time, _order++));

    /// <summary>Gives the session a frame now, which it may keep references to.</summary>
    public void Send(MediaFrame frame)
    {
        try
        {
            Session.Send(frame, Now);
        }
        finally
        {
            frame.Release();
        }

        Drain();
    }

    /// <summary>Makes a frame with a block of its own.</summary>
    public MediaFrame Frame(TrackFormat format, TimeSpan time, bool isKeyframe, ReadOnlySpan<byte> payload, TimeSpan receivedAt)
    {
        PooledBuffer buffer = _pool.Rent(payload.Length, BufferOwner.Frame);
        payload.CopyTo(buffer.Span);
        int rate = format.Kind == TrackKind.Video ? 90_000 : OpusFormat.ClockRate;
        MediaTime stamp = new MediaTime(time.Ticks, (int)TimeSpan.TicksPerSecond).Rescale(rate);
        return new MediaFrame(format, stamp, stamp, isKeyframe, buffer, 0, payload.Length, receivedAt);
    }

    /// <summary>A picture of <see cref="TestMedia"/> without parameter sets of its own, in AVCC framing.</summary>
    public MediaFrame Picture(int number, TimeSpan time, bool isKeyframe, int bytes, TimeSpan receivedAt)
    {
        byte[] slice = TestMedia.Slice(number, isKeyframe, bytes);
        byte[] unit = new byte[Avcc.LengthSize + slice.Length];
        Avcc.Write(slice, unit);
        return Frame(VideoFormat, time, isKeyframe, unit, receivedAt);
    }

    /// <summary>Runs for a while.</summary>
    public void Run(TimeSpan duration) => RunUntil(() => false, duration);

    /// <summary>Runs until something is so; says whether it became so in time.</summary>
    public bool RunUntil(Func<bool> condition, TimeSpan limit)
    {
        TimeSpan end = Now + limit;
        int steps = 0;
        while (!condition())
        {
            TimeSpan scripted = _script.TryPeek(out _, out (TimeSpan At, long Order) due) ? due.At : TimeSpan.MaxValue;
            TimeSpan next =
                new[] { Up.NextArrival, Down.NextArrival, Viewer.NextDeadline, Session.NextDeadline, scripted }.Min();
            if (next > end)
            {
                Now = end;
                return condition();
            }

            steps = next > Now ? 0 : steps + 1;
            if (steps > 10_000)
            {
                throw new InvalidOperationException("Time stands still: a deadline is due again and again.");
            }

            Now = next > Now ? next : Now;
            Step();
        }

        return true;
    }

    /// <summary>Gives the session a datagram out of nowhere.</summary>
    public void Inject(TransportPath path, byte[] datagram)
    {
        PooledBuffer buffer = _pool.Rent(datagram.Length, BufferOwner.Datagram);
        datagram.CopyTo(buffer.Span);
        Session.Receive(new IncomingDatagram(path, buffer, datagram.Length, Now));
        Drain();
    }

    /// <summary>Moves what either side wants to send onto the network.</summary>
    public void Drain()
    {
        foreach ((TransportPath path, byte[] datagram) in Viewer.TakeAll())
        {
            Up.Send(path, datagram, Now);
        }

        while (Session.TryTakeDatagram(out OutgoingDatagram datagram))
        {
            _sentTo.Add(datagram.Path);
            Down.Send(datagram.Path, datagram.Buffer.Span[..datagram.Length].ToArray(), Now);
            datagram.Buffer.Dispose();
        }

        while (Session.TryTakeEvent(out PeerEvent? peerEvent))
        {
            _events.Add(peerEvent!);
            OnEvent?.Invoke(peerEvent!);
        }
    }

    /// <summary>Ends both and throws when memory is missing.</summary>
    public void Dispose()
    {
        Session.Dispose();
        Viewer.Dispose();
        _random.Dispose();
        (_pool as IDisposable)?.Dispose();
        long outstanding = Enum.GetValues<BufferOwner>().Sum(_pool.Outstanding);
        if (outstanding != 0)
        {
            throw new InvalidOperationException($"{outstanding} pooled buffers were not returned.");
        }
    }

    private static H264Format MakeFormat()
    {
        if (!SequenceParameterSet.TryParse(TestMedia.SequenceParameterSet, out SequenceParameterSet? set) || set is null)
        {
            throw new InvalidOperationException("The test's parameter set cannot be read.");
        }

        byte[] record = AvcDecoderConfigurationRecord.Build(set, [TestMedia.SequenceParameterSet], [TestMedia.PictureParameterSet]);
        return new H264Format(record, 320, 240);
    }

    private void Step()
    {
        while (_script.TryPeek(out _, out (TimeSpan At, long Order) due) && due.At <= Now)
        {
            _script.Dequeue()();
        }

        while (Up.TryReceive(Now, out TransportPath path, out byte[] datagram))
        {
            Inject(path, datagram);
        }

        while (Down.TryReceive(Now, out TransportPath path, out byte[] datagram))
        {
            if (path.Remote == Viewer.Path.Remote)
            {
                Viewer.Receive(datagram, Now);
            }
        }

        Viewer.Advance(Now);
        if (Session.NextDeadline <= Now)
        {
            Session.Advance(Now);
            Drain();
            if (Session.NextDeadline <= Now)
            {
                throw new InvalidOperationException("Advance left a deadline that is already due.");
            }
        }

        Drain();
    }
}
