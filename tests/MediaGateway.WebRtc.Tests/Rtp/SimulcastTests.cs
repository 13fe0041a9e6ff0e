using MediaGateway.Media.Frames;
using MediaGateway.Media.H264;
using MediaGateway.WebRtc.Rtp;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Rtp;

/// <summary>Several encodings of one picture: the largest that comes is taken.</summary>
public sealed class SimulcastTests
{
    private const int RidId = 10;
    private const int RepairedRidId = 11;
    private const int RepairType = 103;

    // 320x180 and 640x360, Constrained Baseline.
    private static readonly byte[] SmallSet = TestSet(20, 12, 6);
    private static readonly byte[] LargeSet = TestSet(40, 23, 4);
    private static readonly byte[] PictureSet = [0x68, 0xCE, 0x3C, 0x80];

    private readonly Dictionary<uint, (long Sequence, long Timestamp)> _positions = [];

    private static ReceiveTrack Track => ReceiverBench.Video() with
    {
        RepairPayloadTypes = [new RepairPayloadType(RepairType, ReceiverBench.VideoType)],
        RidExtensionId = RidId,
        RepairedRidExtensionId = RepairedRidId,
        Layers = ["q", "f"],
    };

    [Fact]
    public void Sets_AreOfTwoSizes()
    {
        Assert.True(SequenceParameterSet.TryParse(SmallSet, out SequenceParameterSet? small));
        Assert.True(SequenceParameterSet.TryParse(LargeSet, out SequenceParameterSet? large));
        Assert.Equal((320, 180, 640, 360), (small!.Width, small.Height, large!.Width, large.Height));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void LargestLayer_IsTakenWhicheverComesFirst(bool smallFirst)
    {
        using var bench = new ReceiverBench(null, Track);
        uint[] order = smallFirst ? [1, 2] : [2, 1];
        for (int i = 0; i < 30; i++)
        {
            foreach (uint layer in order)
            {
                SendPicture(bench, layer, isKeyframe: i == 0);
            }

            bench.Advance(33);
        }

        Assert.Equal("f", bench.Statistics(TrackKind.Video).Layer);
        Assert.Equal(smallFirst ? 31 : 30, bench.Frames.Count);
        CheckSizes(bench, smallFirst ? 1 : 0, 320, 640);
        Assert.Equal((0, 0), (bench.Count("PLI"), bench.Count("NACK")));
        Assert.InRange(bench.Statistics(TrackKind.Video).UnusedLayerPackets, 29, 31);
    }

    [Fact]
    public void LayerThatStops_IsReplacedAfterHalfASecondAndTakenAgainWhenItIsBack()
    {
        using var bench = new ReceiverBench(null, Track);
        Run(bench, 60, large: true);
        int before = bench.Frames.Count;
        TimeSpan stopped = bench.Now;

        Run(bench, 60, large: false);
        RecordedFeedback request = bench.Feedback.First(feedback => feedback.Name == "PLI");
        Assert.Equal(Small, request.Ssrc);
        Assert.InRange((request.At - stopped).TotalMilliseconds, 400, 600);
        Assert.Equal("q", bench.Statistics(TrackKind.Video).Layer);
        Assert.InRange(bench.Frames.Count, before + 40, before + 50);
        Assert.InRange(bench.Frames.Zip(bench.Frames.Skip(1), (one, next) => (next.LeftAt - one.LeftAt).TotalMilliseconds).Max(), 400, 800);

        TimeSpan back = bench.Now;
        Run(bench, 90, large: true);
        Assert.Equal("f", bench.Statistics(TrackKind.Video).Layer);
        request = bench.Feedback.Last(feedback => feedback.Name == "PLI" && feedback.At >= back);
        Assert.Equal(Large, request.Ssrc);
        Assert.InRange((request.At - back).TotalMilliseconds, 900, 1200);
        Assert.Equal(3, bench.Statistics(TrackKind.Video).LayerSwitches);
        CheckStamps(bench);
        CheckEveryPictureDecodes(bench);
    }

    [Fact]
    public void LossInTheLayerInUse_IsRequestedOfItAlone()
    {
        using var bench = new ReceiverBench(null, Track);
        Run(bench, 3, large: true);
        Skip(Small);
        Skip(Large);
        Run(bench, 3, large: true);

        Assert.Equal([Large], bench.Feedback.Where(feedback => feedback.Name == "NACK").Select(feedback => feedback.Ssrc).Distinct());

        (long sequence, _) = _positions[Large];
        byte[] payload = [(byte)((sequence - 4) >> 8), (byte)((sequence - 4) & 0xFF), 0x41, 0x9A, 0x24];
        bench.Send(WithRid(RepairType, 5, 3 * 3000, 0x77, RepairedRidId, "f", payload));
        bench.Send(WithRid(RepairType, 5, 3 * 3000, 0x78, RepairedRidId, "q", payload));
        Assert.Equal(1, bench.Statistics(TrackKind.Video).RepairedPackets);
        Assert.Equal(1, bench.Statistics(TrackKind.Video).UnknownRepairPackets);
    }

    [Fact]
    public void LayersAnnouncedBySsrcOnly_AreTakenAsWell()
    {
        using var bench = new ReceiverBench(null, Track with { Layers = [], RidExtensionId = 0, LayerSsrcs = [Small, Large] });
        for (int i = 0; i < 10; i++)
        {
            SendPicture(bench, 1, isKeyframe: i == 0, tellsRid: false);
            SendPicture(bench, 2, isKeyframe: i == 0, tellsRid: false);
            bench.Advance(33);
        }

        Assert.Equal(11, bench.Frames.Count);
        bench.Send(RtpBytes.Packet(ReceiverBench.VideoType, 1, 1, 0xBAD, true, [0x41, 0x9A, 0x24]));
        Assert.Equal(1, bench.Statistics(TrackKind.Video).RefusedPackets);
    }

    [Fact]
    public void EveryLayer_IsReportedOn()
    {
        using var bench = new ReceiverBench(null, Track);
        Run(bench, 60, large: true);

        RecordedFeedback report = bench.Feedback.Last(feedback => feedback.Name == "RR" && feedback.Value > 0);
        Assert.Equal([Small, Large], report.Blocks.Select(block => block.Ssrc).Order());
        Assert.All(report.Blocks, block => Assert.Equal(0, block.FractionLost));
    }

    [Fact]
    public void GoodbyeOfOneLayer_IsNotTheEnd()
    {
        using var bench = new ReceiverBench(null, Track);
        Run(bench, 3, large: true);
        SendGoodbye(bench, Large);
        Assert.False(bench.Receiver.HasEveryoneLeft);
        SendGoodbye(bench, Small);
        Assert.True(bench.Receiver.HasEveryoneLeft);
    }

    private const uint Small = 0x1001;
    private const uint Large = 0x1002;

    private void Run(ReceiverBench bench, int pictures, bool large)
    {
        for (int i = 0; i < pictures; i++)
        {
            SendPicture(bench, 1, Wants(bench, Small));
            if (large)
            {
                SendPicture(bench, 2, Wants(bench, Large));
            }

            bench.Advance(33);
        }
    }

    /// <summary>As a browser does: a keyframe first, and another one after each request.</summary>
    private bool Wants(ReceiverBench bench, uint ssrc) =>
        !_positions.ContainsKey(ssrc)
        || bench.Feedback.Any(feedback => feedback.Name == "PLI" && feedback.Ssrc == ssrc && bench.Now - feedback.At <= TimeSpan.FromMilliseconds(33));

    private void Skip(uint ssrc) => _positions[ssrc] = (_positions[ssrc].Sequence + 1, _positions[ssrc].Timestamp + 3000);

    private void SendPicture(ReceiverBench bench, uint layer, bool isKeyframe, bool tellsRid = true)
    {
        uint ssrc = 0x1000 + layer;
        // Each encoding has an RTP clock of its own.
        (long sequence, long timestamp) = _positions.GetValueOrDefault(ssrc, (layer * 1000, layer * 1_000_000));
        timestamp = (layer * 1_000_000) + (long)((bench.Now - TimeSpan.FromDays(2)).TotalSeconds * 90_000);
        if (isKeyframe)
        {
            byte[] set = layer == 1 ? SmallSet : LargeSet;
            byte[] payload = [0x78, 0, (byte)set.Length, .. set, 0, (byte)PictureSet.Length, .. PictureSet];
            Send(bench, layer, ssrc, sequence++, timestamp, false, payload, tellsRid);
        }

        Send(bench, layer, ssrc, sequence++, timestamp, true, isKeyframe ? [0x65, 0x88, 0x84] : [0x41, 0x9A, 0x24], tellsRid);
        _positions[ssrc] = (sequence, timestamp);
    }

    private static void Send(
        ReceiverBench bench, uint layer, uint ssrc, long sequence, long timestamp, bool marker, byte[] payload, bool tellsRid)
    {
        byte[] packet = tellsRid
            ? WithRid(ReceiverBench.VideoType, sequence, timestamp, ssrc, RidId, layer == 1 ? "q" : "f", payload)
            : RtpBytes.Packet(ReceiverBench.VideoType, sequence, timestamp, ssrc, false, payload);
        packet[1] |= (byte)(marker ? 0x80 : 0);
        bench.Send(packet);
    }

    private static byte[] WithRid(int type, long sequence, long timestamp, uint ssrc, int id, string rid, byte[] payload) =>
        RtpBytes.PacketWithMid(type, sequence, timestamp, ssrc, id, rid, payload);

    private static void SendGoodbye(ReceiverBench bench, uint ssrc)
    {
        byte[] buffer = new byte[64];
        var writer = new WebRtc.Rtcp.RtcpWriter(buffer);
        writer.TryWriteReceiverReport(ssrc, []);
        writer.TryWriteGoodbye(ssrc);
        bench.Receiver.ReceiveRtcp(buffer.AsSpan(0, writer.Length), bench.Now);
    }

    private static void CheckSizes(ReceiverBench bench, int small, int smallWidth, int largeWidth)
    {
        for (int i = 0; i < bench.Frames.Count; i++)
        {
            Assert.Equal(i < small ? smallWidth : largeWidth, ((H264Format)bench.Frames[i].Format).Width);
        }
    }

    private static void CheckStamps(ReceiverBench bench)
    {
        for (int i = 1; i < bench.Frames.Count; i++)
        {
            double step = (bench.Frames[i].Presentation.Value - bench.Frames[i - 1].Presentation.Value) / 90.0;
            double left = (bench.Frames[i].LeftAt - bench.Frames[i - 1].LeftAt).TotalMilliseconds;
            Assert.InRange(step - left, -45, 45);
        }
    }

    private static void CheckEveryPictureDecodes(ReceiverBench bench)
    {
        int width = 0;
        foreach (RecordedFrame frame in bench.Frames)
        {
            int now = ((H264Format)frame.Format).Width;
            Assert.True(now == width || frame.IsKeyframe, "a picture of another size that is no keyframe");
            width = now;
        }
    }

    private static byte[] TestSet(int widthInMacroblocks, int heightInMacroblocks, int cropBottom)
    {
        var bits = new List<bool>();
        Bits(66, 8);
        Bits(0xC0, 8);
        Bits(31, 8);
        Golomb(0); // seq_parameter_set_id
        Golomb(0); // log2_max_frame_num_minus4
        Golomb(2); // pic_order_cnt_type
        Golomb(1); // max_num_ref_frames
        Bits(0, 1);
        Golomb(widthInMacroblocks - 1);
        Golomb(heightInMacroblocks - 1);
        Bits(1, 1); // frame_mbs_only_flag
        Bits(1, 1); // direct_8x8_inference_flag
        Bits(1, 1); // frame_cropping_flag
        Golomb(0);
        Golomb(0);
        Golomb(0);
        Golomb(cropBottom);
        Bits(0, 1); // vui_parameters_present_flag
        Bits(1, 1);
        while (bits.Count % 8 != 0)
        {
            bits.Add(false);
        }

        byte[] set = new byte[1 + (bits.Count / 8)];
        set[0] = 0x67;
        for (int i = 0; i < bits.Count; i++)
        {
            set[1 + (i / 8)] |= (byte)(bits[i] ? 0x80 >> (i % 8) : 0);
        }

        return set;

        void Bits(int value, int count)
        {
            for (int i = count - 1; i >= 0; i--)
            {
                bits.Add(((value >> i) & 1) != 0);
            }
        }

        void Golomb(int value)
        {
            int length = 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)value + 1);
            Bits(0, length - 1);
            Bits(value + 1, length);
        }
    }
}
