using System.Net;
using System.Security.Cryptography;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.Testing;

/// <summary>A frame that came out of the session.</summary>
/// <param name="Kind">Sound or pictures.</param>
/// <param name="IsKeyframe">Whether decoding may start here.</param>
/// <param name="Presentation">Its time.</param>
/// <param name="At">When it came out.</param>
/// <param name="Payload">A copy of its payload.</param>
public sealed record TakenFrame(TrackKind Kind, bool IsKeyframe, MediaTime Presentation, TimeSpan At, byte[] Payload);

/// <summary>
/// A <see cref="PeerSession"/> and a <see cref="TestPublisher"/> with a lossy network between them, run in virtual time. Checks the
/// laws of a driven value on the way, and that all memory comes back.
/// </summary>
public sealed class PeerPair : IDisposable
{
    /// <summary>More steps than this at one instant: somebody's deadline does not move.</summary>
    private const int StepsPerInstant = 10_000;

    private readonly BufferPool _pool;
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();
    private readonly List<TakenFrame> _frames = [];
    private readonly List<PeerEvent> _events = [];
    private readonly List<TransportPath> _sentTo = [];

    /// <summary>Makes both ends; the network loses nothing until it is told otherwise.</summary>
    /// <param name="seed">Which run of chance.</param>
    /// <param name="options">The session's; the defaults when not given.</param>
    /// <param name="changeOffer">Changes the offer before the session sees it.</param>
    /// <param name="pool">Where memory comes from; a plain pool when not given, as a watching one takes ten times as long.</param>
    /// <param name="start">When it begins.</param>
    public PeerPair(
        int seed = 1,
        PeerSessionOptions? options = null,
        Func<string, string>? changeOffer = null,
        BufferPool? pool = null,
        TimeSpan? start = null)
    {
        Now = start ?? TimeSpan.FromHours(5);
        _pool = pool ?? new BufferPool();
        Up = new LossyLink<TransportPath>(seed);
        Down = new LossyLink<TransportPath>(seed + 1);
        options ??= Options();
        var services = new PeerServices(_pool, Dtls, PlainSrtpCipher.Factory, _random);
        string offer = changeOffer?.Invoke(TestPublisher.Offer()) ?? TestPublisher.Offer();
        if (!PeerSession.TryAcceptOffer(offer, options, services, Now, out PeerSession? session, out string? refusal))
        {
            throw new InvalidOperationException(refusal);
        }

        Session = session!; // not null: the call said true
        Publisher.Start(Session.Answer, new TransportPath(Address("192.0.2.10:40000"), GatewayAddress), Now);
    }

    /// <summary>The gateway's address.</summary>
    public static TransportAddress GatewayAddress { get; } = Address("198.51.100.1:8000");

    /// <summary>From the publisher to the gateway.</summary>
    public LossyLink<TransportPath> Up { get; }

    /// <summary>From the gateway to the publisher.</summary>
    public LossyLink<TransportPath> Down { get; }

    /// <summary>The gateway's side.</summary>
    public PeerSession Session { get; }

    /// <summary>The browser's side.</summary>
    public TestPublisher Publisher { get; } = new();

    /// <summary>The DTLS ends that were made.</summary>
    public FakeDtlsFactory Dtls { get; } = new();

    /// <summary>Virtual time.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>The frames that came out.</summary>
    public IReadOnlyList<TakenFrame> Frames => _frames;

    /// <summary>The pictures among them.</summary>
    public IReadOnlyList<TakenFrame> Pictures => [.. _frames.Where(frame => frame.Kind == TrackKind.Video)];

    /// <summary>The events that came out.</summary>
    public IReadOnlyList<PeerEvent> Events => _events;

    /// <summary>Where the session sent its datagrams, one entry each.</summary>
    public IReadOnlyList<TransportPath> SentTo => _sentTo;

    /// <summary>The end, if it has come.</summary>
    public PeerEvent.Closed? Closed => _events.OfType<PeerEvent.Closed>().SingleOrDefault();

    /// <summary>An address from its text.</summary>
    public static TransportAddress Address(string text) => TransportAddress.From(IPEndPoint.Parse(text));

    /// <summary>Sets both directions of the network.</summary>
    public void SetNetwork(LinkConditions conditions) => (Up.Conditions, Down.Conditions) = (conditions, conditions);

    /// <summary>Runs until both ends are connected; says whether they are, in time.</summary>
    public bool Connect(TimeSpan limit) =>
        RunUntil(() => Session.State == PeerState.Connected && Publisher.IsConnected, limit);

    /// <summary>Runs for a while.</summary>
    public void Run(TimeSpan duration) => RunUntil(() => false, duration);

    /// <summary>Runs until something is so; says whether it became so in time.</summary>
    public bool RunUntil(Func<bool> condition, TimeSpan limit)
    {
        TimeSpan end = Now + limit;
        int steps = 0;
        while (!condition())
        {
            TimeSpan next = new[] { Up.NextArrival, Down.NextArrival, Publisher.NextDeadline, Session.NextDeadline }.Min();
            if (next > end)
            {
                Now = end;
                return condition();
            }

            steps = next > Now ? 0 : steps + 1;
            if (steps > StepsPerInstant)
            {
                throw new InvalidOperationException("Time stands still: a deadline is due again and again.");
            }

            Now = next > Now ? next : Now;
            Step();
        }

        return true;
    }

    /// <summary>Makes the session's options with the addresses that a pair uses.</summary>
    public static PeerSessionOptions Options() => new() { AdvertisedAddresses = [GatewayAddress] };

    /// <summary>Gives the session a datagram out of nowhere.</summary>
    public void Inject(TransportPath path, byte[] datagram)
    {
        Session.Receive(Rent(path, datagram));
        Drain();
    }

    /// <summary>A datagram in a rented buffer, received now.</summary>
    public IncomingDatagram Rent(TransportPath path, byte[] datagram)
    {
        PooledBuffer buffer = _pool.Rent(datagram.Length, BufferOwner.Datagram);
        datagram.CopyTo(buffer.Span);
        return new IncomingDatagram(path, buffer, datagram.Length, Now);
    }

    /// <summary>Sends what the publisher wants to send and takes what the session wants to give.</summary>
    public void Drain()
    {
        foreach ((TransportPath path, byte[] datagram) in Publisher.TakeAll())
        {
            Up.Send(path, datagram, Now);
        }

        while (Session.TryTakeDatagram(out OutgoingDatagram datagram))
        {
            _sentTo.Add(datagram.Path);
            Down.Send(datagram.Path, datagram.Buffer.Span[..datagram.Length].ToArray(), Now);
            datagram.Buffer.Dispose();
        }

        while (Session.TryTakeFrame(out MediaFrame? frame))
        {
            _frames.Add(new TakenFrame(frame!.Kind, frame.IsKeyframe, frame.Presentation, Now, frame.Payload.ToArray()));
            frame.Release();
        }

        while (Session.TryTakeEvent(out PeerEvent? peerEvent))
        {
            _events.Add(peerEvent!);
        }
    }

    /// <summary>Ends both and throws when memory is missing.</summary>
    public void Dispose()
    {
        Session.Dispose();
        Publisher.Dispose();
        _random.Dispose();
        (_pool as IDisposable)?.Dispose();
        long outstanding = Enum.GetValues<BufferOwner>().Sum(_pool.Outstanding);
        if (outstanding != 0)
        {
            throw new InvalidOperationException($"{outstanding} pooled buffers were not returned.");
        }
    }

    private void Step()
    {
        while (Up.TryReceive(Now, out TransportPath path, out byte[] datagram))
        {
            Inject(path, datagram);
        }

        while (Down.TryReceive(Now, out TransportPath path, out byte[] datagram))
        {
            // What goes to an address that the publisher has left is lost.
            if (path.Remote == Publisher.Path.Remote)
            {
                Publisher.Receive(datagram, Now);
            }
        }

        Publisher.Advance(Now);
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
