using System.Buffers.Binary;

namespace MediaGateway.WebRtc.Rtcp;

/// <summary>The report blocks of an SR or RR body (RFC 3550 6.4).</summary>
internal readonly ref struct ReportBlocks
{
    private readonly ReadOnlySpan<byte> _blocks;

    private ReportBlocks(uint senderSsrc, ReadOnlySpan<byte> blocks)
    {
        SenderSsrc = senderSsrc;
        _blocks = blocks;
    }

    /// <summary>Who reports.</summary>
    public uint SenderSsrc { get; }

    /// <summary>Number of blocks.</summary>
    public int Count => _blocks.Length / ReportBlock.Length;

    /// <summary>One block.</summary>
    public ReportBlock this[int index] => ReportBlock.Read(_blocks[(index * ReportBlock.Length)..]);

    /// <summary>Finds the blocks of the reader's current packet. False: it is no SR or RR, or too short for its count.</summary>
    public static bool TryParse(in RtcpReader packet, out ReportBlocks blocks)
    {
        blocks = default;
        int offset = packet.Type switch
        {
            RtcpPacketType.SenderReport => SenderReport.Length,
            RtcpPacketType.ReceiverReport => 4,
            _ => int.MaxValue,
        };
        int length = packet.Count * ReportBlock.Length;
        if (packet.Body.Length < offset || packet.Body.Length - offset < length)
        {
            return false;
        }

        blocks = new ReportBlocks(BinaryPrimitives.ReadUInt32BigEndian(packet.Body), packet.Body.Slice(offset, length));
        return true;
    }
}
