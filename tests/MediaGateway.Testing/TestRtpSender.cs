using System.Buffers.Binary;
using MediaGateway.WebRtc.Rtcp;

namespace MediaGateway.Testing;

/// <summary>One RTP stream of a <see cref="TestPublisher"/>: numbers its packets and keeps them for retransmission.</summary>
/// <param name="ssrc">The synchronization source.</param>
/// <param name="payloadType">The payload type that was agreed on.</param>
/// <param name="clockRate">Ticks per second.</param>
/// <param name="firstSequence">Where the numbers begin.</param>
internal sealed class TestRtpSender(uint ssrc, int payloadType, int clockRate, ushort firstSequence)
{
    private const int HeaderLength = 12;
    private const int Kept = 2000;
    private const double NtpSecondsAtStart = 3_900_000_000.0;

    private readonly Dictionary<ushort, byte[]> _sent = [];
    private readonly Queue<ushort> _order = new();
    private ushort _next = firstSequence;
    private uint _packets;
    private uint _octets;

    public uint Ssrc => ssrc;

    /// <summary>The RTP timestamp of an instant.</summary>
    public uint TimestampOf(TimeSpan now) => unchecked((uint)(long)(now.TotalSeconds * clockRate) + ssrc);

    /// <summary>Builds one packet.</summary>
    public byte[] Next(uint timestamp, bool marker, ReadOnlySpan<byte> payload)
    {
        byte[] packet = new byte[HeaderLength + payload.Length];
        packet[0] = 0x80;
        packet[1] = (byte)((marker ? 0x80 : 0) | payloadType);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), _next);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), ssrc);
        payload.CopyTo(packet.AsSpan(HeaderLength));
        Keep(_next, packet);
        _next = unchecked((ushort)(_next + 1));
        _packets++;
        _octets += (uint)payload.Length;
        return packet;
    }

    /// <summary>A packet that was sent before; null when it is no longer kept.</summary>
    public byte[]? Find(ushort sequence) => _sent.GetValueOrDefault(sequence);

    /// <summary>The sender report of now.</summary>
    public SenderReport Report(TimeSpan now) => new(
        ssrc,
        NtpTimeOf(now),
        TimestampOf(now),
        _packets,
        _octets);

    // RFC 3550 4: 32 bits of seconds, which come round.
    private static ulong NtpTimeOf(TimeSpan now) => (ulong)((now.TotalSeconds + NtpSecondsAtStart) % 4294967296.0 * 4294967296.0);

    private void Keep(ushort sequence, byte[] packet)
    {
        _sent[sequence] = packet;
        _order.Enqueue(sequence);
        if (_order.Count > Kept)
        {
            _sent.Remove(_order.Dequeue());
        }
    }
}
