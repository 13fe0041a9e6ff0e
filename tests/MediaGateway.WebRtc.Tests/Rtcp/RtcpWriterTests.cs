using System.Text;
using MediaGateway.WebRtc.Rtcp;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Rtcp;

public sealed class RtcpWriterTests
{
    // The packet of draft-alvestrand-rmcat-remb-03 as Pion's test has it: 8927168 bit/s for one source.
    [Fact]
    public void MaximumBitrate_IsWrittenAsPionDoes()
    {
        Span<byte> buffer = stackalloc byte[64];
        var writer = new RtcpWriter(buffer);

        Assert.True(writer.TryWriteMaximumBitrate(1, 8_927_168, [1215622422]));

        Assert.Equal("8FCE0005000000010000000052454D42011A20DF4874ED16", Convert.ToHexString(buffer[..writer.Length]));
        Assert.True(MaximumBitrate.TryParse(buffer[12..writer.Length], out double bitrate));
        Assert.Equal(8_927_168, bitrate);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(262_143)]
    [InlineData(262_144)]
    [InlineData(4_000_000)]
    [InlineData(int.MaxValue)]
    [InlineData(1_000_000_000_000)]
    public void MaximumBitrate_LosesAtMostItsLowBits(long bitrate)
    {
        Span<byte> buffer = stackalloc byte[64];
        MaximumBitrate.Write(buffer, bitrate, [1, 2]);

        Assert.True(MaximumBitrate.TryParse(buffer, out double read));
        Assert.InRange(read, bitrate * (1 - (1.0 / 131_072)), bitrate);
    }

    // RFC 4585 6.2.1; sequence numbers across the wrap.
    [Fact]
    public void GenericNack_NamesSixteenFollowersPerEntry()
    {
        Span<byte> buffer = stackalloc byte[64];
        var writer = new RtcpWriter(buffer);
        long[] lost = [65_534, 65_535, 65_536, 65_550, 65_551, 66_000];

        Assert.Equal(6, writer.WriteGenericNack(1, 2, lost));

        Assert.Equal("81CD0005" + "00000001" + "00000002" + "FFFE8003" + "000F0000" + "01D00000", Convert.ToHexString(buffer[..writer.Length]));
        Assert.Equal([65_534, 65_535, 0, 14, 15, 464], Read(buffer[12..writer.Length]));
    }

    [Fact]
    public void GenericNackWithoutRoom_WritesWhatFits()
    {
        Span<byte> buffer = stackalloc byte[20];
        var writer = new RtcpWriter(buffer);

        Assert.Equal(2, writer.WriteGenericNack(1, 2, [10, 100, 1000]));
        Assert.Equal([10, 100], Read(buffer[12..writer.Length]));
        Assert.Equal(0, writer.WriteGenericNack(1, 2, [1000]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("ab")]
    [InlineData("abc")]
    [InlineData("abcdefgh")]
    public void SourceDescription_EndsWithZeroesInWholeWords(string name)
    {
        Span<byte> buffer = stackalloc byte[64];
        buffer.Fill(0xEE);
        var writer = new RtcpWriter(buffer);

        Assert.True(writer.TryWriteSourceDescription(7, Encoding.UTF8.GetBytes(name)));

        var reader = new RtcpReader(buffer[..writer.Length]);
        Assert.True(reader.MoveNext());
        Assert.Equal(0, reader.Body[^1]);
        Assert.True(SourceDescription.TryFindCanonicalName(reader.Body, out uint ssrc, out ReadOnlySpan<byte> read));
        Assert.Equal((7u, name), (ssrc, Encoding.UTF8.GetString(read)));
        Assert.False(reader.MoveNext());
        Assert.False(reader.HasFailed);
    }

    [Fact]
    public void Compound_IsReadBackPacketByPacket()
    {
        Span<byte> buffer = stackalloc byte[256];
        var writer = new RtcpWriter(buffer);
        var sender = new SenderReport(1, 0x1122334455667788, 9, 10, 11);
        var block = new ReportBlock(2, 3, -4, 5, 6, 7, 8);
        Assert.True(writer.TryWriteSenderReport(sender, [block]));
        Assert.True(writer.TryWriteReceiverReport(1, [block, block]));
        Assert.True(writer.TryWritePictureLossIndication(1, 2));
        Assert.True(writer.TryWriteFullIntraRequest(1, new FullIntraRequest(2, 77)));
        Assert.True(writer.TryWriteGoodbye(1));

        var reader = new RtcpReader(buffer[..writer.Length]);
        Assert.True(reader.MoveNext() && SenderReport.TryParse(reader.Body, reader.Count, out SenderReport readSender) && readSender == sender);
        Assert.True(reader.MoveNext() && ReportBlocks.TryParse(reader, out ReportBlocks blocks) && blocks[1] == block && blocks.Count == 2);
        Assert.True(reader.MoveNext() && FeedbackPacket.TryParse(reader.Body, out FeedbackPacket loss) && loss.MediaSsrc == 2);
        Assert.True(reader.MoveNext() && FeedbackPacket.TryParse(reader.Body, out FeedbackPacket intra)
            && FullIntraRequest.TryParse(intra.ControlInformation, out FullIntraRequest request) && request == new FullIntraRequest(2, 77));
        Assert.True(reader.MoveNext() && Goodbye.TryParse(reader.Body, reader.Count, out Goodbye goodbye) && goodbye[0] == 1);
        Assert.False(reader.MoveNext());
    }

    [Fact]
    public void PacketWithoutRoom_IsNotWritten()
    {
        Span<byte> buffer = stackalloc byte[15];
        var writer = new RtcpWriter(buffer);

        Assert.True(writer.TryWriteGoodbye(1));
        Assert.False(writer.TryWriteGoodbye(1));
        Assert.Equal(8, writer.Length);
    }

    private static List<int> Read(ReadOnlySpan<byte> controlInformation)
    {
        List<int> sequences = [];
        foreach (ushort sequence in new GenericNack(controlInformation))
        {
            sequences.Add(sequence);
        }

        return sequences;
    }
}
