using System.Buffers.Binary;
using MediaGateway.Media.Frames;
using MediaGateway.WebRtc.Rtp;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Rtp;

/// <summary>Sound whose packets carry copies of those before (RED, RFC 2198).</summary>
public sealed class RedundancyTests
{
    private const int RedType = 63;

    private static ReceiveTrack Audio => ReceiverBench.Audio() with { RedundancyPayloadType = RedType };

    [Fact]
    public void PacketsInRed_ComeOutAsTheyAre()
    {
        using var bench = new ReceiverBench(null, Audio);
        for (int i = 0; i < 50; i++)
        {
            Send(bench, i, copies: 1);
            bench.Advance(20);
        }

        CheckAll(bench, 50);
        Assert.Equal(0, bench.Statistics(TrackKind.Audio).RecoveredPackets);
    }

    [Fact]
    public void LostPacket_ComesWithTheNextOneAtOnce()
    {
        using var bench = new ReceiverBench(null, Audio);
        for (int i = 0; i < 100; i++)
        {
            if (i % 10 != 5)
            {
                Send(bench, i, copies: 1);
            }

            bench.Advance(20);
        }

        CheckAll(bench, 100);
        TrackStatistics statistics = bench.Statistics(TrackKind.Audio);
        Assert.Equal((10, 0), (statistics.RecoveredPackets, statistics.LostPackets));
        Assert.All(bench.Frames, frame => Assert.InRange((frame.LeftAt - bench.Frames[0].LeftAt).TotalMilliseconds
            - (frame.Presentation.Value - 48_000) / 48.0, 0, 20.1));
    }

    [Fact]
    public void TwoCopies_BringTwoPacketsBack()
    {
        using var bench = new ReceiverBench(null, Audio);
        Send(bench, 0, copies: 0);
        bench.Advance(20);
        Send(bench, 1, copies: 1);
        bench.Advance(60);
        Send(bench, 4, copies: 2);

        CheckAll(bench, 5);
        Assert.Equal(2, bench.Statistics(TrackKind.Audio).RecoveredPackets);
    }

    [Fact]
    public void OvertakenPacketWhoseCopyCame_IsLate()
    {
        using var bench = new ReceiverBench(null, Audio);
        Send(bench, 0, copies: 0);
        bench.Advance(40);
        Send(bench, 2, copies: 1);
        Send(bench, 1, copies: 1);
        bench.Advance(20);
        Send(bench, 3, copies: 1);

        CheckAll(bench, 4);
        Assert.Equal((1, 1), (bench.Statistics(TrackKind.Audio).RecoveredPackets, bench.Statistics(TrackKind.Audio).LatePackets));
    }

    [Fact]
    public void PlainPacketsBetween_AreTakenToo()
    {
        using var bench = new ReceiverBench(null, Audio);
        for (int i = 0; i < 20; i++)
        {
            if (i % 2 == 0)
            {
                bench.SendAudio(i, i * 960, Opus(i));
            }
            else
            {
                Send(bench, i, copies: 1);
            }

            bench.Advance(20);
        }

        CheckAll(bench, 20);
    }

    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData("EF0F0005")] // a copy and no own content
    [InlineData("EF0F00056F")] // a copy that passes the end
    [InlineData("EF0F00006F")] // no copy, no content
    [InlineData("FFFFFFFFFFFFFFFFFFFFFFFF")]
    [InlineData("EF000000EF000000EF000000EF000000EF000000EF000000EF000000EF000000EF0000006F")] // nine copies
    [InlineData("05FC")] // another payload type
    public void BrokenContent_IsCountedAndTheNextPacketComes(string hex)
    {
        using var bench = new ReceiverBench(null, Audio);
        Send(bench, 0, copies: 0);
        bench.Advance(20);
        bench.Send(RtpBytes.Packet(RedType, 1, 960, ReceiverBench.AudioSsrc, false, Convert.FromHexString(hex)));
        bench.Advance(20);
        Send(bench, 2, copies: 0);

        Assert.Equal([0, 1920], bench.Frames.Select(frame => frame.Presentation.Value - 48_000));
    }

    [Fact]
    public void RandomContent_NeverThrowsAndNeverLeaks()
    {
        var random = new Random(7);
        using var bench = new ReceiverBench(null, Audio);
        byte[] bytes = new byte[200];
        for (int i = 0; i < 20_000; i++)
        {
            random.NextBytes(bytes);
            byte[] payload = bytes[..random.Next(bytes.Length)];
            if (payload.Length > 5)
            {
                payload[0] = (byte)(0x80 | ReceiverBench.AudioType);
                payload[4] = ReceiverBench.AudioType;
            }

            bench.Send(RtpBytes.Packet(RedType, i + random.Next(5), i * 960L, ReceiverBench.AudioSsrc, false, payload));
            bench.Advance(1);
        }
    }

    private static byte[] Opus(int index) => [0xFC, (byte)index, 0x55];

    private static void CheckAll(ReceiverBench bench, int count)
    {
        Assert.Equal(Enumerable.Range(0, count).Select(i => i * 960L), bench.Frames.Select(frame => frame.Presentation.Value - 48_000));
        Assert.All(Enumerable.Range(0, count), i => Assert.Equal(Opus(i), bench.Frames[i].Payload));
    }

    private static void Send(ReceiverBench bench, int index, int copies)
    {
        List<byte> payload = [];
        for (int before = copies; before > 0; before--)
        {
            byte[] header = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(header, (before * 960 << 10) | Opus(0).Length);
            header[0] = (byte)(0x80 | ReceiverBench.AudioType);
            header[1] = (byte)(before * 960 >> 6);
            header[2] = (byte)((before * 960 << 2) & 0xFF);
            payload.AddRange(header);
        }

        payload.Add(ReceiverBench.AudioType);
        for (int before = copies; before >= 0; before--)
        {
            payload.AddRange(Opus(index - before));
        }

        bench.Send(RtpBytes.Packet(RedType, index, index * 960, ReceiverBench.AudioSsrc, false, [.. payload]));
    }
}
