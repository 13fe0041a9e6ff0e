using System.Buffers.Binary;

namespace MediaGateway.EndToEndTests.Analysis;

/// <summary>The RTP packets of one SSRC as sent, in order of their sequence numbers, and the sender reports that date them.</summary>
internal sealed class SentRtp
{
    private readonly List<(uint Rtp, double Ntp)> _reports = [];
    private readonly int _clockRate;

    private SentRtp(int clockRate)
    {
        _clockRate = clockRate;
    }

    /// <summary>The packets' stamps, markers and payloads; padding and packets sent again are left out.</summary>
    public List<SentPacket> Packets { get; } = [];

    /// <summary>One packet.</summary>
    /// <param name="Timestamp">RTP timestamp.</param>
    /// <param name="Marker">Marker bit.</param>
    /// <param name="Payload">The payload without padding.</param>
    public sealed record SentPacket(uint Timestamp, bool Marker, byte[] Payload);

    /// <summary>Picks the packets of one SSRC from everything that was sent.</summary>
    public static SentRtp Select(IEnumerable<byte[]> sent, uint ssrc, int clockRate)
    {
        SentRtp track = new(clockRate);
        SortedDictionary<long, SentPacket> packets = [];
        long lastSequence = -1;
        foreach (byte[] packet in sent.Where(packet => packet.Length >= 12))
        {
            bool isRtcp = packet[1] is >= 192 and <= 223;
            if (isRtcp)
            {
                track.AddReports(packet, ssrc);
            }
            else if (BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(8)) == ssrc && Payload(packet) is { Length: > 0 } payload)
            {
                ushort wire = BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(2));
                long sequence = lastSequence < 0 ? wire : lastSequence + (short)(wire - (ushort)lastSequence);
                lastSequence = Math.Max(lastSequence, sequence);
                packets.TryAdd(sequence, new SentPacket(BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(4)), (packet[1] & 0x80) != 0, payload));
            }
        }

        track.Packets.AddRange(packets.Values);
        return track;
    }

    /// <summary>The wall-clock time, in seconds, that the sender report nearest to an RTP timestamp gives it.</summary>
    public double NtpSeconds(uint timestamp)
    {
        if (_reports.Count == 0)
        {
            throw new InvalidOperationException("The publisher sent no sender report.");
        }

        (uint rtp, double ntp) = _reports.MinBy(report => Math.Abs((long)(int)(timestamp - report.Rtp)));
        return ntp + ((int)(timestamp - rtp) / (double)_clockRate);
    }

    private void AddReports(ReadOnlySpan<byte> compound, uint ssrc)
    {
        while (compound.Length >= 4)
        {
            int length = Math.Min(compound.Length, (BinaryPrimitives.ReadUInt16BigEndian(compound[2..]) + 1) * 4);
            if (compound[1] == 200 && length >= 20 && BinaryPrimitives.ReadUInt32BigEndian(compound[4..]) == ssrc)
            {
                double ntp = BinaryPrimitives.ReadUInt32BigEndian(compound[8..]) + (BinaryPrimitives.ReadUInt32BigEndian(compound[12..]) / 4294967296.0);
                _reports.Add((BinaryPrimitives.ReadUInt32BigEndian(compound[16..]), ntp));
            }

            compound = compound[length..];
        }
    }

    // RFC 3550 5.1: the fixed header, contributing sources, one header extension, payload, padding.
    private static byte[]? Payload(byte[] packet)
    {
        int start = 12 + ((packet[0] & 15) * 4);
        if ((packet[0] & 0x10) != 0 && packet.Length >= start + 4)
        {
            start += 4 + (BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(start + 2)) * 4);
        }

        int end = packet.Length - ((packet[0] & 0x20) != 0 ? packet[^1] : 0);
        return end > start ? packet[start..end] : null;
    }
}
