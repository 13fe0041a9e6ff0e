using MediaGateway.Media.Frames;
using MediaGateway.Media.H264;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Rtp;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Rtp;

public sealed class H264ReceiverTests
{
    private static readonly byte[] Sps = Convert.FromHexString("6742C01FDA014016E84000000300400000F023C60CA8");
    private static readonly byte[] OtherSps = Convert.FromHexString("6742C01FDA014010A4000003000400000300F03C60CA80");
    private static readonly byte[] Pps = [0x68, 0xCE, 0x3C, 0x80];
    private static readonly byte[] Idr = [0x65, 0x88, 0x84, 1, 2, 3];
    private static readonly byte[] Idr2 = [0x65, 0x42, 0x30, 4, 5, 6];
    private static readonly byte[] P = [0x41, 0x9A, 0x24, 7, 8, 9];
    private static readonly byte[] Sei = [0x06, 5, 1, 2, 0x80];
    private static readonly byte[] Aud = [0x09, 0xF0];
    private static readonly byte[] Filler = [0x0C, 0xFF, 0x80];

    public static TheoryData<string, int, bool, bool> Streams
    {
        get
        {
            var data = new TheoryData<string, int, bool, bool>();
            string[] files =
            [
                "membrane/input-10-320x180.h264", "membrane/input-10-720p-baseline.h264", "membrane/input-10-720p-main.h264",
                "membrane/input-100-240p-no-b-frames.h264", "minih264/x264.264", "mp4ff/blackframe.264",
                "openh264/Adobe_PDF_sample_a_1024x768_50Frms.264", "openh264/BA1_Sony_D.jsv", "openh264/CI_MW_D.264",
                "openh264/SVA_BA2_D.264", "openh264/SVA_Base_B.264", "openh264/test_qcif_cabac.264",
            ];
            foreach (string file in files)
            {
                data.Add(file, 1200, true, true);
                data.Add(file, 500, false, false);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void RealStream_ComesOutAsItWentIn(string file, int payloadBytes, bool aggregates, bool markers) =>
        CheckStream(file, payloadBytes, aggregates, markers);

    [Fact]
    public void ShortStreamInPayloadsOfEverySize_ComesOutAsItWentIn()
    {
        for (int size = 3; size < 80; size += size < 20 ? 1 : 7)
        {
            CheckStream("openh264/SVA_BA2_D.264", size, aggregates: size % 2 == 0, markers: size % 3 != 0);
        }
    }

    [Fact]
    public void KeyframeLikeABrowsers_LeavesWithItsMarker()
    {
        using var bench = new ReceiverBench();

        SendUnit(bench, 0, 3000, [Sps, Pps, Idr]);

        RecordedFrame frame = Assert.Single(bench.Frames);
        Assert.True(frame.IsKeyframe);
        Assert.Equal([Sps, Pps, Idr], frame.NalUnits());
        Assert.Equal(frame.Presentation, frame.Decoding);
        H264Format format = Assert.IsType<H264Format>(frame.Format);
        Assert.Equal((1280, 720), (format.Width, format.Height));
        Assert.Equal(0, bench.Count("PLI"));
    }

    [Fact]
    public void KeyframeWithoutSets_GetsThemInFront()
    {
        using var bench = new ReceiverBench();
        int sequence = SendUnit(bench, 0, 3000, [Sps, Pps, Idr]);
        sequence = SendUnit(bench, sequence, 6000, [P]);

        SendUnit(bench, sequence, 9000, [Sei, Idr]);

        Assert.Equal([Sps, Pps, Sei, Idr], bench.Frames[2].NalUnits());
        Assert.Equal([P], bench.Frames[1].NalUnits());
        Assert.Same(bench.Frames[0].Format, bench.Frames[2].Format);
    }

    [Fact]
    public void SetsInPacketsOfTheirOwn_AreCollected()
    {
        using var bench = new ReceiverBench();
        bench.SendVideo(0, 3000, false, Sps);
        bench.SendVideo(1, 3000, false, Pps);
        bench.SendVideo(2, 3000, false, Idr);
        bench.SendVideo(3, 3000, true, Idr2);

        Assert.Equal([Sps, Pps, Idr, Idr2], Assert.Single(bench.Frames).NalUnits());
    }

    [Fact]
    public void SetsOnlyInTheSdp_StartTheStream()
    {
        ReceiveTrack track = ReceiverBench.Video() with
        {
            PayloadTypes = [new ReceivePayloadType(ReceiverBench.VideoType, CodecId.H264) { ParameterSets = [Sps, Pps] }],
        };
        using var bench = new ReceiverBench(null, track);

        bench.SendVideo(0, 3000, true, Idr);

        Assert.Equal([Sps, Pps, Idr], Assert.Single(bench.Frames).NalUnits());
    }

    [Fact]
    public void SetsOnlyInTheSdp_StartNotAtALaterSlice()
    {
        ReceiveTrack track = ReceiverBench.Video() with
        {
            PayloadTypes = [new ReceivePayloadType(ReceiverBench.VideoType, CodecId.H264) { ParameterSets = [Sps, Pps] }],
        };
        using var bench = new ReceiverBench(null, track);

        bench.SendVideo(1, 3000, true, Idr2);

        Assert.Empty(bench.Frames);
        Assert.Equal(1, bench.Count("PLI"));
    }

    [Fact]
    public void ChangedSets_MakeANewFormat()
    {
        using var bench = new ReceiverBench();
        int sequence = SendUnit(bench, 0, 3000, [Sps, Pps, Idr]);

        SendUnit(bench, sequence, 6000, [OtherSps, Pps, Idr]);

        Assert.NotSame(bench.Frames[0].Format, bench.Frames[1].Format);
        Assert.Equal([OtherSps, Pps, Idr], bench.Frames[1].NalUnits());
    }

    [Fact]
    public void DelimiterAndFiller_AreLeftOut()
    {
        using var bench = new ReceiverBench();
        int sequence = SendUnit(bench, 0, 3000, [Aud, Sps, Pps, Sei, Idr, Filler]);

        SendUnit(bench, sequence, 6000, [Aud, Sei, P, Filler]);

        Assert.Equal([Sps, Pps, Sei, Idr], bench.Frames[0].NalUnits());
        Assert.Equal([Sei, P], bench.Frames[1].NalUnits());
    }

    [Fact]
    public void UnitWithoutMarker_IsClosedByTheNextTimestamp()
    {
        using var bench = new ReceiverBench();
        bench.SendVideo(0, 3000, false, Sps);
        bench.SendVideo(1, 3000, false, Pps);
        bench.SendVideo(2, 3000, false, Idr);
        Assert.Empty(bench.Frames);

        bench.SendVideo(3, 6000, false, P);

        Assert.Equal([Sps, Pps, Idr], Assert.Single(bench.Frames).NalUnits());
    }

    [Fact]
    public void MarkerOnEverySlice_IsNotBelievedForLong()
    {
        using var bench = new ReceiverBench();
        int sequence = SendUnit(bench, 0, 3000, [Sps, Pps, Idr]);
        bench.SendVideo(sequence, 3000, true, Idr2);
        bench.Advance(1);
        Assert.Equal(1, bench.Count("PLI"));

        for (int frame = 2; frame < 5; frame++)
        {
            bench.SendVideo((10 * frame) + sequence - 19, frame * 3000, true, Sps);
            bench.SendVideo((10 * frame) + sequence - 18, frame * 3000, true, Pps);
            bench.SendVideo((10 * frame) + sequence - 17, frame * 3000, true, Idr);
            bench.SendVideo((10 * frame) + sequence - 16, frame * 3000, true, Idr2);
            for (int padding = 4; padding < 10; padding++)
            {
                bench.Send(RtpBytes.Padding(ReceiverBench.VideoType, (10 * frame) + sequence - 19 + padding, frame * 3000, ReceiverBench.VideoSsrc, 9));
            }
        }

        Assert.All(bench.Frames.Skip(1), frame => Assert.Equal([Sps, Pps, Idr, Idr2], frame.NalUnits()));
        Assert.Equal(3, bench.Frames.Count);
    }

    [Fact]
    public void PaddingPackets_AreNeitherLossNorContent()
    {
        using var bench = new ReceiverBench();
        SendUnit(bench, 0, 3000, [Sps, Pps, Idr]);
        for (int sequence = 1; sequence < 20; sequence++)
        {
            bench.Send(RtpBytes.Padding(ReceiverBench.VideoType, sequence, 3000, ReceiverBench.VideoSsrc, 200));
        }

        SendUnit(bench, 20, 6000, [P]);
        bench.Advance(2000);

        Assert.Equal(2, bench.Frames.Count);
        Assert.Equal((0, 0), (bench.Count("PLI"), bench.Count("NACK")));
        Assert.Equal(0, bench.Statistics(TrackKind.Video).LostPackets);
    }

    [Theory]
    [InlineData("", true)] // padding
    [InlineData("78", false)] // STAP-A without content
    [InlineData("780000", false)] // STAP-A with an empty NAL unit
    [InlineData("78000641AA", false)] // STAP-A whose size passes the end
    [InlineData("780003419A24", true)]
    [InlineData("780002410000", false)] // STAP-A with half a size
    [InlineData("780005780002419A", false)] // STAP-A in STAP-A
    [InlineData("7800037C8541", false)] // FU-A in STAP-A
    [InlineData("7C81", false)] // FU-A without content
    [InlineData("7C019A24", false)] // FU-A without start
    [InlineData("7C419A24", false)] // FU-A end without start
    [InlineData("7CC19A24", false)] // start and end in one
    [InlineData("7C9C9A24", false)] // FU-A of an FU-A
    [InlineData("7C989A24", false)] // FU-A of a STAP-A
    [InlineData("7D819A24", false)] // FU-B
    [InlineData("790000009A24", false)] // STAP-B
    [InlineData("7A0000009A24", false)] // MTAP16
    [InlineData("7B0000009A24", false)] // MTAP24
    [InlineData("7E9A24", false)]
    [InlineData("7F9A24", false)]
    [InlineData("C19A24", false)] // forbidden bit
    public void PayloadThatBreaksTheFormat_BreaksItsAccessUnitAlone(string hex, bool valid)
    {
        using var bench = new ReceiverBench();
        int sequence = SendUnit(bench, 0, 3000, [Sps, Pps, Idr]);

        bench.Advance(33);
        bench.SendVideo(sequence, 6000, false, Convert.FromHexString(hex));
        bench.SendVideo(sequence + 1, 6000, true, P);
        bench.Advance(33);
        SendUnit(bench, sequence + 2, 9000, [P]);
        bench.Advance(33);
        Assert.Equal(valid ? 3 : 1, bench.Frames.Count);
        Assert.Equal(valid ? 0 : 1, bench.Count("PLI"));

        SendUnit(bench, sequence + 3, 12000, [Sps, Pps, Idr]);
        Assert.True(bench.Frames[^1].IsKeyframe);
        Assert.Equal(12000, bench.Frames[^1].Presentation.Value - bench.Frames[0].Presentation.Value + 3000);
    }

    [Fact]
    public void FragmentInterruptedByAnotherUnit_BreaksTheAccessUnit()
    {
        using var bench = new ReceiverBench();
        int sequence = SendUnit(bench, 0, 3000, [Sps, Pps, Idr]);

        bench.SendVideo(sequence, 6000, false, [0x5C, 0x81, 0x9A, 1, 2]);
        bench.SendVideo(sequence + 1, 6000, true, P);

        Assert.Single(bench.Frames);
        Assert.Equal(1, bench.Statistics(TrackKind.Video).MalformedPackets);
    }

    [Fact]
    public void UnitOverTheBound_IsDroppedAndTheNextKeyframeLeaves()
    {
        using var bench = new ReceiverBench(ReceiverBench.Options() with { MaximumAccessUnitBytes = 5000 });
        int sequence = SendUnit(bench, 0, 3000, [Sps, Pps, Idr]);
        byte[] large = [.. P, .. new byte[6000]];
        sequence = SendUnit(bench, sequence, 6000, [large], 1000);

        SendUnit(bench, sequence, 9000, [Sps, Pps, Idr]);

        Assert.Equal(2, bench.Frames.Count);
        Assert.Equal(1, bench.Statistics(TrackKind.Video).DroppedFrames);
    }

    [Fact]
    public void LostStartOfAKeyframe_IsNotForgottenBecauseSlicesCome()
    {
        using var bench = new ReceiverBench(null, ReceiverBench.Video(RtcpFeedback.PictureLossIndication));
        int sequence = SendUnit(bench, 0, 3000, [Sps, Pps, Idr]);
        bench.SendVideo(sequence + 1, 6000, false, Idr);
        bench.SendVideo(sequence + 2, 6000, true, Idr2);
        bench.Advance(150);
        SendUnit(bench, sequence + 3, 9000, [P]);

        Assert.Single(bench.Frames);
        Assert.Equal(1, bench.Count("PLI"));

        SendUnit(bench, sequence + 4, 12000, [Sps, Pps, Idr]);
        Assert.Equal(2, bench.Frames.Count);
    }

    [Fact]
    public void MutatedPayloads_NeverThrowAndNeverLeak()
    {
        List<byte[]> seeds = [Sps, Pps, Idr, P, Sei, Aud, [0x78, 0, 2, 0x41, 0x9A, 0, 2, 6, 1], [0x5C, 0x81, 0x9A, 1], [0x5C, 1, 1], [0x5C, 0x41, 1]];
        using var bench = new ReceiverBench();
        var random = new Random(7);
        long timestamp = 0;
        int sequence = 0;
        foreach (byte[] payload in Mutations.Of(seeds, 20_000, seed: 8))
        {
            timestamp += random.Next(3) == 0 ? 3000 : 0;
            sequence += random.Next(200) == 0 ? 2 : 1;
            bench.SendVideo(sequence, timestamp, random.Next(3) == 0, payload);
            bench.Advance(1);
        }

        Assert.All(bench.Frames, frame => Assert.NotEmpty(frame.NalUnits()));
        Assert.InRange(bench.Frames.Count, 10, 20_000);
    }

    private static int SendUnit(ReceiverBench bench, int sequence, long timestamp, byte[][] units, int payloadBytes = 1200)
    {
        List<byte[]> payloads = H264Packetizer.Packetize(units, payloadBytes, aggregates: true);
        for (int i = 0; i < payloads.Count; i++)
        {
            bench.SendVideo(sequence++, timestamp, i == payloads.Count - 1, payloads[i]);
        }

        return sequence;
    }

    private static void CheckStream(string file, int payloadBytes, bool aggregates, bool markers)
    {
        List<byte[]> units = [];
        foreach (ReadOnlySpan<byte> unit in new AnnexB(TestData.Read(["h264", .. file.Split('/')])))
        {
            units.Add(unit.ToArray());
        }

        List<List<byte[]>> accessUnits = H264Packetizer.SplitAccessUnits(units);
        using var bench = new ReceiverBench();
        long sequence = 65_000;
        for (int index = 0; index < accessUnits.Count; index++)
        {
            List<byte[]> payloads = H264Packetizer.Packetize(accessUnits[index], payloadBytes, aggregates);
            for (int i = 0; i < payloads.Count; i++)
            {
                bench.SendVideo(sequence++, 0xFFFF_0000L + (index * 3003L), markers && i == payloads.Count - 1, payloads[i]);
            }

            bench.Advance(33);
        }

        bench.SendVideo(sequence, 0xFFFF_0000L + (accessUnits.Count * 3003L), false, Sei);
        List<List<byte[]>> pictures = [.. accessUnits.Where(unit => unit.Any(IsSlice))];
        Assert.Equal(pictures.Count, bench.Frames.Count);
        foreach ((List<byte[]> sent, RecordedFrame received) in pictures.Zip(bench.Frames))
        {
            CheckFrame(sent, received);
        }
    }

    private static void CheckFrame(List<byte[]> sent, RecordedFrame received)
    {
        List<byte[]> units = received.NalUnits();
        Assert.Equal(sent.Where(IsContent), units.Where(IsContent));
        Assert.Equal(sent.Any(unit => NalUnit.TypeOf(unit[0]) == NalUnitType.IdrSlice), received.IsKeyframe);
        if (received.IsKeyframe)
        {
            Assert.Equal(NalUnitType.SequenceParameterSet, NalUnit.TypeOf(units[0][0]));
            Assert.Contains(units, unit => NalUnit.TypeOf(unit[0]) == NalUnitType.PictureParameterSet);
        }
    }

    private static bool IsSlice(byte[] unit) => NalUnit.IsSlice(NalUnit.TypeOf(unit[0]));

    private static bool IsContent(byte[] unit) => IsSlice(unit) || NalUnit.TypeOf(unit[0]) == NalUnitType.SupplementalEnhancementInformation;
}
