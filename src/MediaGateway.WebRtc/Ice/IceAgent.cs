using System.Text;
using MediaGateway.WebRtc.Sessions;
using MediaGateway.WebRtc.Stun;

namespace MediaGateway.WebRtc.Ice;

/// <summary>
/// The lite side of ICE for one component (RFC 8445 2.5): answers the peer's connectivity checks, learns valid paths from them and
/// follows the peer's nomination. Sends nothing by itself. What is not authentic is dropped without an answer. Sans-IO, one owner.
/// </summary>
internal sealed class IceAgent
{
    /// <summary>Paths remembered at most; the one longest unheard, and never the selected one, makes room.</summary>
    public const int MaximumPaths = 16;

    /// <summary>No answer is longer: IPv6 address, integrity, fingerprint, and up to four unknown types.</summary>
    public const int MaximumAnswerLength = 128;

    /// <summary>
    /// A selected path on which nothing was heard for this long gives way to any path that is checked, nominated or not: a peer behind a NAT
    /// that moved may have nominated long ago. RFC 7675 5.1 has a peer check its pair every 4 to 6 s.
    /// </summary>
    public static readonly TimeSpan StaleSelection = TimeSpan.FromSeconds(12);

    private const int BadRequestUnknownAttribute = 420;
    private const int RoleConflict = 487;
    private const int MaximumUnknownTypes = 4;

    private readonly byte[] _expectedUsername;
    private readonly byte[] _key;
    private readonly TimeSpan _consentTimeout;
    private readonly List<CandidatePair> _pairs = new(MaximumPaths);
    private readonly Queue<IcePathChange> _changes = new();
    private CandidatePair? _selected;
    private bool _nominated;

    /// <summary>Makes an agent.</summary>
    /// <param name="local">Our credentials: checks are authenticated with our password.</param>
    /// <param name="remoteUsernameFragment">The peer's fragment, the second half of USERNAME.</param>
    /// <param name="consentTimeout">How long a path stays valid after something authentic was heard on it; 30 s in RFC 7675 5.1.</param>
    public IceAgent(IceCredentials local, string remoteUsernameFragment, TimeSpan consentTimeout)
    {
        _expectedUsername = Encoding.ASCII.GetBytes($"{local.UsernameFragment}:{remoteUsernameFragment}");
        _key = local.ToIntegrityKey();
        _consentTimeout = consentTimeout;
    }

    /// <summary>How far connectivity has come.</summary>
    public IceState State { get; private set; }

    /// <summary>Where media goes: the nominated path, or before nomination the first valid one; null when there is none.</summary>
    public TransportPath? SelectedPath => _selected?.Path;

    /// <summary>Authenticated checks answered with success.</summary>
    public long ChecksAnswered { get; private set; }

    /// <summary>STUN datagrams that were not authentic checks for this session and were dropped.</summary>
    public long ChecksDropped { get; private set; }

    /// <summary>When <see cref="Advance"/> has something to do.</summary>
    public TimeSpan NextDeadline
    {
        get
        {
            TimeSpan earliest = TimeSpan.MaxValue;
            foreach (CandidatePair pair in _pairs)
            {
                TimeSpan expiry = pair.LastHeard + _consentTimeout;
                earliest = expiry < earliest ? expiry : earliest;
            }

            return earliest;
        }
    }

    /// <summary>Whether datagrams on exactly this path may reach DTLS and SRTP.</summary>
    public bool IsValid(in TransportPath path) => Find(path) is not null;

    /// <summary>Handles one STUN datagram; the bytes are the caller's own (they are changed and restored).</summary>
    /// <param name="datagram">The datagram.</param>
    /// <param name="path">Where it came from; the answer leaves the other way.</param>
    /// <param name="now">Gateway time.</param>
    /// <param name="answer">At least <see cref="MaximumAnswerLength"/> bytes.</param>
    /// <returns>Bytes of answer; 0 for none.</returns>
    public int Receive(Span<byte> datagram, in TransportPath path, TimeSpan now, Span<byte> answer)
    {
        if (!StunMessage.TryParse(datagram, out StunMessage message)
            || message.Type != StunMessageType.BindingRequest
            || !IsAuthentic(message, datagram))
        {
            ChecksDropped++;
            return 0;
        }

        Span<ushort> unknown = stackalloc ushort[MaximumUnknownTypes];
        int unknownCount = message.CopyUnknownRequired(unknown);
        if (unknownCount > 0)
        {
            return WriteUnknownAttributes(message, unknown[..unknownCount], answer);
        }

        // RFC 8445 7.3.1.1: a lite agent is always controlled, so a peer that thinks itself controlled has to switch.
        if (message.Has(StunAttributeType.IceControlled))
        {
            return WriteError(message, RoleConflict, "Role Conflict"u8, answer);
        }

        Accept(path, message.Has(StunAttributeType.UseCandidate), now);
        ChecksAnswered++;
        return WriteSuccess(message, path, answer);
    }

    /// <summary>
    /// Notes that an authenticated media packet came on a path. It renews consent as a check does: libnice as Debian 12 ships it
    /// sends no checks once it is connected, and a publisher that sends us media is there.
    /// </summary>
    public void Hear(in TransportPath path, TimeSpan now)
    {
        if (Find(path) is { } pair)
        {
            pair.LastHeard = now;
        }
    }

    /// <summary>Drops the paths whose consent has run out (RFC 7675 5.1).</summary>
    public void Advance(TimeSpan now)
    {
        for (int i = _pairs.Count - 1; i >= 0; i--)
        {
            if (_pairs[i].LastHeard + _consentTimeout <= now)
            {
                Remove(i);
            }
        }

        if (_selected is null && State is IceState.Checked or IceState.Nominated)
        {
            SelectFreshest();
        }
    }

    /// <summary>Takes the next change of the set of valid paths.</summary>
    public bool TryTakeChange(out IcePathChange change) => _changes.TryDequeue(out change);

    private bool IsAuthentic(in StunMessage message, Span<byte> datagram)
    {
        return message.TryFind(StunAttributeType.Username, out StunAttribute username)
            && username.Value.SequenceEqual(_expectedUsername)
            && message.TryFind(StunAttributeType.MessageIntegrity, out StunAttribute integrity)
            && message.HasNoWrongFingerprint()
            && MessageIntegrity.Verify(datagram, integrity.Offset, integrity.Value, _key);
    }

    private void Accept(in TransportPath path, bool useCandidate, TimeSpan now)
    {
        CandidatePair? pair = Find(path);
        if (pair is null)
        {
            MakeRoom();
            pair = new CandidatePair(path, now);
            _pairs.Add(pair);
            _changes.Enqueue(new IcePathChange(path, IsAdded: true));
        }

        pair.LastHeard = now;
        _nominated |= useCandidate;
        if (useCandidate || _selected is null || _selected.LastHeard + StaleSelection <= now)
        {
            _selected = pair;
        }

        State = _nominated ? IceState.Nominated : IceState.Checked;
    }

    private CandidatePair? Find(in TransportPath path)
    {
        foreach (CandidatePair pair in _pairs)
        {
            if (pair.Path == path)
            {
                return pair;
            }
        }

        return null;
    }

    private void MakeRoom()
    {
        if (_pairs.Count < MaximumPaths)
        {
            return;
        }

        int oldest = -1;
        for (int i = 0; i < _pairs.Count; i++)
        {
            if (_pairs[i] != _selected && (oldest < 0 || _pairs[i].LastHeard < _pairs[oldest].LastHeard))
            {
                oldest = i;
            }
        }

        Remove(oldest);
    }

    private void Remove(int index)
    {
        CandidatePair pair = _pairs[index];
        _pairs.RemoveAt(index);
        _changes.Enqueue(new IcePathChange(pair.Path, IsAdded: false));
        if (pair == _selected)
        {
            _selected = null;
        }
    }

    private void SelectFreshest()
    {
        foreach (CandidatePair pair in _pairs)
        {
            if (_selected is null || pair.LastHeard > _selected.LastHeard)
            {
                _selected = pair;
            }
        }

        State = _selected is null ? IceState.ConsentExpired : State;
    }

    private int WriteSuccess(in StunMessage request, in TransportPath path, Span<byte> answer)
    {
        var writer = new StunMessageWriter(answer, StunMessageType.BindingSuccess, request.TransactionId);
        writer.WriteXorMappedAddress(path.Remote);
        writer.WriteMessageIntegrity(_key);
        writer.WriteFingerprint();
        return writer.Length;
    }

    private int WriteUnknownAttributes(in StunMessage request, ReadOnlySpan<ushort> types, Span<byte> answer)
    {
        var writer = new StunMessageWriter(answer, StunMessageType.BindingError, request.TransactionId);
        writer.WriteErrorCode(BadRequestUnknownAttribute, "Unknown Attribute"u8);
        writer.WriteUnknownAttributes(types);
        writer.WriteMessageIntegrity(_key);
        writer.WriteFingerprint();
        return writer.Length;
    }

    private int WriteError(in StunMessage request, int code, ReadOnlySpan<byte> reason, Span<byte> answer)
    {
        var writer = new StunMessageWriter(answer, StunMessageType.BindingError, request.TransactionId);
        writer.WriteErrorCode(code, reason);
        writer.WriteMessageIntegrity(_key);
        writer.WriteFingerprint();
        return writer.Length;
    }
}
