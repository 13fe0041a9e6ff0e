using System.Text;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Rtcp;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Rtcp;

public sealed class RtcpReaderTests
{
    [Fact]
    public void SenderReportOfAiortc_IsRead()
    {
        RtcpReader reader = First("rtcp_sr.bin");

        Assert.Equal(RtcpPacketType.SenderReport, reader.Type);
        Assert.True(SenderReport.TryParse(reader.Body, reader.Count, out SenderReport report));
        Assert.Equal(new SenderReport(1831097322, 16016567581311369308, 1722342718, 269, 13557), report);
        Assert.True(ReportBlocks.TryParse(reader, out ReportBlocks blocks));
        Assert.Equal(1, blocks.Count);
        Assert.Equal(new ReportBlock(2398654957, 0, 0, 246, 127, 0, 0), blocks[0]);
    }

    [Fact]
    public void ReceiverReportOfAiortc_IsRead()
    {
        RtcpReader reader = First("rtcp_rr.bin");

        Assert.True(ReportBlocks.TryParse(reader, out ReportBlocks blocks));
        Assert.Equal(817267719u, blocks.SenderSsrc);
        Assert.Equal(new ReportBlock(1200895919, 0, 0, 630, 1906, 0, 0), blocks[0]);
    }

    [Fact]
    public void NegativeLoss_KeepsItsSign()
    {
        Span<byte> bytes = stackalloc byte[ReportBlock.Length];
        var block = new ReportBlock(1, 2, -3, 4, 5, 6, 7);

        block.Write(bytes);

        Assert.Equal(block, ReportBlock.Read(bytes));
    }

    [Fact]
    public void CanonicalNameOfAiortc_IsFound()
    {
        RtcpReader reader = First("rtcp_sdes.bin");

        Assert.True(SourceDescription.TryFindCanonicalName(reader.Body, out uint ssrc, out ReadOnlySpan<byte> name));
        Assert.Equal(1831097322u, ssrc);
        Assert.Equal("{63f459ea-41fe-4474-9d33-9707c9ee79d1}", Encoding.UTF8.GetString(name));
    }

    [Theory]
    [InlineData("rtcp_bye.bin", 1)]
    [InlineData("rtcp_bye_padding.bin", 0)]
    public void GoodbyesOfAiortc_AreRead(string file, int sources)
    {
        RtcpReader reader = First(file);

        Assert.Equal(RtcpPacketType.Goodbye, reader.Type);
        Assert.True(Goodbye.TryParse(reader.Body, reader.Count, out Goodbye goodbye));
        Assert.Equal(sources, goodbye.Count);
        Assert.True(sources == 0 || goodbye[0] == 2924645187u);
    }

    [Fact]
    public void PictureLossIndicationOfAiortc_IsRead()
    {
        RtcpReader reader = First("rtcp_psfb_pli.bin");

        Assert.Equal((RtcpPacketType.PayloadFeedback, FeedbackFormat.PictureLossIndication), (reader.Type, reader.Count));
        Assert.True(FeedbackPacket.TryParse(reader.Body, out FeedbackPacket feedback));
        Assert.Equal((1414554213u, 587284409u), (feedback.SenderSsrc, feedback.MediaSsrc));
    }

    [Fact]
    public void GenericNackOfAiortc_IsRead()
    {
        RtcpReader reader = First("rtcp_rtpfb.bin");
        Assert.True(FeedbackPacket.TryParse(reader.Body, out FeedbackPacket feedback));

        List<int> lost = [];
        foreach (ushort sequence in new GenericNack(feedback.ControlInformation))
        {
            lost.Add(sequence);
        }

        Assert.Equal(
            [12, 32, 39, 54, 76, 110, 123, 142, 183, 187, 223, 236, 271, 292],
            lost);
    }

    [Theory]
    [InlineData("rtcp_bye_invalid.bin")]
    [InlineData("rtcp_sr_invalid.bin")]
    [InlineData("rtcp_rr_invalid.bin")]
    [InlineData("rtcp_psfb_invalid.bin")]
    [InlineData("rtcp_rtpfb_invalid.bin")]
    public void InvalidPacketsOfAiortc_AreRefused(string file)
    {
        var reader = new RtcpReader(TestData.Read("rtp", "aiortc", file));

        Assert.False(reader.MoveNext() && BodyIsValid(reader));
    }

    [Theory]
    [InlineData("rtcp_sdes_item_truncated.bin")]
    [InlineData("rtcp_sdes_source_truncated.bin")]
    public void TruncatedDescriptions_HaveNoName(string file)
    {
        RtcpReader reader = First(file);

        Assert.False(SourceDescription.TryFindCanonicalName(reader.Body, out _, out _));
    }

    [Theory]
    [InlineData("TestReceiverReportUnmarshal", "valid", true)]
    [InlineData("TestReceiverReportUnmarshal", "valid with extension data", true)]
    [InlineData("TestReceiverReportUnmarshal", "bad count in header", false)]
    [InlineData("TestReceiverReportUnmarshal", "short report", false)]
    [InlineData("TestSenderReportUnmarshal", "bad count in header", false)]
    [InlineData("TestGoodbyeUnmarshal", "bad count in header", false)]
    [InlineData("TestPictureLossIndicationUnmarshal", "valid", true)]
    [InlineData("TestPictureLossIndicationUnmarshal", "packet too short", false)]
    [InlineData("TestPictureLossIndicationUnmarshal", "invalid header", false)]
    [InlineData("TestTransportLayerNackUnmarshal", "valid", true)]
    [InlineData("TestTransportLayerNackUnmarshal", "short report", false)]
    [InlineData("TestFullIntraRequestUnmarshal", "valid", true)]
    [InlineData("TestFullIntraRequestUnmarshal", "packet too short", false)]
    [InlineData("TestFullIntraRequestUnmarshal", "invalid header", false)]
    public void VectorsOfPion_AreJudgedAsPionDoes(string test, string name, bool valid)
    {
        var reader = new RtcpReader(PionVectors.Find("pion_rtcp.json", test, name, "Data"));

        Assert.Equal(valid, reader.MoveNext() && BodyIsValid(reader));
    }

    [Fact]
    public void UnknownBlock_IsSkipped()
    {
        byte[] compound = [0x80, 207, 0, 1, 1, 2, 3, 4, 0x81, 203, 0, 1, 0, 0, 0, 9];
        var reader = new RtcpReader(compound);

        Assert.True(reader.MoveNext());
        Assert.True(reader.MoveNext());
        Assert.Equal(RtcpPacketType.Goodbye, reader.Type);
        Assert.False(reader.MoveNext());
        Assert.False(reader.HasFailed);
    }

    [Fact]
    public void BadBlock_EndsTheCompound()
    {
        byte[] compound = [0x81, 203, 0, 1, 0, 0, 0, 9, 0x80, 201, 0, 9, 0, 0, 0, 1, 0x81, 203, 0, 1, 0, 0, 0, 9];
        var reader = new RtcpReader(compound);

        Assert.True(reader.MoveNext());
        Assert.False(reader.MoveNext());
        Assert.True(reader.HasFailed);
        Assert.False(reader.MoveNext());
    }

    [Fact]
    public void EveryPrefixAndManyMutations_NeverThrow()
    {
        List<byte[]> seeds = [.. PionVectors.Read("pion_rtcp.json").Select(entry => entry.Bytes)];
        seeds.AddRange(TestData.Files("rtp", "aiortc").Where(file => file.Contains("rtcp", StringComparison.Ordinal)).Select(File.ReadAllBytes));
        foreach (byte[] mutant in Mutations.Of(seeds, 30_000, seed: 2))
        {
            var reader = new RtcpReader(mutant);
            int packets = 0;
            while (reader.MoveNext())
            {
                BodyIsValid(reader);
                packets++;
            }

            Assert.True(packets <= mutant.Length / RtcpReader.HeaderLength);
        }
    }

    private static RtcpReader First(string file)
    {
        var reader = new RtcpReader(TestData.Read("rtp", "aiortc", file));
        Assert.True(reader.MoveNext());
        return reader;
    }

    /// <summary>Reads everything there is to read of a packet.</summary>
    private static bool BodyIsValid(in RtcpReader reader)
    {
        switch (reader.Type)
        {
            case RtcpPacketType.SenderReport:
            case RtcpPacketType.ReceiverReport:
                if (!ReportBlocks.TryParse(reader, out ReportBlocks blocks))
                {
                    return false;
                }

                for (int i = 0; i < blocks.Count; i++)
                {
                    _ = blocks[i];
                }

                return reader.Type == RtcpPacketType.ReceiverReport || SenderReport.TryParse(reader.Body, reader.Count, out _);
            case RtcpPacketType.SourceDescription:
                return SourceDescription.TryFindCanonicalName(reader.Body, out _, out _);
            case RtcpPacketType.Goodbye:
                return Goodbye.TryParse(reader.Body, reader.Count, out _);
            default:
                return FeedbackIsValid(reader);
        }
    }

    private static bool FeedbackIsValid(in RtcpReader reader)
    {
        if (!FeedbackPacket.TryParse(reader.Body, out FeedbackPacket feedback))
        {
            return false;
        }

        if (reader.Type == RtcpPacketType.TransportFeedback)
        {
            int lost = 0;
            foreach (ushort _ in new GenericNack(feedback.ControlInformation))
            {
                lost++;
            }

            return lost > 0;
        }

        return reader.Count switch
        {
            FeedbackFormat.FullIntraRequest => FullIntraRequest.TryParse(feedback.ControlInformation, out _),
            FeedbackFormat.ApplicationLayer => MaximumBitrate.TryParse(feedback.ControlInformation, out _),
            _ => true,
        };
    }
}
