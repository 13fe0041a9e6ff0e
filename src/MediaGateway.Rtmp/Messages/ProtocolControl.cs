using System.Buffers.Binary;

namespace MediaGateway.Rtmp.Messages;

/// <summary>The bodies of the protocol control messages (RTMP 1.0, 5.4): types 1, 2, 3, 5 and 6.</summary>
internal static class ProtocolControl
{
    /// <summary>The chunk stream of control messages (5.4).</summary>
    public const int ChunkStreamId = 2;

    /// <summary>Bytes of a Set Peer Bandwidth body, the longest.</summary>
    public const int PeerBandwidthLength = 5;

    // RTMP 1.0, 5.4.5: as it says, no more than it says, or as it says if the one before was hard.
    private const byte HardLimit = 0;
    private const byte DynamicLimit = 2;

    /// <summary>Reads the 32-bit value that each of the bodies begins with; false when it is cut short.</summary>
    public static bool TryReadValue(ReadOnlySpan<byte> body, out uint value) => BinaryPrimitives.TryReadUInt32BigEndian(body, out value);

    /// <summary>
    /// Reads a Set Peer Bandwidth body; false when it is cut short. Some peers leave the kind of limit out, which then is hard.
    /// </summary>
    /// <param name="body">The body.</param>
    /// <param name="inForce">The window announced last.</param>
    /// <param name="window">The window that the peer wants announced.</param>
    public static bool TryReadPeerBandwidth(ReadOnlySpan<byte> body, uint inForce, out uint window)
    {
        if (!TryReadValue(body, out window))
        {
            return false;
        }

        byte limit = body.Length < PeerBandwidthLength ? HardLimit : body[sizeof(uint)];
        window = limit switch
        {
            HardLimit => window,
            DynamicLimit => inForce,
            _ => Math.Min(window, inForce),
        };
        return true;
    }

    /// <summary>Writes a body that is a single value; returns its bytes.</summary>
    public static int WriteValue(Span<byte> body, uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(body, value);
        return sizeof(uint);
    }

    /// <summary>Writes a Set Peer Bandwidth body with the dynamic limit type; returns its bytes.</summary>
    public static int WritePeerBandwidth(Span<byte> body, uint windowBytes)
    {
        BinaryPrimitives.WriteUInt32BigEndian(body, windowBytes);
        body[sizeof(uint)] = DynamicLimit;
        return PeerBandwidthLength;
    }
}
