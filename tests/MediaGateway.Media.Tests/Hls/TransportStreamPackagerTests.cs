using MediaGateway.Media.Hls;
using MediaGateway.Media.Tests.Mp4;
using Xunit;

namespace MediaGateway.Media.Tests.Hls;

public sealed class TransportStreamPackagerTests
{
    private const int PacketBytes = 188;

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
}
