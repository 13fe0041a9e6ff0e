using System.Buffers.Binary;
using MediaGateway.Media.Memory;

namespace MediaGateway.WebRtc.Tests.Rtp;

/// <summary>Builds RTP packets for tests.</summary>
internal static class RtpBytes
{
    /// <summary>A packet without header extension.</summary>
    public static byte[] Packet(int payloadType, long sequence, long timestamp, uint ssrc, bool marker, ReadOnlySpan<byte> payload)
    {
        byte[] packet = new byte[12 + payload.Length];
        Write(packet, payloadType, sequence, timestamp, ssrc, marker, payload);
        return packet;
    }

    /// <summary>A packet of padding only, as a browser sends to probe.</summary>
    public static byte[] Padding(int payloadType, long sequence, long timestamp, uint ssrc, byte padding)
    {
        byte[] packet = new byte[12 + padding];
        Write(packet, payloadType, sequence, timestamp, ssrc, false, default);
        packet[0] |= 0x20;
        packet[^1] = padding;
        return packet;
    }

    /// <summary>A packet with a one-byte header extension that carries its mid.</summary>
    public static byte[] PacketWithMid(
        int payloadType, long sequence, long timestamp, uint ssrc, int extensionId, string mid, ReadOnlySpan<byte> payload)
    {
        byte[] extension = new byte[4 + ((1 + mid.Length + 3) & ~3)];
        BinaryPrimitives.WriteUInt16BigEndian(extension, 0xBEDE);
        BinaryPrimitives.WriteUInt16BigEndian(extension.AsSpan(2), (ushort)((extension.Length / 4) - 1));
        extension[4] = (byte)((extension.Length > 0 ? extensionId << 4 : 0) | (mid.Length - 1));
        System.Text.Encoding.ASCII.GetBytes(mid).CopyTo(extension, 5);
        byte[] packet = Packet(payloadType, sequence, timestamp, ssrc, false, [.. extension, .. payload]);
        packet[0] |= 0x10;
        return packet;
    }

    /// <summary>Writes a packet and returns its length.</summary>
    public static int Write(
        Span<byte> destination, int payloadType, long sequence, long timestamp, uint ssrc, bool marker, ReadOnlySpan<byte> payload)
    {
        destination[0] = 0x80;
        destination[1] = (byte)((marker ? 0x80 : 0) | payloadType);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], unchecked((ushort)sequence));
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], unchecked((uint)timestamp));
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], ssrc);
        payload.CopyTo(destination[12..]);
        return 12 + payload.Length;
    }

    /// <summary>The packet in a rented buffer.</summary>
    public static PooledBuffer Rent(BufferPool pool, ReadOnlySpan<byte> packet)
    {
        PooledBuffer buffer = pool.Rent(packet.Length, BufferOwner.Datagram);
        packet.CopyTo(buffer.Span);
        return buffer;
    }
}
