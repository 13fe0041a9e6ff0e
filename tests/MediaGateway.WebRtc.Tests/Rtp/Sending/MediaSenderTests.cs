using System.Text;
using MediaGateway.Media.Frames;
using MediaGateway.Media.H264;
using MediaGateway.Media.Memory;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Rtcp;
using MediaGateway.WebRtc.Rtp.Sending;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Rtp.Sending;

public sealed class MediaSenderTests
{
    private static readonly TimeSpan Stream = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(33);

    private static byte[] ParameterSetPayload =>
    [
        0x78,
        0, (byte)TestMedia.SequenceParameterSet.Length, .. TestMedia.SequenceParameterSet,
        0, (byte)TestMedia.PictureParameterSet.Length, .. TestMedia.PictureParameterSet,
    ];

    [Fact]
    public void FirstPacket_HasItsHeaderByteForByte()
    {
        using var bench = new SenderBench();
        bench.Now = TimeSpan.FromSeconds(64 + 1.5);
        bench.Picture(Stream, isKeyframe: true, bytes: 100);

        byte[] bytes = bench.Packets[0].Bytes;
        Assert.Equal(
            [
                0x90, SenderBench.VideoType, bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7], 0x11, 0x11, 0x11, 0x11,
                0xBE, 0xDE, 0, 2, // two words of elements
                0x40, (byte)'0', // id 4, one byte: the mid
                0x22, 0x06, 0x00, 0x00, // id 2, three bytes: 1.5 s in 6.18 fixed point
                0, 0,
            ],
            bytes[..24]);
        Assert.Equal(ParameterSetPayload, bench.Packets[0].Payload);
        Assert.True(bench.Packets[0].Sequence < 0x8000);
    }

    [Fact]
    public void AccessUnit_IsConsecutivePacketsOfOneTimestampWithTheMarkerOnTheLast()
    {
        using var bench = new SenderBench();
        bench.Picture(Stream, isKeyframe: true, bytes: 5000);
        bench.Run(TimeSpan.FromMilliseconds(100));

        IReadOnlyList<SentBytes> packets = bench.Pictures;
        Assert.Equal(6, packets.Count);
        Assert.Single(packets.Select(packet => packet.Timestamp).Distinct());
        Assert.Equal(Enumerable.Range(packets[0].Sequence, 6), packets.Select(packet => (int)packet.Sequence));
        Assert.Equal([false, false, false, false, false, true], packets.Select(packet => packet.Marker));
        Assert.All(packets, packet => Assert.InRange(packet.Bytes.Length, 1, 1184));
    }

    [Fact]
    public void Keyframe_WithParameterSetsOfItsOwn_GetsNoOthers()
    {
        using var bench = new SenderBench();
        byte[] slice = TestMedia.Slice(1, isKeyframe: true, 100);
        bench.Send(
            ViewerPair.VideoFormat, Stream, true,
            SenderBench.Avcc([TestMedia.SequenceParameterSet, TestMedia.PictureParameterSet, slice]));
        SentBytes packet = Assert.Single(bench.Packets);
        Assert.Equal([.. ParameterSetPayload, 0, 100, .. slice], packet.Payload);
    }

    [Fact]
    public void EveryKeyframeAndEveryChangeOfFormat_HasParameterSetsBeforeIt()
    {
        using var bench = new SenderBench();
        byte[] sps = Convert.FromHexString("6742C01FDA014016E84000000300400000F023C60CA8");
        Assert.True(SequenceParameterSet.TryParse(sps, out SequenceParameterSet? set));
        var other = new H264Format(AvcDecoderConfigurationRecord.Build(set!, [sps], [TestMedia.PictureParameterSet]), 1280, 720);
        H264Format equal = ViewerPair.VideoFormat with { };
        (bool IsKeyframe, H264Format Format, bool HasSets)[] pictures =
        [
            (true, ViewerPair.VideoFormat, true), (false, ViewerPair.VideoFormat, false), (false, equal, false), (true, equal, true),
            (false, other, true), (false, other, false), (true, other, true),
        ];
        for (int i = 0; i < pictures.Length; i++)
        {
            int before = bench.Packets.Count;
            bench.Picture(Stream + (Frame * i), pictures[i].IsKeyframe, 100, format: pictures[i].Format);
            bench.Run(Frame);
            Assert.Equal(pictures[i].HasSets ? 2 : 1, bench.Packets.Count - before);
        }
    }

    [Fact]
    public void DeltaPictureFirst_WaitsForAKeyframeAndAsksForIt()
    {
        using var bench = new SenderBench();
        bench.Picture(Stream, isKeyframe: false, bytes: 100);
        bench.Picture(Stream + Frame, isKeyframe: false, bytes: 100);
        Assert.Empty(bench.Packets);
        Assert.Equal(1, bench.KeyframesWanted);
        Assert.Equal((2, 2), (bench.Sender.Statistics.DroppedPictures, bench.Sender.Statistics.UndecodablePictures));

        bench.Picture(Stream + (Frame * 2), isKeyframe: true, bytes: 100);
        bench.Run(TimeSpan.FromSeconds(3));
        Assert.Equal(2, bench.Packets.Count);
        Assert.Equal(1, bench.KeyframesWanted);
    }

    [Fact]
    public void WantedKeyframeThatDoesNotCome_IsAskedForEverMoreSlowly()
    {
        using var bench = new SenderBench();
        bench.Picture(Stream, isKeyframe: false, bytes: 100);
        bench.Run(TimeSpan.FromSeconds(20));
        // At 0, 0.3, 0.9, 2.1, 4.5, 9.3, 14.3 and 19.3 s.
        Assert.Equal(8, bench.KeyframesWanted);
    }

    /// <summary>29.97 pictures a second stamped in 90 kHz ticks, as RTMP's milliseconds never are: nothing adds up, and the count wraps.</summary>
    [Fact]
    public void Timestamps_AreExactForADayAndWrap()
    {
        using var bench = new SenderBench();
        SendAt(bench, 0);
        // The first one was received before it was sent: the moment of joining is its own, so it is not squeezed.
        uint first = bench.Pictures[0].Timestamp;
        foreach (long picture in (long[])[1, 2, 1000, 1_430_000, 1_431_656, 2_589_407])
        {
            bench.Now = TimeSpan.FromHours(1) + TimeSpan.FromTicks(picture * 1001 * TimeSpan.TicksPerSecond / 30_000);
            SendAt(bench, picture);
            Assert.Equal(unchecked((uint)(picture * 3003)), unchecked(bench.Pictures[^1].Timestamp - first));
        }
    }

    [Fact]
    public void Sound_IsOnePacketEachAndNeverWaits()
    {
        using var bench = new SenderBench(startBitrate: 200_000);
        bench.Sound(Stream);
        bench.Picture(Stream, isKeyframe: true, bytes: 50_000);
        for (int i = 1; i < 50; i++)
        {
            bench.RunTo(TimeSpan.FromHours(1) + TimeSpan.FromMilliseconds(20 * i));
            bench.Sound(Stream + TimeSpan.FromMilliseconds(20 * i));
            Assert.Equal(bench.Now, bench.Sounds[^1].At);
        }

        Assert.Equal(50, bench.Sounds.Count);
        Assert.Equal([0xFC, 1, 2, 3, 4], bench.Sounds[7].Payload);
        Assert.Equal(960u, unchecked(bench.Sounds[9].Timestamp - bench.Sounds[8].Timestamp));
        Assert.True(bench.Sender.Statistics.Tracks[0].Frames <= 1, "the keyframe is still on its way, or has just left");
    }

    [Fact]
    public void EmptyAndGiantSound_IsLeftOut()
    {
        using var bench = new SenderBench();
        bench.Send(ViewerPair.AudioFormat, Stream, true, []);
        bench.Send(ViewerPair.AudioFormat, Stream + Frame, true, new byte[TrackSender.LongestSound + 1]);
        bench.Sound(Stream + (Frame * 2));
        Assert.Single(bench.Packets);
    }

    [Fact]
    public void OtherCodecs_AreNotSent()
    {
        using var bench = new SenderBench();
        bench.Send(new AacFormat(new byte[] { 0x12, 0x10 }, 44_100, 2), Stream, true, [1, 2, 3]);
        bench.Send(new FlvTagFormat(CodecId.Vp9, TrackKind.Video, default), Stream, true, [1, 2, 3]);
        bench.Send(ScriptDataFormat.Instance, Stream, true, [1, 2, 3]);
        Assert.Empty(bench.Packets);
        Assert.Equal(TimeSpan.MaxValue, bench.Sender.NextDeadline);
    }

    [Fact]
    public void Goodbye_HasAReportAndBothSources()
    {
        using var bench = new SenderBench();
        bench.Picture(Stream, isKeyframe: true, bytes: 100);
        byte[] buffer = new byte[500];
        Assert.True(bench.Sender.TryWriteGoodbye(buffer, bench.Now, out int length));
        var reader = new RtcpReader(buffer.AsSpan(0, length));
        List<RtcpPacketType> types = [];
        while (reader.MoveNext())
        {
            types.Add(reader.Type);
        }

        Assert.Equal([RtcpPacketType.SenderReport, RtcpPacketType.Goodbye, RtcpPacketType.Goodbye], types);
    }

    [Fact]
    public void Reports_CountWhatWasSentAndNameTheSource()
    {
        using var bench = new SenderBench();
        bench.Picture(Stream, isKeyframe: true, bytes: 100);
        bench.Run(TimeSpan.FromSeconds(3.5));
        Assert.Equal(4, bench.Reports.Count);
        var reader = new RtcpReader(bench.Reports[^1].Bytes);
        Assert.True(reader.MoveNext());
        Assert.True(SenderReport.TryParse(reader.Body, reader.Count, out SenderReport report));
        Assert.Equal((SenderBench.VideoSsrc, 2u, (uint)bench.Pictures.Sum(packet => packet.Payload.Length)), (report.Ssrc, report.PacketCount, report.OctetCount));
        // Three seconds after the picture its clock stands three seconds after its stamp.
        Assert.Equal(270_000u, unchecked(report.RtpTime - bench.Pictures[0].Timestamp));
        Assert.True(reader.MoveNext());
        Assert.True(SourceDescription.TryFindCanonicalName(reader.Body, out uint ssrc, out ReadOnlySpan<byte> name));
        Assert.Equal((SenderBench.VideoSsrc, "name"), (ssrc, Encoding.UTF8.GetString(name)));
    }

    [Fact]
    public void CountsOfReports_ComeRound()
    {
        using var bench = new SenderBench();
        bench.Picture(Stream, isKeyframe: true, bytes: 100);
        bench.Run(TimeSpan.FromSeconds(0.5));
        SenderTrackStatistics counted = bench.Sender.Statistics.Tracks[0];
        (long packets, long bytes) = (counted.Packets, counted.PayloadBytes);
        counted.Packets += 1L << 32;
        counted.PayloadBytes += 3L << 32;
        bench.Run(TimeSpan.FromSeconds(3));

        var reader = new RtcpReader(bench.Reports[^1].Bytes);
        Assert.True(reader.MoveNext());
        Assert.True(SenderReport.TryParse(reader.Body, reader.Count, out SenderReport report));
        Assert.Equal((SenderBench.VideoSsrc, (uint)packets, (uint)bytes), (report.Ssrc, report.PacketCount, report.OctetCount));
    }

    private static void SendAt(SenderBench bench, long picture)
    {
        byte[] unit = SenderBench.Avcc([TestMedia.Slice(1, isKeyframe: true, 20)]);
        PooledBuffer buffer = bench.Pool.Rent(unit.Length, BufferOwner.Frame);
        unit.CopyTo(buffer.Span);
        var stamp = new MediaTime(picture * 1001, 30_000);
        var frame = new MediaFrame(ViewerPair.VideoFormat, stamp, stamp, true, buffer, 0, unit.Length, bench.Now);
        bench.Sender.Send(frame, bench.Now);
        frame.Release();
        bench.Drain();
    }
}
