using System.Buffers;
using System.Text.Json;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Chunks;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Chunks;

/// <summary>Chunk streams of SRS's tests and of ffmpeg, against what another decoder read from them.</summary>
public sealed class ChunkReaderCaptureTests
{
    private const int HandshakeBytes = 3073;

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(4096)]
    [InlineData(1000)]
    [InlineData(129)]
    [InlineData(7)]
    [InlineData(2)]
    [InlineData(1)]
    public void EveryCapture_InPieces_GivesTheMessagesThatTheOtherDecoderRead(int pieceLength)
    {
        var pool = new BufferPool();
        Assert.All(Captures(), capture => Assert.Equal(capture.Expected, ChunkFeed.ReadAll(pool, capture.Bytes, Math.Min(pieceLength, capture.Bytes.Length))));
        Assert.Equal(TestData.Files("rtmp").Count(path => Path.GetExtension(path) is "" or ".bin"), Captures().Count());
    }

    [Fact]
    public void EveryCapture_SplitAnywhere_GivesTheSameMessages()
    {
        var pool = new BufferPool();
        foreach ((string name, byte[] bytes, List<ReadMessage> expected) in Captures().Where(capture => capture.Bytes.Length < 1000))
        {
            for (int split = 0; split <= bytes.Length; split++)
            {
                using var feed = new ChunkFeed(pool);
                feed.Feed(bytes.AsSpan(0, split));
                feed.Feed(bytes.AsSpan(split));
                Assert.True(expected.SequenceEqual(feed.Messages), $"{name} split at {split}");
            }
        }
    }

    [Fact]
    public void EveryCapture_AsASequenceOfSegments_GivesTheSameMessages()
    {
        var pool = new BufferPool();
        foreach ((string name, byte[] bytes, List<ReadMessage> expected) in Captures().Where(capture => capture.Bytes.Length < 1000))
        {
            foreach ((string delivery, ReadOnlySequence<byte> sequence) in Wire.Deliveries(bytes))
            {
                using var reader = new ChunkReader(Rtmp.Sessions.RtmpLimits.Default, pool);
                var input = new SequenceReader<byte>(sequence);
                int count = 0;
                while (reader.Read(ref input, out Rtmp.Messages.RtmpMessage message) == OperationStatus.Done)
                {
                    Assert.Equal(expected[count++].Length, message.Length);
                    message.Dispose();
                }

                Assert.True(expected.Count == count, $"{name} {delivery}");
            }
        }
    }

    [Fact]
    public void MutatedCaptures_NeverThrowNorKeepMemory()
    {
        List<(string Name, byte[] Bytes, List<ReadMessage> Expected)> captures = [.. Captures()];
        var random = new Random(23);
        var pool = new BufferPool();
        for (int i = 0; i < 10_000; i++)
        {
            byte[] original = captures[random.Next(captures.Count)].Bytes;
            byte[] bytes = original.AsSpan(0, Math.Min(original.Length, 2000)).ToArray();
            for (int change = random.Next(1, 8); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            Assert.InRange(ChunkFeed.ReadAll(pool, bytes, random.Next(1, 200)).Count, 0, bytes.Length);
        }

        Assert.Equal(0, pool.Outstanding(BufferOwner.RtmpMessage));
    }

    [Fact]
    public void FuzzSeedsOfAnotherServer_NeverThrow()
    {
        var pool = new BufferPool();
        foreach (string path in TestData.Files("fuzz", "rtmp_gortmplib"))
        {
            byte[] bytes = File.ReadAllBytes(path);
            Assert.InRange(ChunkFeed.ReadAll(pool, bytes, 1).Count, 0, bytes.Length);
            Assert.InRange(ChunkFeed.ReadAll(pool, bytes, bytes.Length).Count, 0, bytes.Length);
        }
    }

    private static IEnumerable<(string Name, byte[] Bytes, List<ReadMessage> Expected)> Captures()
    {
        using var document = JsonDocument.Parse(TestData.Read("rtmp", "expected.json"));
        foreach (JsonProperty capture in document.RootElement.EnumerateObject())
        {
            byte[] bytes = TestData.Read(capture.Name.Split('/'));
            bool hasHandshake = capture.Value.GetProperty("after").GetString()!.Contains("3073", StringComparison.Ordinal);
            List<ReadMessage> expected =
            [
                .. capture.Value.GetProperty("messages").EnumerateArray().Select(message => new ReadMessage(
                    message.GetProperty("csid").GetInt32(),
                    message.GetProperty("type").GetInt32(),
                    message.GetProperty("ts").GetUInt32(),
                    message.GetProperty("sid").GetUInt32(),
                    message.GetProperty("len").GetInt32())),
            ];
            yield return (capture.Name, hasHandshake ? bytes[HandshakeBytes..] : bytes, expected);
        }
    }
}
