using System.Buffers.Binary;

namespace MediaGateway.WebRtc.Rtcp;

/// <summary>
/// Writes RTCP packets one after the other into one buffer: a compound packet. A packet that does not fit is not written at all, and
/// the method says false.
/// </summary>
internal ref struct RtcpWriter(Span<byte> destination)
{
    private const byte PaddingBit = 0x20;

    private readonly Span<byte> _destination = destination;

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes left.</summary>
    public readonly int Room => _destination.Length - Length;

    /// <summary>Writes an RR (RFC 3550 6.4.2).</summary>
    public bool TryWriteReceiverReport(uint senderSsrc, scoped ReadOnlySpan<ReportBlock> blocks)
    {
        if (!TryBegin(RtcpPacketType.ReceiverReport, blocks.Length, 4 + (blocks.Length * ReportBlock.Length), out Span<byte> body))
        {
            return false;
        }

        BinaryPrimitives.WriteUInt32BigEndian(body, senderSsrc);
        WriteBlocks(body[4..], blocks);
        return true;
    }

    /// <summary>Writes an SR (RFC 3550 6.4.1).</summary>
    public bool TryWriteSenderReport(in SenderReport report, scoped ReadOnlySpan<ReportBlock> blocks)
    {
        int length = SenderReport.Length + (blocks.Length * ReportBlock.Length);
        if (!TryBegin(RtcpPacketType.SenderReport, blocks.Length, length, out Span<byte> body))
        {
            return false;
        }

        BinaryPrimitives.WriteUInt32BigEndian(body, report.Ssrc);
        BinaryPrimitives.WriteUInt64BigEndian(body[4..], report.NtpTime);
        BinaryPrimitives.WriteUInt32BigEndian(body[12..], report.RtpTime);
        BinaryPrimitives.WriteUInt32BigEndian(body[16..], report.PacketCount);
        BinaryPrimitives.WriteUInt32BigEndian(body[20..], report.OctetCount);
        WriteBlocks(body[SenderReport.Length..], blocks);
        return true;
    }

    /// <summary>Writes an SDES with one chunk and one CNAME item (RFC 3550 6.5).</summary>
    /// <param name="ssrc">Whose name it is.</param>
    /// <param name="canonicalName">At most 255 bytes of UTF-8.</param>
    public bool TryWriteSourceDescription(uint ssrc, scoped ReadOnlySpan<byte> canonicalName)
    {
        // At least one zero byte ends the items; more of them fill the last word.
        int length = (4 + 2 + canonicalName.Length + 4) & ~3;
        if (!TryBegin(RtcpPacketType.SourceDescription, 1, length, out Span<byte> body))
        {
            return false;
        }

        BinaryPrimitives.WriteUInt32BigEndian(body, ssrc);
        body[4] = SourceDescription.CanonicalName;
        body[5] = (byte)canonicalName.Length;
        canonicalName.CopyTo(body[6..]);
        body[(6 + canonicalName.Length)..].Clear();
        return true;
    }

    /// <summary>Writes a BYE for one source (RFC 3550 6.6).</summary>
    public bool TryWriteGoodbye(uint ssrc)
    {
        if (!TryBegin(RtcpPacketType.Goodbye, 1, 4, out Span<byte> body))
        {
            return false;
        }

        BinaryPrimitives.WriteUInt32BigEndian(body, ssrc);
        return true;
    }

    /// <summary>
    /// Writes a generic NACK for as many of <paramref name="sequenceNumbers"/> as fit (RFC 4585 6.2.1).
    /// </summary>
    /// <param name="senderSsrc">Who asks.</param>
    /// <param name="mediaSsrc">Whose packets are missing.</param>
    /// <param name="sequenceNumbers">64-bit sequence numbers, ascending.</param>
    /// <returns>How many were written.</returns>
    public int WriteGenericNack(uint senderSsrc, uint mediaSsrc, scoped ReadOnlySpan<long> sequenceNumbers)
    {
        int room = (Room - RtcpReader.HeaderLength - 8) / GenericNack.EntryLength;
        int entries = 0;
        int taken = 0;
        while (taken < sequenceNumbers.Length && entries < room)
        {
            taken += CountOfEntry(sequenceNumbers[taken..]);
            entries++;
        }

        int length = 8 + (entries * GenericNack.EntryLength);
        if (entries == 0 || !TryBegin(RtcpPacketType.TransportFeedback, FeedbackFormat.GenericNack, length, out Span<byte> body))
        {
            return 0;
        }

        WriteSources(body, senderSsrc, mediaSsrc);
        ReadOnlySpan<long> rest = sequenceNumbers[..taken];
        for (Span<byte> entry = body[8..]; rest.Length > 0; entry = entry[GenericNack.EntryLength..])
        {
            int count = CountOfEntry(rest);
            ushort mask = 0;
            foreach (long sequence in rest[1..count])
            {
                mask |= (ushort)(1 << (int)(sequence - rest[0] - 1));
            }

            BinaryPrimitives.WriteUInt16BigEndian(entry, (ushort)(rest[0] & 0xFFFF));
            BinaryPrimitives.WriteUInt16BigEndian(entry[2..], mask);
            rest = rest[count..];
        }

        return taken;
    }

    /// <summary>Writes a picture loss indication (RFC 4585 6.3.1).</summary>
    public bool TryWritePictureLossIndication(uint senderSsrc, uint mediaSsrc)
    {
        if (!TryBegin(RtcpPacketType.PayloadFeedback, FeedbackFormat.PictureLossIndication, 8, out Span<byte> body))
        {
            return false;
        }

        WriteSources(body, senderSsrc, mediaSsrc);
        return true;
    }

    /// <summary>Writes a full intra request with one entry (RFC 5104 4.3.1).</summary>
    public bool TryWriteFullIntraRequest(uint senderSsrc, in FullIntraRequest request)
    {
        int length = 8 + FullIntraRequest.EntryLength;
        if (!TryBegin(RtcpPacketType.PayloadFeedback, FeedbackFormat.FullIntraRequest, length, out Span<byte> body))
        {
            return false;
        }

        // The media source field is not used: the entry names the source (RFC 5104 4.3.1.2).
        WriteSources(body, senderSsrc, 0);
        BinaryPrimitives.WriteUInt32BigEndian(body[8..], request.Ssrc);
        BinaryPrimitives.WriteUInt32BigEndian(body[12..], (uint)request.SequenceNumber << 24);
        return true;
    }

    /// <summary>Writes a receiver estimated maximum bitrate (draft-alvestrand-rmcat-remb-03).</summary>
    public bool TryWriteMaximumBitrate(uint senderSsrc, long bitrate, scoped ReadOnlySpan<uint> sources)
    {
        int length = 8 + MaximumBitrate.FixedLength + (sources.Length * 4);
        if (!TryBegin(RtcpPacketType.PayloadFeedback, FeedbackFormat.ApplicationLayer, length, out Span<byte> body))
        {
            return false;
        }

        WriteSources(body, senderSsrc, 0);
        MaximumBitrate.Write(body[8..], bitrate, sources);
        return true;
    }

    /// <summary>Writes transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01 3.1), padded to whole words.</summary>
    public bool TryWriteTransportFeedback(uint senderSsrc, uint mediaSsrc, scoped ReadOnlySpan<byte> controlInformation)
    {
        int padding = -controlInformation.Length & 3;
        int length = 8 + controlInformation.Length + padding;
        int start = Length;
        if (!TryBegin(RtcpPacketType.TransportFeedback, FeedbackFormat.TransportWide, length, out Span<byte> body))
        {
            return false;
        }

        WriteSources(body, senderSsrc, mediaSsrc);
        controlInformation.CopyTo(body[8..]);
        if (padding > 0)
        {
            body[(8 + controlInformation.Length)..].Clear();
            body[^1] = (byte)padding;
            _destination[start] |= PaddingBit;
        }

        return true;
    }

    private static int CountOfEntry(ReadOnlySpan<long> sequenceNumbers)
    {
        int count = 1;
        while (count < sequenceNumbers.Length && sequenceNumbers[count] - sequenceNumbers[0] <= GenericNack.MaskBits)
        {
            count++;
        }

        return count;
    }

    private static void WriteSources(Span<byte> body, uint senderSsrc, uint mediaSsrc)
    {
        BinaryPrimitives.WriteUInt32BigEndian(body, senderSsrc);
        BinaryPrimitives.WriteUInt32BigEndian(body[4..], mediaSsrc);
    }

    private static void WriteBlocks(Span<byte> body, ReadOnlySpan<ReportBlock> blocks)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            blocks[i].Write(body[(i * ReportBlock.Length)..]);
        }
    }

    private bool TryBegin(RtcpPacketType type, int count, int bodyLength, out Span<byte> body)
    {
        int length = RtcpReader.HeaderLength + bodyLength;
        if (length > Room)
        {
            body = default;
            return false;
        }

        Span<byte> packet = _destination.Slice(Length, length);
        packet[0] = (byte)(0x80 | count);
        packet[1] = (byte)type;
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)((length / 4) - 1));
        body = packet[RtcpReader.HeaderLength..];
        Length += length;
        return true;
    }
}
