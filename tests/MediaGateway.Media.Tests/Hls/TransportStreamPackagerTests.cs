using System.Buffers.Binary;
using MediaGateway.Media.Hls;
using MediaGateway.Media.Tests.Mp4;
using Xunit;

namespace MediaGateway.Media.Tests.Hls;

public sealed class TransportStreamPackagerTests
{
    private const int PacketBytes = 188;
    private const long Wrap = 1L << 33;
    private const int SecondsBefore = 4;

    [Fact]
    public void Segments_BeginWithTables_CountersGoOn()
    {
        using var stream = new HlsStream(packager: new TransportStreamPackager());
        stream.Run(0, 9000, sound: Mp4Frames.Aac44);
        Dictionary<int, int> counters = [];

        foreach (HlsSegment segment in stream.Window.Listed)
        {
            byte[] bytes = [.. segment.Parts.SelectMany(part => part.Blob.Memory.ToArray())];
            Assert.Equal(0, bytes.Length % PacketBytes);
            List<int> pids = [];
            for (int offset = 0; offset < bytes.Length; offset += PacketBytes)
            {
                Assert.Equal(0x47, bytes[offset]);
                int pid = ((bytes[offset + 1] & 0x1F) << 8) | bytes[offset + 2];
                int counter = bytes[offset + 3] & 0x0F;
                Assert.True(!counters.TryGetValue(pid, out int before) || counter == ((before + 1) & 0x0F), $"packet {pid} at {offset}");
                counters[pid] = counter;
                pids.Add(pid);
            }

            Assert.Equal([0, 0x1000], pids[..2]);
            Assert.Contains(0x100, pids);
            Assert.Contains(0x101, pids);
        }
    }

    [Fact]
    public void TimesComeRound_StepsAndClockGoOn()
    {
        using var stream = new HlsStream(packager: new TransportStreamPackager());
        double from = Math.Ceiling(Wrap / 90.0) - (SecondsBefore * 1000);
        stream.Run(from, from + 12_000, sound: Mp4Frames.Aac44);
        stream.End();

        List<byte> bytes = [];
        foreach (HlsSegment segment in stream.Window.Listed)
        {
            bytes.AddRange(segment.Parts.SelectMany(part => part.Blob.Memory.ToArray()));
        }

        List<(long Clock, long Decoding)> pictures = Times([.. bytes], 0x100);
        List<(long Clock, long Decoding)> sounds = Times([.. bytes], 0x101);
        Assert.Contains(pictures, picture => picture.Decoding > Wrap / 2);
        Assert.Contains(pictures, picture => picture.Decoding < Wrap / 2);
        Assert.All(pictures, picture => Assert.Equal(45_000, (picture.Decoding - picture.Clock + Wrap) % Wrap));
        AssertSteps(pictures, 2900, 3100);
        AssertSteps(sounds, 1, 40_000);
        Assert.InRange((sounds[0].Decoding - pictures[0].Decoding + (Wrap / 2) + Wrap) % Wrap, (Wrap / 2) - 4500, (Wrap / 2) + 4500);
        Assert.InRange((sounds[^1].Decoding - pictures[^1].Decoding + (Wrap / 2) + Wrap) % Wrap, (Wrap / 2) - 45_000, (Wrap / 2) + 45_000);
    }

    /// <summary>Program clock and decoding time of every PES packet of a track; the clock is -1 where there is none.</summary>
    private static List<(long Clock, long Decoding)> Times(byte[] bytes, int pid)
    {
        List<(long, long)> times = [];
        for (int offset = 0; offset < bytes.Length; offset += PacketBytes)
        {
            ReadOnlySpan<byte> packet = bytes.AsSpan(offset, PacketBytes);
            if ((((packet[1] & 0x1F) << 8) | packet[2]) != pid || (packet[1] & 0x40) == 0)
            {
                continue;
            }

            bool adapts = (packet[3] & 0x20) != 0;
            bool hasClock = adapts && packet[4] > 0 && (packet[5] & 0x10) != 0;
            long clock = hasClock ? ((long)BinaryPrimitives.ReadUInt32BigEndian(packet[6..]) << 1) | (long)(packet[10] >> 7) : -1;
            ReadOnlySpan<byte> pes = packet[(adapts ? 5 + packet[4] : 4)..];
            Assert.Equal(0xC0, pes[7]);
            times.Add((clock, TimeOf(pes[14..])));
        }

        return times;
    }

    // ISO/IEC 13818-1 2.4.3.6: 33 bits with a marker after 3, 15 and 15 of them.
    private static long TimeOf(ReadOnlySpan<byte> field) =>
        ((long)(field[0] & 0x0E) << 29)
        | ((long)(BinaryPrimitives.ReadUInt16BigEndian(field[1..]) & 0xFFFE) << 14)
        | (long)(BinaryPrimitives.ReadUInt16BigEndian(field[3..]) >> 1);

    private static void AssertSteps(List<(long Clock, long Decoding)> times, long least, long most)
    {
        for (int i = 1; i < times.Count; i++)
        {
            Assert.InRange((times[i].Decoding - times[i - 1].Decoding + Wrap) % Wrap, least, most);
        }
    }
}
