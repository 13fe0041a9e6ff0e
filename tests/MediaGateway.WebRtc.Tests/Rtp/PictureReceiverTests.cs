using MediaGateway.Media.Frames;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Rtp;
using MediaGateway.WebRtc.Rtp.Payloads;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Rtp;

/// <summary>VP8, VP9 and AV1 out of their packets: whole pictures only, from a keyframe on, and from the next one after a loss.</summary>
public sealed class PictureReceiverTests
{
    private const int Tick = 3000;

    // RFC 7741 4.2: an extension with a long picture id; S, and not S.
    private static readonly byte[] Vp8Start = [0x90, 0x80, 0x81, 0x23];
    private static readonly byte[] Vp8Rest = [0x80, 0x80, 0x81, 0x23];
    private static readonly byte[] Vp8Key = [0x10, 2, 0, 0x9D, 1, 0x2A, 0x80, 2, 0x68, 1, 7, 7];
    private static readonly byte[] Vp8Delta = [0x11, 2, 0, 9, 9];

    // RFC 9628 4.2, flexible: I, L, F, B and a long picture id; P with one reference.
    private static readonly byte[] Vp9Start = [0xB8, 0x81, 0x23, 0x00];
    private static readonly byte[] Vp9Rest = [0xB0, 0x81, 0x23, 0x00];
    private static readonly byte[] Vp9DeltaStart = [0xF8, 0x81, 0x24, 0x00, 0x02];
    private static readonly byte[] Vp9Key = [0x82, 0x49, 0x83, 0x42, 0x20, 0x27, 0xF0, 0x16, 0x70, 1, 2, 3];
    private static readonly byte[] Vp9Delta = [0x86, 4, 5, 6];

    // A sequence header and a frame, as OBUs without sizes.
    private static readonly byte[] Av1Sequence = [0x08, 0xAA, 0xBB];
    private static readonly byte[] Av1Frame = [0x30, 0x10, 1, 2, 3, 4];

    public static TheoryData<string> Codecs => ["VP8", "VP9", "AV1"];

    [Fact]
    public void Vp8_IsPutTogetherWithoutItsDescriptors()
    {
        using ReceiverBench bench = BenchOf(CodecId.Vp8);
        bench.SendVideo(1, Tick, false, [.. Vp8Start, .. Vp8Key]);
        bench.SendVideo(2, Tick, true, [.. Vp8Rest, 8, 8, 8]);
        bench.SendVideo(3, 2 * Tick, true, [.. Vp8Start, .. Vp8Delta]);

        RecordedFrame[] frames = [.. bench.VideoFrames];
        Assert.Equal<byte[]>([[.. Vp8Key, 8, 8, 8], Vp8Delta], frames.Select(frame => frame.Payload));
        Assert.Equal([true, false], frames.Select(frame => frame.IsKeyframe));
        Assert.All(frames, frame => Assert.Equal(new PlainVideoFormat(CodecId.Vp8), frame.Format));
        Assert.True(frames[1].Presentation.Value > frames[0].Presentation.Value);
    }

    [Theory]
    [InlineData("10", 1)]
    [InlineData("9080", 0)] // A picture id is announced and missing.
    [InlineData("908001", 3)]
    [InlineData("90808001", 4)]
    [InlineData("90400A", 3)]
    [InlineData("90F0810203AA", 6)]
    [InlineData("902007", 3)]
    public void Vp8Descriptors_AreAsLongAsTheySay(string hexadecimal, int length)
    {
        byte[] descriptor = Convert.FromHexString(hexadecimal);
        var payloads = new Vp8Depacketizer();
        Assert.Equal(length > 0 ? PictureStart.Keyframe : PictureStart.None, payloads.StartOf([.. descriptor, .. length > 0 ? Vp8Key : []], out long pixels));
        Assert.Equal(length > 0 ? 640 * 360 : 0, pixels);
        Assert.Equal(PictureStart.None, payloads.StartOf(descriptor, out _));
    }

    [Fact]
    public void Vp8_PartitionOtherThanTheFirst_BeginsNoPicture() =>
        Assert.Equal(PictureStart.None, new Vp8Depacketizer().StartOf([0x11, .. Vp8Key], out _));

    [Fact]
    public void Vp9_IsPutTogetherWithoutItsDescriptors()
    {
        using ReceiverBench bench = BenchOf(CodecId.Vp9);
        bench.SendVideo(1, Tick, false, [.. Vp9Start, .. Vp9Key]);
        bench.SendVideo(2, Tick, true, [.. Vp9Rest, 8, 8, 8]);
        bench.SendVideo(3, 2 * Tick, true, [.. Vp9DeltaStart, .. Vp9Delta]);

        Assert.Equal<byte[]>([[.. Vp9Key, 8, 8, 8], Vp9Delta], bench.VideoFrames.Select(frame => frame.Payload));
        Assert.Equal([true, false], bench.VideoFrames.Select(frame => frame.IsKeyframe));
    }

    [Theory]
    [InlineData("08")] // No picture id.
    [InlineData("8801")]
    [InlineData("888123")]
    [InlineData("28000A")] // Layers and, as it is not flexible, TL0PICIDX.
    [InlineData("0A18012C00C8010405")] // The structure: one size, one group of one picture with one reference.
    [InlineData("0A3801400168028005A002000404")] // Two sizes, two pictures.
    public void Vp9Descriptors_AreAsLongAsTheySay(string hexadecimal)
    {
        byte[] descriptor = Convert.FromHexString(hexadecimal);
        Assert.Equal(PictureStart.Keyframe, new Vp9Depacketizer().StartOf([.. descriptor, .. Vp9Key], out long pixels));
        Assert.Equal(640 * 360, pixels);
        for (int length = 0; length <= descriptor.Length; length++)
        {
            Assert.Equal(PictureStart.None, new Vp9Depacketizer().StartOf(descriptor.AsSpan(0, length), out _));
        }
    }

    [Fact]
    public void Vp9_FourReferences_AreRefused() =>
        Assert.Equal(PictureStart.None, new Vp9Depacketizer().StartOf([0xD8, 0x01, 0x03, 0x03, 0x03, 0x02, .. Vp9Delta], out _));

    [Fact]
    public void Vp9InTwoSpatialLayers_TheLowestIsTaken()
    {
        using ReceiverBench bench = BenchOf(CodecId.Vp9);
        bench.SendVideo(1, Tick, false, [0xB8, 0x81, 0x23, 0x00, .. Vp9Key]);
        bench.SendVideo(2, Tick, true, [0xB8, 0x81, 0x23, 0x02, 0x86, 1, 1, 1]);
        bench.SendVideo(3, 2 * Tick, false, [0xF8, 0x81, 0x24, 0x00, 0x02, .. Vp9Delta]);
        bench.SendVideo(4, 2 * Tick, true, [0xF8, 0x81, 0x24, 0x02, 0x02, 0x86, 1, 1, 1]);

        Assert.Equal<byte[]>([Vp9Key, Vp9Delta], bench.VideoFrames.Select(frame => frame.Payload));
    }

    [Fact]
    public void Av1_UnitsGetTheirSizesBack()
    {
        using ReceiverBench bench = BenchOf(CodecId.Av1);

        // N; a temporal delimiter and the sequence header with lengths before them, the frame begun without.
        bench.SendVideo(1, Tick, false, [0x78, 1, 0x10, 3, .. Av1Sequence, 0x30, 0x10, 1]);
        bench.SendVideo(2, Tick, true, [0x90, 2, 3, 4]);

        // One frame with an extension byte and its own size, announced by a length.
        bench.SendVideo(3, 2 * Tick, true, [0x00, 5, 0x36, 0x08, 2, 5, 6]);

        Assert.Equal<byte[]>(
            [[0x0A, 2, 0xAA, 0xBB, 0x32, 5, 0x10, 1, 2, 3, 4], [0x36, 0x08, 2, 5, 6]], bench.VideoFrames.Select(frame => frame.Payload));
        Assert.Equal([true, false], bench.VideoFrames.Select(frame => frame.IsKeyframe));
    }

    [Fact]
    public void Av1_LongUnitsHaveLongSizes()
    {
        using ReceiverBench bench = BenchOf(CodecId.Av1);
        byte[] content = [.. Enumerable.Range(0, 1000).Select(number => (byte)number)];
        for (int packet = 0; packet < 30; packet++)
        {
            byte header = (byte)((packet > 0 ? 0x80 : 0x08) | (packet < 29 ? 0x40 : 0) | 0x10);
            bench.SendVideo(packet, Tick, packet == 29, packet == 0 ? [header, 0x30, .. content] : [header, .. content]);
        }

        byte[] payload = Assert.Single(bench.VideoFrames).Payload;
        Assert.Equal([0x32, 0xB0, 0xEA, 0x01], payload[..4]); // 30,000
        Assert.Equal(30_004, payload.Length);
        Assert.Equal(content, payload[^1000..]);
    }

    [Theory]
    [InlineData("10")] // Nothing.
    [InlineData("18B010")] // The forbidden bit.
    [InlineData("1834")] // An extension is announced and missing.
    [InlineData("08053010")] // A length beyond the packet.
    [InlineData("08FFFFFFFF0F3010")] // A length that never ends.
    [InlineData("18320510")] // A size that is not the unit's.
    public void Av1ThatBreaksTheFormat_IsDropped(string hexadecimal)
    {
        using ReceiverBench bench = BenchOf(CodecId.Av1);
        bench.SendVideo(1, Tick, true, Convert.FromHexString(hexadecimal));
        SendPicture(bench, CodecId.Av1, 2, isKeyframe: true);

        Assert.Single(bench.VideoFrames);
        Assert.Equal(1, bench.Statistics(TrackKind.Video).DroppedFrames);
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void PacketIsLost_NothingLeavesUpToTheNextKeyframeAndItIsAskedFor(string name)
    {
        CodecId codec = CodecOf(name);
        using ReceiverBench bench = BenchOf(codec, RtcpFeedback.PictureLossIndication);
        SendPicture(bench, codec, 1, isKeyframe: true);
        SendPicture(bench, codec, 2, isKeyframe: false);
        SendPicture(bench, codec, 4, isKeyframe: false);
        bench.Advance(200);
        SendPicture(bench, codec, 5, isKeyframe: false);

        Assert.Equal(2, bench.VideoFrames.Count());
        Assert.Equal(1, bench.Count("PLI"));
        SendPicture(bench, codec, 6, isKeyframe: true);
        SendPicture(bench, codec, 7, isKeyframe: false);
        Assert.Equal([true, false, true, false], bench.VideoFrames.Select(frame => frame.IsKeyframe));
        bench.Advance(1000);
        Assert.Equal(1, bench.Count("PLI"));
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void KeyframeComesBehindAGap_IsTakenAtOnce(string name)
    {
        CodecId codec = CodecOf(name);
        using ReceiverBench bench = BenchOf(codec);
        SendPicture(bench, codec, 1, isKeyframe: false); // Whoever needs a keyframe has no use for what is missing before it.
        SendPicture(bench, codec, 5, isKeyframe: true);

        Assert.True(Assert.Single(bench.VideoFrames).IsKeyframe);
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void StartsInTheMiddle_AsksForAKeyframeFirst(string name)
    {
        CodecId codec = CodecOf(name);
        using ReceiverBench bench = BenchOf(codec);
        SendPicture(bench, codec, 1, isKeyframe: false);
        bench.Advance(1);

        Assert.Empty(bench.VideoFrames);
        Assert.Equal(1, bench.Count("PLI"));
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void MarkerIsMissing_TheNextTimestampClosesThePicture(string name)
    {
        CodecId codec = CodecOf(name);
        using ReceiverBench bench = BenchOf(codec);
        bench.SendVideo(1, Tick, false, PayloadOf(codec, isKeyframe: true));
        Assert.Empty(bench.VideoFrames);
        bench.SendVideo(2, 2 * Tick, false, PayloadOf(codec, isKeyframe: false));
        Assert.Single(bench.VideoFrames);
    }

    [Fact]
    public void EmptyPackets_AreNoLossAndNoPicture()
    {
        using ReceiverBench bench = BenchOf(CodecId.Vp8);
        SendPicture(bench, CodecId.Vp8, 1, isKeyframe: true);
        bench.Send(RtpBytes.Padding(ReceiverBench.VideoType, 2, Tick, ReceiverBench.VideoSsrc, 100));
        SendPicture(bench, CodecId.Vp8, 3, isKeyframe: false);
        bench.Advance(500);

        Assert.Equal(2, bench.VideoFrames.Count());
        Assert.Equal(0, bench.Count("PLI"));
    }

    [Fact]
    public void PictureWithoutEnd_IsDroppedAndItsMemoryGivenBack()
    {
        using ReceiverBench bench = BenchOf(CodecId.Vp8);
        bench.SendVideo(0, Tick, false, [.. Vp8Start, .. Vp8Key]);
        for (int packet = 1; packet <= HeldPackets.Maximum; packet++)
        {
            bench.SendVideo(packet, Tick, false, [.. Vp8Rest, 1]);
        }

        Assert.Equal(1, bench.Statistics(TrackKind.Video).MalformedPackets);
        Assert.Equal(0, bench.Pool.Outstanding(Media.Memory.BufferOwner.Datagram));
        bench.SendVideo(HeldPackets.Maximum + 1, Tick, true, [.. Vp8Rest, 1]);
        Assert.Empty(bench.VideoFrames);
        SendPicture(bench, CodecId.Vp8, HeldPackets.Maximum + 2, isKeyframe: true);
        Assert.Single(bench.VideoFrames);
    }

    [Fact]
    public void PictureOfTooManyPieces_IsDropped()
    {
        using ReceiverBench bench = BenchOf(CodecId.Av1);
        byte[] units = [.. Enumerable.Range(0, 400).SelectMany(_ => (byte[])[1, 0x30])];
        int packets = (PictureBuilder.MaximumPieces / 400) + 1;
        for (int packet = 0; packet < packets; packet++)
        {
            bench.SendVideo(packet, Tick, packet == packets - 1, [packet == 0 ? (byte)0x08 : (byte)0, .. units]);
        }

        Assert.Empty(bench.VideoFrames);
        Assert.Equal(1, bench.Statistics(TrackKind.Video).MalformedPackets);
    }

    [Fact]
    public void PictureLargerThanAllowed_IsDropped()
    {
        using var bench = new ReceiverBench(ReceiverBench.Options() with { MaximumAccessUnitBytes = 20 }, TrackOf(CodecId.Vp8));
        bench.SendVideo(1, Tick, false, [.. Vp8Start, .. Vp8Key]);
        bench.SendVideo(2, Tick, true, [.. Vp8Rest, 1, 2, 3, 4, 5, 6, 7, 8, 9]);

        Assert.Empty(bench.VideoFrames);
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void AnyBytes_AreNeverAnException(string name)
    {
        CodecId codec = CodecOf(name);
        byte[][] seeds =
        [
            PayloadOf(codec, isKeyframe: true), PayloadOf(codec, isKeyframe: false), [0x78, 1, 0x10, 3, .. Av1Sequence, .. Av1Frame],
            Convert.FromHexString("0A3801400168028005A002000404"), [0x90, 0xF0, 0x81, 2, 3, 0xAA, .. Vp8Key],
        ];
        using ReceiverBench bench = BenchOf(codec);
        long number = 0;
        foreach (byte[] payload in Mutations.Of(seeds, 4000, seed: 7741))
        {
            number++;
            bench.SendVideo(number, number / 3 * Tick, number % 4 == 0, payload);
        }

        SendPicture(bench, codec, number + 1, isKeyframe: true);
        Assert.True(bench.VideoFrames.Last().IsKeyframe);
    }

    [Fact]
    public void RealVp8_ComesOutAsItWentInPacketsOfEverySize()
    {
        var clip = Vp8Clip.Encode(96, 64, 30);
        for (int size = 10; size < 1300; size += size < 30 ? 3 : 211)
        {
            using ReceiverBench bench = BenchOf(CodecId.Vp8);
            long sequence = 65_000;
            for (int picture = 0; picture < clip.Pictures.Count; picture++)
            {
                IReadOnlyList<byte[]> payloads = Vp8Clip.Packetize(clip.Pictures[picture], picture, size);
                for (int i = 0; i < payloads.Count; i++)
                {
                    bench.SendVideo(sequence++, picture * Tick, i == payloads.Count - 1, payloads[i]);
                }
            }

            Assert.Equal(clip.Pictures, bench.VideoFrames.Select(frame => frame.Payload));
            Assert.Single(bench.VideoFrames, frame => frame.IsKeyframe);
        }
    }

    private static CodecId CodecOf(string name) => Enum.Parse<CodecId>(name, ignoreCase: true);

    private static ReceiveTrack TrackOf(CodecId codec, RtcpFeedback feedback = RtcpFeedback.Nack | RtcpFeedback.PictureLossIndication) =>
        ReceiverBench.Video(feedback) with { PayloadTypes = [new ReceivePayloadType(ReceiverBench.VideoType, codec)] };

    private static ReceiverBench BenchOf(CodecId codec, RtcpFeedback feedback = RtcpFeedback.Nack | RtcpFeedback.PictureLossIndication) =>
        new(null, TrackOf(codec, feedback));

    private static void SendPicture(ReceiverBench bench, CodecId codec, long number, bool isKeyframe) =>
        bench.SendVideo(number, number * Tick, true, PayloadOf(codec, isKeyframe));

    private static byte[] PayloadOf(CodecId codec, bool isKeyframe) => (codec, isKeyframe) switch
    {
        (CodecId.Vp8, true) => [.. Vp8Start, .. Vp8Key],
        (CodecId.Vp8, false) => [.. Vp8Start, .. Vp8Delta],
        (CodecId.Vp9, true) => [.. Vp9Start, .. Vp9Key],
        (CodecId.Vp9, false) => [.. Vp9DeltaStart, .. Vp9Delta],
        (_, true) => [0x28, 3, .. Av1Sequence, .. Av1Frame],
        (_, false) => [0x10, .. Av1Frame],
    };
}
