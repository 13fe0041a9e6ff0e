using System.Buffers.Binary;
using MediaGateway.Media.H264;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Rtp.Sending;
using Xunit;
using TestPacketizer = MediaGateway.Testing.H264Packetizer;

namespace MediaGateway.WebRtc.Tests.Rtp.Sending;

public sealed class H264PacketCursorTests
{
    private static readonly byte[] Aud = [0x09, 0xF0];
    private static readonly byte[] Filler = [0x0C, 0xFF, 0xFF, 0x80];
    private static readonly byte[] Sps = [0x67, 1, 2, 3];
    private static readonly byte[] Pps = [0x68, 4, 5];
    private static readonly byte[] Idr = [0x65, 0x88, 6, 7];

    public static TheoryData<string> Streams =>
    [
        "membrane/input-10-320x180.h264", "membrane/input-10-720p-baseline.h264", "membrane/input-10-720p-main.h264",
        "membrane/input-10-720p-no-b-frames.h264", "membrane/input-100-240p-no-b-frames.h264", "minih264/x264.264",
        "mp4ff/blackframe.264", "mp4ff/two-frames.264", "openh264/Adobe_PDF_sample_a_1024x768_50Frms.264",
        "openh264/BA1_Sony_D.jsv", "openh264/CI_MW_D.264", "openh264/SVA_BA2_D.264", "openh264/SVA_Base_B.264",
        "openh264/SVA_NL2_E.264", "openh264/NL1_Sony_D.jsv", "openh264/test_qcif_cabac.264",
    ];

    [Theory]
    [MemberData(nameof(Streams))]
    public void RealStream_IsPutTogetherAgainFromItsPackets(string file)
    {
        foreach (List<byte[]> unit in AccessUnits(file))
        {
            byte[][] expected = [.. unit.Where(nalUnit => H264PacketCursor.IsSent(nalUnit))];
            foreach (int size in (int[])[1150, 300, 47])
            {
                List<byte[]> payloads = Packets(SenderBench.Avcc(unit), size);
                Assert.All(payloads, payload => Assert.InRange(payload.Length, 1, size));
                Assert.Equal(expected, Unpack(payloads));
            }
        }
    }

    [Fact]
    public void SmallestPayloads_CarryEverything()
    {
        byte[] slice = TestMedia.Slice(3, isKeyframe: true, 100);
        for (int size = 3; size < 110; size++)
        {
            Assert.Equal([Sps, Pps, slice], Unpack(Packets(SenderBench.Avcc([Sps, Pps, slice]), size)));
        }
    }

    [Fact]
    public void EightThousandSlices_ShareOneHundredAndFiftySevenPackets()
    {
        byte[][] slices = [.. Enumerable.Range(0, 8160).Select(number => TestMedia.Slice(number, isKeyframe: false, 20))];
        List<byte[]> payloads = Packets(SenderBench.Avcc(slices), 1150);
        // 52 slices of 22 bytes fit one STAP-A.
        Assert.Equal(157, payloads.Count);
        Assert.Equal(slices, Unpack(payloads));
    }

    [Fact]
    public void DelimiterAndFiller_AreLeftOut()
    {
        byte[] accessUnit = SenderBench.Avcc([Aud, Sps, Filler, Pps, Idr, Filler, Aud]);
        byte[] payload = Assert.Single(Packets(accessUnit, 1150));
        // STAP-A with the highest importance of its units, then sizes and units (RFC 6184 5.7.1).
        Assert.Equal([0x78, 0, 4, .. Sps, 0, 3, .. Pps, 0, 4, .. Idr], payload);
    }

    [Fact]
    public void Fragments_CarryTheirHeaderBits()
    {
        List<byte[]> payloads = Packets(SenderBench.Avcc([[0x65, 1, 2, 3, 4, 5]]), 4);
        Assert.Equal([[0x7C, 0x85, 1, 2], [0x7C, 0x05, 3, 4], [0x7C, 0x45, 5]], payloads);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 9, 0x65, 1 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0x65 })]
    [InlineData(new byte[] { 0, 0 })]
    [InlineData(new byte[] { })]
    public void WhatIsNoAvcc_HasNoPackets(byte[] accessUnit) => Assert.Empty(Packets(accessUnit, 1150));

    [Fact]
    public void BrokenEnd_IsLeftOut()
    {
        byte[] accessUnit = [.. SenderBench.Avcc([Idr]), 0, 0, 0, 200, 1, 2];
        Assert.Equal([Idr], Unpack(Packets(accessUnit, 1150)));
    }

    [Fact]
    public void Walk_AllocatesNothing()
    {
        byte[] accessUnit = SenderBench.Avcc([Aud, Sps, Pps, TestMedia.Slice(1, isKeyframe: true, 50_000)]);
        byte[] buffer = new byte[1200];
        long bytes = Allocation.Of(100, () =>
        {
            H264PacketCursor cursor = default;
            while (cursor.TryNext(accessUnit, 1150, out PayloadPart part))
            {
                part.Write(accessUnit, buffer);
            }
        });
        Assert.Equal(0, bytes);
    }

    private static List<byte[]> Packets(byte[] accessUnit, int size)
    {
        List<byte[]> payloads = [];
        byte[] buffer = new byte[2000];
        H264PacketCursor cursor = default;
        while (cursor.TryNext(accessUnit, size, out PayloadPart part))
        {
            payloads.Add(buffer[..part.Write(accessUnit, buffer)]);
            H264PacketCursor copy = cursor;
            Assert.Equal(cursor.IsAtEnd(accessUnit), !copy.TryNext(accessUnit, size, out _));
        }

        return payloads;
    }

    /// <summary>RFC 6184 5.6 to 5.8, as a receiver reads it.</summary>
    private static List<byte[]> Unpack(List<byte[]> payloads)
    {
        List<byte[]> units = [];
        List<byte> fragments = [];
        foreach (byte[] payload in payloads)
        {
            switch (payload[0] & 0x1F)
            {
                case 24:
                    for (int offset = 1; offset < payload.Length;)
                    {
                        int size = BinaryPrimitives.ReadUInt16BigEndian(payload.AsSpan(offset));
                        units.Add(payload[(offset + 2)..(offset + 2 + size)]);
                        offset += 2 + size;
                    }

                    break;
                case 28:
                    Assert.Equal((payload[1] & 0x80) != 0, fragments.Count == 0);
                    if (fragments.Count == 0)
                    {
                        fragments.Add((byte)((payload[0] & 0xE0) | (payload[1] & 0x1F)));
                    }

                    fragments.AddRange(payload[2..]);
                    if ((payload[1] & 0x40) != 0)
                    {
                        units.Add([.. fragments]);
                        fragments.Clear();
                    }

                    break;
                default:
                    Assert.Empty(fragments);
                    units.Add(payload);
                    break;
            }
        }

        Assert.Empty(fragments);
        return units;
    }

    private static List<List<byte[]>> AccessUnits(string file)
    {
        List<byte[]> units = [];
        foreach (ReadOnlySpan<byte> unit in new AnnexB(TestData.Read(["h264", .. file.Split('/')])))
        {
            units.Add(unit.ToArray());
        }

        return TestPacketizer.SplitAccessUnits(units);
    }
}
