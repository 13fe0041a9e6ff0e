using MediaGateway.Media.Memory;

namespace MediaGateway.WebRtc.Rtp.Payloads;

/// <summary>The packets of one picture, held until it is complete: pieces of it are named by packet and place. Bounded.</summary>
internal sealed class HeldPackets
{
    /// <summary>Packets of one picture: 4 MiB in packets of a small MTU, and the 8,160 slices of a 1080p picture with a slice per macroblock.</summary>
    public const int Maximum = 10_000;

    private readonly List<PooledBuffer> _packets = new(64);

    /// <summary>The number of the packet held last.</summary>
    public int Last => _packets.Count - 1;

    /// <summary>Takes ownership of a packet. False: too many; it is still taken.</summary>
    public bool TryHold(PooledBuffer packet)
    {
        _packets.Add(packet);
        return _packets.Count <= Maximum;
    }

    /// <summary>Bytes of a packet that is held.</summary>
    public ReadOnlySpan<byte> Read(int packet, int offset, int length) => _packets[packet].Span.Slice(offset, length);

    /// <summary>Gives every packet back.</summary>
    public void Release()
    {
        foreach (PooledBuffer packet in _packets)
        {
            packet.Dispose();
        }

        _packets.Clear();
    }
}
