using System.Buffers;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Handshake;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Handshake;

public sealed class ServerHandshakeTests
{
    private const int BlockLength = 1536;
    private const int SecondHalf = 772;
    private const int FirstHalf = 8;

    [Fact]
    public void PlainHello_IsEchoedWithVersionZero()
    {
        byte[] c1 = RtmpTestClient.Hello()[1..];
        byte[] answer = Answer([3, .. c1]);
        Assert.Equal(1 + (2 * BlockLength), answer.Length);
        Assert.Equal(3, answer[0]);
        Assert.Equal(new byte[8], answer[1..9]);
        Assert.True(answer[9..(1 + BlockLength)].Distinct().Count() > 200, "S1 is random");
        Assert.Equal(c1, answer[(1 + BlockLength)..]);
    }

    [Theory]
    [InlineData(FirstHalf, 0)]
    [InlineData(FirstHalf, 255)]
    [InlineData(SecondHalf, 0)]
    [InlineData(SecondHalf, 255)]
    public void HelloWithDigest_IsAnsweredWithDigestsInTheSameHalf(int half, int offsetByte)
    {
        byte[] c1 = ClientDigest.Hello(half, [(byte)offsetByte, (byte)offsetByte, (byte)offsetByte, (byte)offsetByte]);
        byte[] answer = Answer([3, .. c1]);
        byte[] s1 = answer[1..(1 + BlockLength)];
        Assert.True(s1[4] >= 3, "clients look for a digest only with this version");
        Assert.True(ClientDigest.IsValidAnswer(s1, half));
        Assert.True(ClientDigest.IsValidProof(answer[(1 + BlockLength)..], ClientDigest.DigestOf(c1, half)));
    }

    [Fact]
    public void EveryOffset_IsFoundAndStaysInsideItsHalf()
    {
        for (int sum = 0; sum <= 4 * 255; sum++)
        {
            byte[] offset = [(byte)Math.Min(sum, 255), (byte)Math.Clamp(sum - 255, 0, 255), (byte)Math.Clamp(sum - 510, 0, 255), (byte)Math.Clamp(sum - 765, 0, 255)];
            foreach (int half in (int[])[FirstHalf, SecondHalf])
            {
                byte[] c1 = ClientDigest.Hello(half, offset);
                bool found = HandshakeDigest.TryFind(c1, HandshakeDigest.ClientKey[..30], out int foundHalf, out int position);
                Assert.True(found, $"offset {sum} in half {half}");
                Assert.Equal(half, foundHalf);
                Assert.InRange(position, half + 4, half + 764 - HandshakeDigest.Length);
            }
        }
    }

    [Fact]
    public void OneChangedByte_MakesItThePlainHandshake()
    {
        byte[] c1 = ClientDigest.Hello(SecondHalf, [1, 2, 3, 4]);
        c1[100] ^= 1;
        byte[] answer = Answer([3, .. c1]);
        Assert.Equal(new byte[4], answer[5..9]);
        Assert.Equal(c1, answer[(1 + BlockLength)..]);
    }

    [Fact]
    public void HelloOfFFmpeg_HoldsADigest()
    {
        byte[] stream = TestData.Read("rtmp", "fq", "ffmpeg_client_stream");
        byte[] answer = Answer(stream[..(1 + BlockLength)]);
        Assert.True(ClientDigest.IsValidAnswer(answer[1..(1 + BlockLength)], FirstHalf));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData('G')]
    [InlineData(0x16)]
    public void OtherVersion_IsRefusedWithItsFirstByte(int version)
    {
        using var pool = new TrackingBufferPool();
        using var replies = new ReplyQueue(pool);
        var reader = new SequenceReader<byte>(new ReadOnlySequence<byte>([(byte)version]));
        Assert.Equal(OperationStatus.InvalidData, new ServerHandshake(new Random(1)).ReadHello(ref reader, replies));
        Assert.Equal(0, replies.Bytes);
    }

    [Fact]
    public void EveryPrefix_NeedsMoreAndTakesNothing()
    {
        using var pool = new TrackingBufferPool();
        using var replies = new ReplyQueue(pool);
        var handshake = new ServerHandshake(new Random(1));
        byte[] hello = RtmpTestClient.Hello();
        for (int length = 0; length < hello.Length; length++)
        {
            var reader = new SequenceReader<byte>(new ReadOnlySequence<byte>(hello, 0, length));
            Assert.Equal(OperationStatus.NeedMoreData, handshake.ReadHello(ref reader, replies));
            Assert.Equal(0, reader.Consumed);
            reader = new SequenceReader<byte>(new ReadOnlySequence<byte>(hello, 0, Math.Min(length, BlockLength - 1)));
            Assert.Equal(OperationStatus.NeedMoreData, ServerHandshake.ReadFinish(ref reader));
            Assert.Equal(0, reader.Consumed);
        }

        Assert.Equal(0, replies.Bytes);
    }

    [Fact]
    public void EveryDelivery_GivesTheSameAnswer()
    {
        byte[] hello = [3, .. ClientDigest.Hello(FirstHalf, [9, 8, 7, 6])];
        byte[] expected = Answer(hello);
        foreach ((string name, ReadOnlySequence<byte> bytes) in Wire.Deliveries(hello))
        {
            Assert.True(Answer(bytes).AsSpan().SequenceEqual(expected), name);
        }
    }

    private static byte[] Answer(byte[] hello) => Answer(new ReadOnlySequence<byte>(hello));

    private static byte[] Answer(ReadOnlySequence<byte> hello)
    {
        using var pool = new TrackingBufferPool();
        using var replies = new ReplyQueue(pool);
        var handshake = new ServerHandshake(new Random(1));
        var reader = new SequenceReader<byte>(hello);
        Assert.Equal(OperationStatus.Done, handshake.ReadHello(ref reader, replies));
        Assert.True(handshake.IsAnswered);
        Assert.True(reader.End);
        Assert.True(replies.TryTake(out PooledBuffer? buffer, out int length));
        using (buffer)
        {
            return buffer.Span[..length].ToArray();
        }
    }
}
