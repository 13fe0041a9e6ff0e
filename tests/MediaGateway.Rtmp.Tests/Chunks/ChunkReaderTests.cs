using System.Buffers;
using System.Buffers.Binary;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Chunks;
using MediaGateway.Rtmp.Messages;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Chunks;

public sealed class ChunkReaderTests : IDisposable
{
    private readonly TrackingBufferPool _pool = new();

    public void Dispose() => _pool.Dispose();

    [Theory]
    [WireData("04 000010 000003 08 01000000 aabbcc  44 000005 000002 09 dddd  84 000007 eeee  c4 ffff")]
    public void FourChunkTypes_InheritWhatTheyLeaveOut(ReadOnlySequence<byte> input)
    {
        using var reader = new ChunkReader(RtmpLimits.Default, _pool);
        var sequence = new SequenceReader<byte>(input);
        var messages = new List<(RtmpMessageType Type, uint Timestamp, uint MessageStreamId, string Body)>();
        while (reader.Read(ref sequence, out RtmpMessage message) == OperationStatus.Done)
        {
            messages.Add((message.Type, message.Timestamp, message.MessageStreamId, Convert.ToHexString(message.Payload)));
            message.Dispose();
        }

        Assert.Equal(
            [
                (RtmpMessageType.Audio, 16u, 1u, "AABBCC"),
                (RtmpMessageType.Video, 21u, 1u, "DDDD"),
                (RtmpMessageType.Video, 28u, 1u, "EEEE"),
                (RtmpMessageType.Video, 35u, 1u, "FFFF"),
            ],
            messages);
        Assert.True(sequence.End);
    }

    [Theory]
    [InlineData("04 000010 000003 08 01000000")]
    [InlineData("40 10 000010 000003 08")]
    [InlineData("41 1000 000010 000003 08")]
    [InlineData("04 ffffff 000003 08 01000000 01020304")]
    public void EveryPrefixOfAHeader_NeedsMoreAndTakesNothing(string hex)
    {
        byte[] header = Wire.Hex(hex);
        using var reader = new ChunkReader(RtmpLimits.Default, _pool);
        for (int length = 0; length < header.Length; length++)
        {
            var sequence = new SequenceReader<byte>(new ReadOnlySequence<byte>(header, 0, length));
            Assert.Equal(OperationStatus.NeedMoreData, reader.Read(ref sequence, out _));
            Assert.Equal(0, sequence.Consumed);
        }
    }

    // 200 bytes at chunk size 128: one continuation, with the extended timestamp and without.
    [Theory]
    [InlineData(true, 0x01000000u)]
    [InlineData(false, 0x01000000u)]
    [InlineData(true, 0xFFFFFFu)]
    [InlineData(false, 0xFFFFFFu)]
    [InlineData(true, 0x80000000u)]
    [InlineData(true, 0xFFFFFFFFu)]
    [InlineData(false, 0xFF010203u)]
    public void ContinuationAfterExtendedTimestamp_MayRepeatItOrNot(bool isRepeated, uint timestamp)
    {
        byte[] body = Body(200);
        byte[] field = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(field, timestamp);
        byte[] bytes =
        [
            .. Wire.Hex("04 ffffff 0000c8 09 01000000"), .. field, .. body[..128],
            0xC4, .. isRepeated ? field : [], .. body[128..],
        ];
        for (int pieceLength = 1; pieceLength <= bytes.Length; pieceLength++)
        {
            using var feed = new ChunkFeed(_pool);
            foreach (byte[] piece in bytes.Chunk(pieceLength))
            {
                feed.Feed(piece);
            }

            Assert.Equal([new ReadMessage(4, 9, timestamp, 1, 200)], feed.Messages);
            Assert.Equal(body, feed.Bodies[0]);
        }
    }

    [Fact]
    public void Type3ThatBeginsAMessageAfterExtendedDelta_ReadsTheFieldAgain()
    {
        byte[] bytes = Wire.Hex("04 000001 000001 08 01000000 aa  84 ffffff 01000000 bb  c4 01000002 cc");
        Assert.Equal([1u, 0x01000001u, 0x02000003u], ChunkFeed.ReadAll(_pool, bytes, 1).Select(message => message.Timestamp));
    }

    [Fact]
    public void DeltaBeyond32Bits_Wraps()
    {
        byte[] bytes = Wire.Hex("04 ffffff 000001 08 01000000 fffffff0 aa  84 000020 bb");
        Assert.Equal([0xFFFFFFF0u, 0x10u], ChunkFeed.ReadAll(_pool, bytes, 1).Select(message => message.Timestamp));
    }

    // What librtmp sends as a ping.
    [Fact]
    public void Type1OnAFreshChunkStream_StartsAtZero() =>
        Assert.Equal([new ReadMessage(2, 4, 3, 0, 6)], ChunkFeed.ReadAll(_pool, Wire.Hex("42 000003 000006 04 000600000d0f"), 1));

    [Theory]
    [InlineData("82 000003")]
    [InlineData("c2")]
    public void Type2Or3OnAFreshChunkStream_IsRefused(string hex) => AssertRefused(RtmpError.MissingChunkHeader, Wire.Hex(hex));

    [Theory]
    [InlineData(2, "02")]
    [InlineData(63, "3f")]
    [InlineData(64, "00 00")]
    [InlineData(64, "01 0000")]
    [InlineData(319, "00 ff")]
    [InlineData(320, "01 0001")]
    [InlineData(65_599, "01 ffff")]
    public void ChunkStreamId_HasThreeForms(int chunkStreamId, string basicHeader)
    {
        byte[] bytes = Wire.Hex(basicHeader + "000000 000001 08 00000000 aa");
        Assert.Equal([new ReadMessage(chunkStreamId, 8, 0, 0, 1)], ChunkFeed.ReadAll(_pool, bytes, 1));
    }

    [Fact]
    public void MessagesOfTwoChunkStreams_MayInterleave()
    {
        byte[] audio = Body(130);
        byte[] video = Body(140);
        byte[] bytes =
        [
            .. Wire.Hex("04 000001 000082 08 01000000"), .. audio[..128],
            .. Wire.Hex("06 000002 00008c 09 01000000"), .. video[..128],
            0xC4, .. audio[128..], 0xC6, .. video[128..],
        ];
        using var feed = new ChunkFeed(_pool);
        feed.Feed(bytes);
        Assert.Equal([new ReadMessage(4, 8, 1, 1, 130), new ReadMessage(6, 9, 2, 1, 140)], feed.Messages);
        Assert.Equal([audio, video], feed.Bodies);
    }

    [Fact]
    public void Abort_ForgetsTheMessageUnderWay()
    {
        byte[] bytes =
        [
            .. Wire.Hex("04 000001 000082 08 01000000"), .. Body(128),
            .. Wire.Hex("02 000000 000004 02 00000000 00000004"),
            .. Wire.Hex("04 000009 000001 08 01000000 aa"),
        ];
        using var feed = new ChunkFeed(_pool);
        feed.Feed(bytes);
        Assert.Equal([new ReadMessage(2, 2, 0, 0, 4), new ReadMessage(4, 8, 9, 1, 1)], feed.Messages);
    }

    [Fact]
    public void AbortOfAnythingElse_DoesNothing()
    {
        byte[] bytes = Wire.Hex("02 000000 000004 02 00000000 ffffffff  c2 00000002  c2 00000063");
        Assert.Equal(3, ChunkFeed.ReadAll(_pool, bytes, 1).Count);
    }

    [Theory]
    [InlineData("00000001", 1)]
    [InlineData("00000080", 128)]
    [InlineData("00010000", 65_536)]
    [InlineData("00ffffff", 0xFFFFFF)]
    [InlineData("01000000", 0xFFFFFF)]
    [InlineData("7fffffff", 0xFFFFFF)]
    public void SetChunkSize_IsObeyed(string size, int chunkSize)
    {
        using var feed = new ChunkFeed(_pool);
        feed.Feed(Wire.Hex("02 000000 000004 01 00000000" + size));
        Assert.Equal(chunkSize, feed.Reader.ChunkSize);
    }

    [Theory]
    [InlineData("000004 01 00000000 00000000", RtmpError.InvalidChunkSize)]
    [InlineData("000004 01 00000000 80000000", RtmpError.InvalidChunkSize)]
    [InlineData("000004 01 00000000 ffffffff", RtmpError.InvalidChunkSize)]
    [InlineData("000003 01 00000000 000080", RtmpError.InvalidControlMessage)]
    [InlineData("000000 01 00000000", RtmpError.InvalidControlMessage)]
    [InlineData("000003 02 00000000 000004", RtmpError.InvalidControlMessage)]
    public void BrokenControlMessage_IsRefused(string hex, RtmpError error) => AssertRefused(error, Wire.Hex("02 000000" + hex));

    [Theory]
    [InlineData("04 000000 0000c9 09 01000000")]
    [InlineData("44 000000 0000c9 09")]
    [InlineData("04 000000 0000c8 08 01000000")]
    [InlineData("04 000000 ffffff 09 01000000")]
    public void HeaderInTheMiddleOfAMessage_ThatAnnouncesAnother_IsRefused(string header) =>
        AssertRefused(RtmpError.ChangedMessage, [.. Wire.Hex("04 000000 0000c8 09 01000000"), .. Body(128), .. Wire.Hex(header)]);

    [Theory]
    [InlineData("04 000000 0000c8 09 01000000")]
    [InlineData("44 000000 0000c8 09")]
    [InlineData("84 000005")]
    public void HeaderInTheMiddleOfAMessage_ThatAnnouncesTheSame_GoesOn(string header)
    {
        byte[] body = Body(200);
        using var feed = new ChunkFeed(_pool);
        feed.Feed([.. Wire.Hex("04 000010 0000c8 09 01000000"), .. body[..128], .. Wire.Hex(header), .. body[128..]]);
        Assert.Equal([new ReadMessage(4, 9, 16, 1, 200)], feed.Messages);
        Assert.Equal(body, feed.Bodies[0]);
    }

    [Theory]
    [InlineData(1000, true)]
    [InlineData(1001, false)]
    public void MessageLength_IsLimited(int length, bool isAccepted)
    {
        var limits = new RtmpLimits { MaximumMessageBytes = 1000 };
        using var feed = new ChunkFeed(_pool, limits);
        byte[] header = [.. Wire.Hex("04 000000"), (byte)(length >> 16), (byte)(length >> 8), (byte)length, .. Wire.Hex("09 01000000")];
        Assert.Equal(isAccepted ? OperationStatus.NeedMoreData : OperationStatus.InvalidData, feed.Feed(header));
        Assert.True(isAccepted || feed.Reader.Error == RtmpError.MessageTooLong);
    }

    [Fact]
    public void DeclaredLength_CostsNoMemory()
    {
        var pool = new BufferPool();
        using var feed = new ChunkFeed(pool) { Reader = { MaximumMessageBytes = UInt24.MaxValue } };
        long before = GC.GetAllocatedBytesForCurrentThread();
        feed.Feed([.. Wire.Hex("02 000000 000004 01 00000000 7fffffff  04 000000 ffffff 09 01000000"), 0xAA]);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 32 * 1024);
        Assert.Equal(1, pool.Outstanding(BufferOwner.RtmpMessage));
    }

    [Fact]
    public void PartialBytes_AreLimitedOverAllChunkStreams()
    {
        var limits = new RtmpLimits { MaximumPartialBytes = 1000 };
        using var feed = new ChunkFeed(_pool, limits);
        feed.Feed(Wire.Hex("02 000000 000004 01 00000000 00000190"));
        OperationStatus status = OperationStatus.NeedMoreData;
        foreach (string chunkStream in (string[])["04", "05"])
        {
            status = feed.Feed([.. Wire.Hex(chunkStream + "000000 00ffff 09 01000000"), .. Body(400)]);
            Assert.Equal(OperationStatus.NeedMoreData, status);
        }

        Assert.Equal(OperationStatus.NeedMoreData, feed.Feed([.. Wire.Hex("06 000000 00ffff 09 01000000"), .. Body(200)]));
        Assert.Equal(OperationStatus.InvalidData, feed.Feed(Body(1)));
        Assert.Equal(RtmpError.TooManyPartialBytes, feed.Reader.Error);
    }

    [Fact]
    public void FinishedAndAbortedMessages_LeaveThePartialBytes()
    {
        var limits = new RtmpLimits { MaximumPartialBytes = 300 };
        using var feed = new ChunkFeed(_pool, limits);
        for (int i = 0; i < 10; i++)
        {
            feed.Feed([.. Wire.Hex("04 000000 000080 09 01000000"), .. Body(128)]);
            feed.Feed([.. Wire.Hex("05 000000 0000ff 09 01000000"), .. Body(128)]);
            feed.Feed(Wire.Hex("02 000000 000004 02 00000000 00000005"));
        }

        Assert.Equal(20, feed.Messages.Count);
        Assert.Equal(OperationStatus.NeedMoreData, feed.Status);
    }

    [Fact]
    public void IdleChunkStreams_AreForgottenOldestFirst()
    {
        using var feed = new ChunkFeed(_pool);
        for (int i = 0; i < 200; i++)
        {
            feed.Feed([0x00, (byte)i, .. Wire.Hex("000000 000001 08 01000000 aa")]);
            feed.Feed(Wire.Hex("04 000000 000001 08 01000000 aa"));
        }

        Assert.Equal(400, feed.Messages.Count);
        feed.Feed(Wire.Hex("c4 aa"));
        Assert.Equal(401, feed.Messages.Count);
        Assert.Equal(OperationStatus.InvalidData, feed.Feed(Wire.Hex("c0 00")));
        Assert.Equal(RtmpError.MissingChunkHeader, feed.Reader.Error);
    }

    [Fact]
    public void BusyChunkStreams_AreLimited()
    {
        using var feed = new ChunkFeed(_pool);
        for (int i = 0; i < RtmpLimits.Default.MaximumChunkStreams; i++)
        {
            Assert.Equal(OperationStatus.NeedMoreData, feed.Feed([0x00, (byte)i, .. Wire.Hex("000000 0000c8 08 01000000"), .. Body(128)]));
        }

        Assert.Equal(OperationStatus.InvalidData, feed.Feed(Wire.Hex("00 ff 000000 000001 08 01000000")));
        Assert.Equal(RtmpError.TooManyChunkStreams, feed.Reader.Error);
    }

    [Fact]
    public void SmallChunks_AreCountedAndOthersAreNot()
    {
        var limits = new RtmpLimits { MaximumSmallChunksPerSecond = 10 };
        using var feed = new ChunkFeed(_pool, limits);
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(OperationStatus.NeedMoreData, feed.Feed([.. Wire.Hex("04 000000 000040 09 01000000"), .. Body(64)]));
        }

        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(OperationStatus.NeedMoreData, feed.Feed([.. Wire.Hex("04 000000 00003f 09 01000000"), .. Body(63)]));
        }

        Assert.Equal(OperationStatus.InvalidData, feed.Feed(Wire.Hex("04 000000 00003f 09 01000000")));
        Assert.Equal(RtmpError.TooManySmallChunks, feed.Reader.Error);
    }

    [Fact]
    public void ChunkSizeOne_StillReadsTheMessage()
    {
        byte[] bytes = [.. Wire.Hex("02 000000 000004 01 00000000 00000001  04 000000 000004 08 01000000 00  c4 01  c4 02  c4 03")];
        using var feed = new ChunkFeed(_pool);
        feed.Feed(bytes);
        Assert.Equal([0, 1, 2, 3], feed.Bodies[1]);
    }

    [Fact]
    public void EmptyMessage_IsHandedOut()
    {
        byte[] bytes = Wire.Hex("03 000000 000000 09 01000000  03 000000 000001 09 01000000 aa");
        Assert.Equal([0, 1], ChunkFeed.ReadAll(_pool, bytes, 1).Select(message => message.Length));
    }

    [Fact]
    public void LargeMessage_GrowsWithItsBytesAndArrivesWhole()
    {
        byte[] body = Body(100_000);
        using var feed = new ChunkFeed(_pool);
        feed.Feed(Wire.Hex("04 000000 0186a0 09 01000000"));
        foreach (byte[] chunk in body.Chunk(128))
        {
            feed.Feed(chunk);
            feed.Feed(feed.Messages.Count == 0 ? [0xC4] : []);
        }

        Assert.Equal(body, Assert.Single(feed.Bodies));
    }

    private static byte[] Body(int length)
    {
        byte[] body = new byte[length];
        new Random(length).NextBytes(body);
        return body;
    }

    private void AssertRefused(RtmpError error, byte[] bytes)
    {
        using var feed = new ChunkFeed(_pool);
        feed.Feed(bytes);
        Assert.Equal(OperationStatus.InvalidData, feed.Status);
        Assert.Equal(error, feed.Reader.Error);
    }
}
