namespace MediaGateway.Servers.WebRtc;

/// <summary>
/// Datagrams that the gateway has sent to itself, as they arrive at the media port, which answers none of them. Any thread awaits; the
/// media loop notices. While none is awaited, a datagram of nobody's costs one look at an empty list.
/// </summary>
internal sealed class PortProbes
{
    private volatile PortProbe[] _awaited = [];

    /// <summary>Replaces what is awaited.</summary>
    public void Await(params PortProbe[] probes) => _awaited = probes;

    /// <summary>The loop's: a datagram that belongs to no session.</summary>
    public void Notice(ReadOnlySpan<byte> datagram)
    {
        foreach (PortProbe probe in _awaited)
        {
            if (datagram.SequenceEqual(probe.Bytes))
            {
                probe.Arrive();
            }
        }
    }
}
