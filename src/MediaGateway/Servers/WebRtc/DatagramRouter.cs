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

    private readonly Dictionary<TransportAddress, WebRtcSession> _byAddress = [];
    private readonly Dictionary<string, WebRtcSession> _byFragment = new(StringComparer.Ordinal);

    /// <summary>Datagrams that belonged to nobody.</summary>
    public long Unroutable { get; private set; }

    /// <summary>Takes a session in under its username fragment.</summary>
    public void Add(WebRtcSession session) => _byFragment.Add(session.Peer.LocalUsernameFragment, session);

    /// <summary>Sends what comes from an address to a session, which has authenticated it.</summary>
    public void Map(TransportAddress remote, WebRtcSession session) => _byAddress[remote] = session;

    /// <summary>Forgets an address if it is still this session's.</summary>
    public void Unmap(TransportAddress remote, WebRtcSession session)
    {
        if (_byAddress.TryGetValue(remote, out WebRtcSession? owner) && owner == session)
        {
            _byAddress.Remove(remote);
        }
    }

    /// <summary>Forgets a session and all its addresses.</summary>
    public void Remove(WebRtcSession session)
    {
        _byFragment.Remove(session.Peer.LocalUsernameFragment);
        foreach ((TransportAddress address, WebRtcSession owner) in _byAddress)
        {
            if (owner == session)
            {
                _byAddress.Remove(address);
            }
        }
    }

    /// <summary>The session of a datagram, or null: drop it.</summary>
    public WebRtcSession? Find(TransportAddress remote, ReadOnlySpan<byte> datagram)
    {
        bool isStun = DatagramClassifier.Classify(datagram) == DatagramKind.Stun;
        if ((isStun ? FindByFragment(datagram) : null) is { } named)
        {
            return named;
        }

        if (_byAddress.TryGetValue(remote, out WebRtcSession? session))
        {
            return session;
        }

        Unroutable++;
        return null;
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
}
