using MediaGateway.Rtmp.Chunks;
using MediaGateway.Rtmp.Messages;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Chunks;

public sealed class ChunkWriterTests
{
    [Fact]
    public void MessageOfTwoChunks_HasTheBytesOfTheSpecification()
    {
        byte[] body = new byte[130];
        body.AsSpan().Fill(0xAA);
        byte[] expected = [.. Wire.Hex("04 000010 000082 08 01000000"), .. body[..128], 0xC4, .. body[128..]];
        Assert.Equal(expected, Write(4, RtmpMessageType.Audio, 16, 1, body, 128));
    }

    [Fact]
    public void ExtendedTimestamp_IsRepeatedInEveryChunk()
    {
        byte[] expected = Wire.Hex("04 ffffff 000003 08 01000000 00ffffff aa  c4 00ffffff aa  c4 00ffffff aa");
        Assert.Equal(expected, Write(4, RtmpMessageType.Audio, 0xFFFFFF, 1, [0xAA, 0xAA, 0xAA], 1));
    }

    [Fact]
    public void LargestPlainTimestamp_IsNotExtended()
    {
        byte[] expected = Wire.Hex("04 fffffe 000001 08 01000000 aa");
        Assert.Equal(expected, Write(4, RtmpMessageType.Audio, 0xFFFFFE, 1, [0xAA], 128));
    }

    [Fact]
    public void EveryMessage_IsReadAsItWasWritten()
    {
        var limits = new RtmpLimits { MaximumSmallChunksPerSecond = int.MaxValue };
        using var pool = new TrackingBufferPool();
        int[] lengths = [0, 1, 127, 128, 129, 255, 256, 257, 4096, 70_000];
        int[] chunkSizes = [128, 1, 127, 4096, 65_536];
        int[] chunkStreamIds = [2, 63, 64, 319, 320, 65_599];
        uint[] timestamps = [0, 0xFFFFFE, 0xFFFFFF, 0x1000000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF];
        foreach (int chunkSize in chunkSizes)
        {
            using var feed = new ChunkFeed(pool, limits);
            feed.Feed(Write(2, RtmpMessageType.SetChunkSize, 0, 0, BitConverter.GetBytes(System.Net.IPAddress.HostToNetworkOrder(chunkSize)), 128));
            foreach (int length in lengths.Where(length => chunkSize >= 127 || length <= 257))
            {
                byte[] body = new byte[length];
                new Random(length).NextBytes(body);
                foreach (int chunkStreamId in chunkStreamIds)
                {
                    foreach (uint timestamp in timestamps)
                    {
                        feed.Feed(Write(chunkStreamId, RtmpMessageType.Video, timestamp, 7, body, chunkSize));
                        Assert.Equal(new ReadMessage(chunkStreamId, 9, timestamp, 7, length), feed.Messages[^1]);
                        Assert.Equal(body, feed.Bodies[^1]);
                    }
                }
            }
        }
    }

    private static byte[] Write(int chunkStreamId, RtmpMessageType type, uint timestamp, uint messageStreamId, byte[] body, int chunkSize)
    {
        byte[] bytes = new byte[ChunkWriter.SizeOf(chunkStreamId, timestamp, body.Length, chunkSize)];
        var writer = new ChunkWriter(bytes, chunkStreamId, type, timestamp, messageStreamId, body.Length, chunkSize);
        foreach (byte[] piece in body.Chunk(1000))
        {
            writer.Append(piece);
        }

        Assert.Equal(bytes.Length, writer.Written);
        return bytes;
    }
}
