using MediaGateway.WebRtc.Sessions;
using MediaGateway.WebRtc.Stun;

namespace MediaGateway.WebRtc.Ice;

/// <summary>
/// The lite side of ICE for one component (RFC 8445 2.5): answers the peer's connectivity checks, learns valid paths from them and
/// follows the peer's nomination. Sends nothing by itself. What is not authentic is dropped without an answer. After a restart the old
/// credentials and paths stay good until the new ones have proved themselves. Sans-IO, one owner.
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

    /// <summary>How long old credentials are taken after the first check with new ones: checks may overtake each other.</summary>
    public static readonly TimeSpan OldCredentialsLifetime = TimeSpan.FromSeconds(10);

    private const int BadRequestUnknownAttribute = 420;
    private const int RoleConflict = 487;
    private const int MaximumUnknownTypes = 4;

    private readonly TimeSpan _consentTimeout;
    private readonly List<CandidatePair> _pairs = new(MaximumPaths);
    private readonly Queue<IcePathChange> _changes = new();
    private readonly Queue<string> _retired = new();
    private IceGeneration _current;
    private IceGeneration? _previous;
    private TimeSpan _previousEnd = TimeSpan.MaxValue;
    private CandidatePair? _selected;
    private bool _nominated;

    /// <summary>Makes an agent.</summary>
    /// <param name="local">Our credentials: checks are authenticated with our password.</param>
    /// <param name="remoteUsernameFragment">The peer's fragment, the second half of USERNAME.</param>
    /// <param name="consentTimeout">How long a path stays valid after something authentic was heard on it; 30 s in RFC 7675 5.1.</param>
    public IceAgent(IceCredentials local, string remoteUsernameFragment, TimeSpan consentTimeout)
    {
        _current = new IceGeneration(local, remoteUsernameFragment, 0);
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
            TimeSpan earliest = _previousEnd;
            foreach (CandidatePair pair in _pairs)
            {
                TimeSpan expiry = pair.LastHeard + _consentTimeout;
                earliest = expiry < earliest ? expiry : earliest;
            }

            return earliest;
        }
    }

    /// <summary>Whether datagrams on exactly this path may reach DTLS and SRTP.</summary>
    public bool IsValid(in TransportPath path) => Find(path) is { IsLost: false };

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
            || Authenticate(message, datagram) is not { } generation)
        {
            ChecksDropped++;
            return 0;
        }

        Span<ushort> unknown = stackalloc ushort[MaximumUnknownTypes];
        int unknownCount = message.CopyUnknownRequired(unknown);
        if (unknownCount > 0)
        {
            return WriteUnknownAttributes(message, unknown[..unknownCount], generation.Key, answer);
        }

        // RFC 8445 7.3.1.1: a lite agent is always controlled, so a peer that thinks itself controlled has to switch.
        if (message.Has(StunAttributeType.IceControlled))
        {
            return WriteError(message, RoleConflict, "Role Conflict"u8, generation.Key, answer);
        }

        Accept(path, message.Has(StunAttributeType.UseCandidate), generation, now);
        ChecksAnswered++;
        return WriteSuccess(message, path, generation.Key, answer);
    }

    /// <summary>
    /// Restarts ICE (RFC 8445 9): checks are expected with the new credentials, while the old ones and all paths stay good until
    /// <see cref="OldCredentialsLifetime"/> after the first of them. The first path so checked is selected at once, since the peer has
    /// restarted because it doubts the old ones.
    /// </summary>
    public void Restart(IceCredentials local, string remoteUsernameFragment)
    {
        // A restart that nobody followed is forgotten; what the peer still uses is the one before it.
        IceGeneration? unused = _previous;
        if (_current.IsChecked || _previous is null)
        {
            _previous = _current;
        }
        else
        {
            unused = _current;
        }

        if (unused is not null)
        {
            _retired.Enqueue(unused.UsernameFragment);
        }

        _previousEnd = TimeSpan.MaxValue;
        _current = new IceGeneration(local, remoteUsernameFragment, _current.Number + 1);
    }

    /// <summary>Notes that the TCP connection of a path is gone. Another valid path takes over, or the next one to be checked.</summary>
    public void Lose(in TransportPath path)
    {
        if (Find(path) is not { } lost)
        {
            return;
        }

        lost.IsLost = true;
        if (lost != _selected)
        {
            return;
        }

        CandidatePair best = lost;
        foreach (CandidatePair pair in _pairs)
        {
            bool isBetter = best.IsLost || pair.LastHeard > best.LastHeard;
            best = !pair.IsLost && isBetter ? pair : best;
        }

        _selected = best;
    }

    /// <summary>Takes the next of our username fragments that is no longer good.</summary>
    public bool TryTakeRetired(out string? usernameFragment) => _retired.TryDequeue(out usernameFragment);

    /// <summary>
    /// Notes that an authenticated media packet came on a path. It renews consent as a check does: libnice as Debian 12 ships it
    /// sends no checks once it is connected, and a publisher that sends us media is there.
    /// </summary>
    public void Hear(in TransportPath path, TimeSpan now)
    {
        if (Find(path) is { IsLost: false } pair)
        {
            pair.LastHeard = now;
        }
    }

    /// <summary>Lets the consent of every path grow older by a time that the owner's time does not count.</summary>
    public void AgeConsent(TimeSpan by)
    {
        foreach (CandidatePair pair in _pairs)
        {
            pair.LastHeard -= by;
        }
    }

    /// <summary>Drops the paths whose consent has run out (RFC 7675 5.1).</summary>
    public void Advance(TimeSpan now)
    {
        bool isOver = _previousEnd <= now;
        if (isOver && _previous is not null)
        {
            _retired.Enqueue(_previous.UsernameFragment);
            _previous = null;
            _previousEnd = TimeSpan.MaxValue;
        }

        for (int i = _pairs.Count - 1; i >= 0; i--)
        {
            if (_pairs[i].LastHeard + _consentTimeout <= now || (isOver && _pairs[i].Generation < _current.Number))
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

    /// <summary>Whose credentials a check has; null when it is not authentic.</summary>
    private IceGeneration? Authenticate(in StunMessage message, Span<byte> datagram)
    {
        if (!message.TryFind(StunAttributeType.Username, out StunAttribute username)
            || !message.TryFind(StunAttributeType.MessageIntegrity, out StunAttribute integrity)
            || !message.HasNoWrongFingerprint())
        {
            return null;
        }

        IceGeneration? named = username.Value.SequenceEqual(_current.ExpectedUsername) ? _current
            : _previous is not null && username.Value.SequenceEqual(_previous.ExpectedUsername) ? _previous
            : null;
        return named is not null && MessageIntegrity.Verify(datagram, integrity.Offset, integrity.Value, named.Key) ? named : null;
    }

    private void Accept(in TransportPath path, bool useCandidate, IceGeneration generation, TimeSpan now)
    {
        BeginGeneration(generation, now);
        CandidatePair? pair = Find(path);
        if (pair is null)
        {
            MakeRoom();
            pair = new CandidatePair(path, now);
            _pairs.Add(pair);
            _changes.Enqueue(new IcePathChange(path, IsAdded: true));
        }

        pair.LastHeard = now;
        pair.IsLost = false;
        pair.Generation = Math.Max(pair.Generation, generation.Number);
        int selected = _selected?.Generation ?? 0;
        bool nominates = useCandidate && generation.Number >= selected;
        _nominated |= nominates && generation == _current;
        if (nominates || generation.Number > selected || _selected is null or { IsLost: true } || _selected.LastHeard + StaleSelection <= now)
        {
            _selected = pair;
        }

        State = _nominated ? IceState.Nominated : IceState.Checked;
    }

    private void BeginGeneration(IceGeneration generation, TimeSpan now)
    {
        if (generation != _current || generation.IsChecked)
        {
            return;
        }

        generation.IsChecked = true;
        _nominated = false;
        _previousEnd = _previous is null ? TimeSpan.MaxValue : now + OldCredentialsLifetime;
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

    private static int WriteSuccess(in StunMessage request, in TransportPath path, byte[] key, Span<byte> answer)
    {
        var writer = new StunMessageWriter(answer, StunMessageType.BindingSuccess, request.TransactionId);
        writer.WriteXorMappedAddress(path.Remote);
        writer.WriteMessageIntegrity(key);
        writer.WriteFingerprint();
        return writer.Length;
    }

    private static int WriteUnknownAttributes(in StunMessage request, ReadOnlySpan<ushort> types, byte[] key, Span<byte> answer)
    {
        var writer = new StunMessageWriter(answer, StunMessageType.BindingError, request.TransactionId);
        writer.WriteErrorCode(BadRequestUnknownAttribute, "Unknown Attribute"u8);
        writer.WriteUnknownAttributes(types);
        writer.WriteMessageIntegrity(key);
        writer.WriteFingerprint();
        return writer.Length;
    }

    private static int WriteError(in StunMessage request, int code, ReadOnlySpan<byte> reason, byte[] key, Span<byte> answer)
    {
        var writer = new StunMessageWriter(answer, StunMessageType.BindingError, request.TransactionId);
        writer.WriteErrorCode(code, reason);
        writer.WriteMessageIntegrity(key);
        writer.WriteFingerprint();
        return writer.Length;
    }
}
