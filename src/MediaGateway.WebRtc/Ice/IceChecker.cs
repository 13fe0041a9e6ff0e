using System.Buffers.Binary;
using System.Text;
using MediaGateway.WebRtc.Sessions;
using MediaGateway.WebRtc.Stun;

namespace MediaGateway.WebRtc.Ice;

/// <summary>
/// The controlling side of ICE towards a server that is lite and has host candidates only (RFC 8445 7.2.2): checks every candidate until one
/// answers, nominates that one, and goes on checking it for its consent (RFC 7675). Sans-IO, one owner; allocates nothing per check.
/// </summary>
internal sealed class IceChecker
{
    /// <summary>No check of ours is longer.</summary>
    public const int MaximumCheckLength = 640;

    private const uint PeerReflexivePriority = 0x6E7F_1EFF; // RFC 8445 5.1.2.1 with type preference 110

    /// <summary>Consent is over when nothing was answered for this long (RFC 7675 5.1).</summary>
    public static readonly TimeSpan ConsentTimeout = TimeSpan.FromSeconds(30);

    /// <summary>The server cannot be reached when the first answer has not come by then.</summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan FirstInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ConsentInterval = TimeSpan.FromSeconds(2.5); // as Chromium does

    private readonly IReadOnlyList<TransportAddress> _candidates;
    private readonly byte[] _username;
    private readonly byte[] _key;
    private readonly ulong _tieBreaker;
    private readonly byte[] _transaction = new byte[StunMessage.TransactionIdLength];
    private TimeSpan _answeredAt;
    private long _sent;
    private int _next;

    /// <summary>Makes it; the first check is due at once.</summary>
    /// <param name="local">Our credentials.</param>
    /// <param name="remote">The server's.</param>
    /// <param name="candidates">Where it can be reached; at least one.</param>
    /// <param name="tieBreaker">A number by chance, from which the transactions are numbered too.</param>
    /// <param name="now">The time.</param>
    public IceChecker(IceCredentials local, IceCredentials remote, IReadOnlyList<TransportAddress> candidates, ulong tieBreaker, TimeSpan now)
    {
        _candidates = candidates;
        _username = Encoding.ASCII.GetBytes($"{remote.UsernameFragment}:{local.UsernameFragment}");
        _key = remote.ToIntegrityKey();
        _tieBreaker = tieBreaker;
        NextCheckAt = now;
        _answeredAt = now;
        BinaryPrimitives.WriteUInt32BigEndian(_transaction, (uint)(tieBreaker >> 32));
    }

    /// <summary>The candidate that answered; null while none has.</summary>
    public TransportAddress? Selected { get; private set; }

    /// <summary>When the next check is due.</summary>
    public TimeSpan NextCheckAt { get; private set; }

    /// <summary>Whether nothing has answered for too long.</summary>
    public bool IsLost(TimeSpan now) => now - _answeredAt >= (Selected is null ? ConnectTimeout : ConsentTimeout);

    /// <summary>Writes the next check that is due.</summary>
    /// <param name="destination">At least <see cref="MaximumCheckLength"/> bytes.</param>
    /// <param name="now">The time.</param>
    /// <param name="to">Where it goes.</param>
    /// <param name="length">Bytes written.</param>
    public bool TryTakeCheck(Span<byte> destination, TimeSpan now, out TransportAddress to, out int length)
    {
        (to, length) = (default, 0);
        if (now < NextCheckAt)
        {
            return false;
        }

        to = Selected ?? _candidates[_next];
        _next = Selected is null ? (_next + 1) % _candidates.Count : _next;
        NextCheckAt = _next > 0 && Selected is null ? NextCheckAt : now + (Selected is null ? FirstInterval : ConsentInterval);
        BinaryPrimitives.WriteInt64BigEndian(_transaction.AsSpan(4), ++_sent);
        var writer = new StunMessageWriter(destination, StunMessageType.BindingRequest, _transaction);
        writer.Write(StunAttributeType.Username, _username);
        writer.Write(StunAttributeType.Priority, PeerReflexivePriority);
        writer.Write(StunAttributeType.IceControlling, _tieBreaker);
        writer.WriteFlag(StunAttributeType.UseCandidate);
        writer.WriteMessageIntegrity(_key);
        writer.WriteFingerprint();
        length = writer.Length;
        return true;
    }

    /// <summary>Takes a STUN datagram; true: it is the authentic answer to a check of ours. Its bytes are changed and restored.</summary>
    public bool Receive(Span<byte> datagram, TransportAddress from, TimeSpan now)
    {
        bool isAnswer = StunMessage.TryParse(datagram, out StunMessage message)
            && message.Type == StunMessageType.BindingSuccess
            && message.TransactionId[..4].SequenceEqual(_transaction.AsSpan(0, 4))
            && BinaryPrimitives.ReadInt64BigEndian(message.TransactionId[4..]) <= _sent
            && message.TryFind(StunAttributeType.MessageIntegrity, out StunAttribute integrity)
            && MessageIntegrity.Verify(datagram, integrity.Offset, integrity.Value, _key);
        if (!isAnswer)
        {
            return false;
        }

        _answeredAt = now;
        if (Selected is null)
        {
            Selected = from;
            NextCheckAt = now + ConsentInterval;
        }

        return true;
    }
}
