using System.Text;
using MediaGateway.WebRtc.Sessions;
using MediaGateway.WebRtc.Stun;

namespace MediaGateway.Servers.WebRtc;

/// <summary>
/// Finds the publisher that a datagram belongs to: by the peer's address once a session has vouched for it, else by the username
/// fragment of a STUN Binding request. Owned by the media loop. Nothing is allocated per datagram, whatever it holds.
/// </summary>
internal sealed class DatagramRouter
{
    /// <summary>RFC 8445 5.3: a username fragment has at most 256 characters.</summary>
    private const int MaxUsernameFragment = 256;

    private readonly Dictionary<TransportAddress, WebRtcPublisher> _byAddress = [];
    private readonly Dictionary<string, WebRtcPublisher> _byFragment = new(StringComparer.Ordinal);

    /// <summary>Datagrams that belonged to nobody.</summary>
    public long Unroutable { get; private set; }

    /// <summary>Takes a publisher in under its username fragment.</summary>
    public void Add(WebRtcPublisher publisher) => _byFragment.Add(publisher.Peer.LocalUsernameFragment, publisher);

    /// <summary>Sends what comes from an address to a publisher, who has authenticated it.</summary>
    public void Map(TransportAddress remote, WebRtcPublisher publisher) => _byAddress[remote] = publisher;

    /// <summary>Forgets an address if it is still this publisher's.</summary>
    public void Unmap(TransportAddress remote, WebRtcPublisher publisher)
    {
        if (_byAddress.TryGetValue(remote, out WebRtcPublisher? owner) && owner == publisher)
        {
            _byAddress.Remove(remote);
        }
    }

    /// <summary>Forgets a publisher and all its addresses.</summary>
    public void Remove(WebRtcPublisher publisher)
    {
        _byFragment.Remove(publisher.Peer.LocalUsernameFragment);
        foreach ((TransportAddress address, WebRtcPublisher owner) in _byAddress)
        {
            if (owner == publisher)
            {
                _byAddress.Remove(address);
            }
        }
    }

    /// <summary>The publisher of a datagram, or null: drop it.</summary>
    public WebRtcPublisher? Find(TransportAddress remote, ReadOnlySpan<byte> datagram)
    {
        bool isStun = DatagramClassifier.Classify(datagram) == DatagramKind.Stun;
        if ((isStun ? FindByFragment(datagram) : null) is { } named)
        {
            return named;
        }

        if (_byAddress.TryGetValue(remote, out WebRtcPublisher? publisher))
        {
            return publisher;
        }

        Unroutable++;
        return null;
    }

    private WebRtcPublisher? FindByFragment(ReadOnlySpan<byte> datagram)
    {
        if (!BindingRequest.TryReadLocalUsernameFragment(datagram, out ReadOnlySpan<byte> fragment) || fragment.Length > MaxUsernameFragment)
        {
            return null;
        }

        Span<char> text = stackalloc char[MaxUsernameFragment];
        int characters = Encoding.Latin1.GetChars(fragment, text);
        _byFragment.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text[..characters], out WebRtcPublisher? publisher);
        return publisher;
    }
}
