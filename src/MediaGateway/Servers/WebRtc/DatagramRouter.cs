using System.Text;
using MediaGateway.WebRtc.Sessions;
using MediaGateway.WebRtc.Stun;

namespace MediaGateway.Servers.WebRtc;

/// <summary>
/// Finds the session that a datagram belongs to: by the peer's address once a session has vouched for it, else by the username
/// fragment of a STUN Binding request. Owned by the media loop. Nothing is allocated per datagram, whatever it holds.
/// </summary>
internal sealed class DatagramRouter
{
    /// <summary>RFC 8445 5.3: a username fragment has at most 256 characters.</summary>
    private const int MaxUsernameFragment = 256;

    private readonly Dictionary<Source, WebRtcSession> _byAddress = [];
    private readonly Dictionary<string, WebRtcSession> _byFragment = new(StringComparer.Ordinal);

    /// <summary>Datagrams that belonged to nobody.</summary>
    public long Unroutable { get; private set; }

    /// <summary>Takes a session in under its username fragment.</summary>
    public void Add(WebRtcSession session) => Add(session.Peer.LocalUsernameFragment, session);

    /// <summary>Takes a session in under one more username fragment.</summary>
    public void Add(string usernameFragment, WebRtcSession session) => _byFragment.Add(usernameFragment, session);

    /// <summary>Forgets a username fragment.</summary>
    public void Forget(string usernameFragment) => _byFragment.Remove(usernameFragment);

    /// <summary>Sends what comes from an address to a session, which has authenticated it.</summary>
    public void Map(in TransportPath path, WebRtcSession session) => _byAddress[SourceOf(path)] = session;

    /// <summary>Forgets an address if it is still this session's.</summary>
    public void Unmap(in TransportPath path, WebRtcSession session)
    {
        Source source = SourceOf(path);
        if (_byAddress.TryGetValue(source, out WebRtcSession? owner) && owner == session)
        {
            _byAddress.Remove(source);
        }
    }

    /// <summary>Forgets a session, all its fragments and all its addresses.</summary>
    public void Remove(WebRtcSession session)
    {
        RemoveAll(_byFragment, session);
        RemoveAll(_byAddress, session);
    }

    /// <summary>The session that an address belongs to; null when none has authenticated it.</summary>
    public WebRtcSession? OwnerOf(in TransportPath path) => _byAddress.GetValueOrDefault(SourceOf(path));

    /// <summary>The session of a datagram, or null: drop it.</summary>
    public WebRtcSession? Find(in TransportPath path, ReadOnlySpan<byte> datagram)
    {
        bool isStun = DatagramClassifier.Classify(datagram) == DatagramKind.Stun;
        if ((isStun ? FindByFragment(datagram) : null) is { } named)
        {
            return named;
        }

        if (_byAddress.TryGetValue(SourceOf(path), out WebRtcSession? session))
        {
            return session;
        }

        Unroutable++;
        return null;
    }

    private static Source SourceOf(in TransportPath path) => new(path.Remote, path.Protocol);

    private static void RemoveAll<TKey>(Dictionary<TKey, WebRtcSession> sessions, WebRtcSession session)
        where TKey : notnull
    {
        foreach ((TKey key, WebRtcSession owner) in sessions)
        {
            if (owner == session)
            {
                sessions.Remove(key);
            }
        }
    }

    private WebRtcSession? FindByFragment(ReadOnlySpan<byte> datagram)
    {
        if (!BindingRequest.TryReadLocalUsernameFragment(datagram, out ReadOnlySpan<byte> fragment) || fragment.Length > MaxUsernameFragment)
        {
            return null;
        }

        Span<char> text = stackalloc char[MaxUsernameFragment];
        int characters = Encoding.Latin1.GetChars(fragment, text);
        _byFragment.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text[..characters], out WebRtcSession? session);
        return session;
    }

    /// <summary>A peer may use the same port number for UDP and for TCP.</summary>
    private readonly record struct Source(TransportAddress Remote, TransportProtocol Protocol);
}
