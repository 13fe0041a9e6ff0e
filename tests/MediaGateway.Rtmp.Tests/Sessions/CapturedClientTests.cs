using System.Buffers;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Sessions;

/// <summary>What a real ffmpeg sent to another server, byte for byte, and what becomes of it when bytes change.</summary>
public sealed class CapturedClientTests
{
    private static readonly string[] Dialogue =
    [
        "ConnectRequested", "WindowAcknowledgementSize", "SetPeerBandwidth", "UserControl 0", "SetChunkSize",
        "_result NetConnection.Connect.Success", "_result", "_result", "PlayRequested", "UserControl 0",
        "onStatus NetStream.Play.Reset", "onStatus NetStream.Play.Start", "|RtmpSampleAccess", "BufferLengthSet", "StreamClosed", "_result",
    ];

    [Fact]
    public void WholeDialogue_IsAnswered()
    {
        Assert.Equal(Dialogue.Except(["_result"]), Converse(TestData.Read("rtmp", "fq", "ffmpeg_client_stream"), int.MaxValue).Except(["_result"]));
    }

    [Fact]
    public void WholeDialogue_SplitAnywhere_IsAnsweredTheSame()
    {
        byte[] bytes = TestData.Read("rtmp", "fq", "ffmpeg_client_stream");
        List<string> expected = Converse(bytes, int.MaxValue);
        Assert.Equal(expected, Converse(bytes, 1));
        for (int split = 1; split < bytes.Length; split += split < 3073 ? 307 : 1)
        {
            Assert.Equal(expected, Converse(bytes, split));
        }
    }

    [Fact]
    public void EveryPrefix_EndsWithoutLeak()
    {
        byte[] bytes = TestData.Read("rtmp", "fq", "ffmpeg_client_stream");
        for (int length = 3073; length < bytes.Length; length++)
        {
            Assert.NotNull(Converse(bytes[..length], int.MaxValue));
        }
    }

    [Fact]
    public void MutatedDialogues_ThrowNothingButTheProtocolException()
    {
        byte[] original = TestData.Read("rtmp", "fq", "ffmpeg_client_stream");
        var random = new Random(29);
        int broken = 0;
        for (int i = 0; i < 10_000; i++)
        {
            byte[] bytes = (byte[])original.Clone();
            for (int change = random.Next(1, 8); change > 0; change--)
            {
                bytes[random.Next(3073, bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                Converse(bytes, random.Next(1, 600));
            }
            catch (RtmpProtocolException)
            {
                broken++;
            }
        }

        Assert.InRange(broken, 1, 9_999);
    }

    private static List<string> Converse(byte[] bytes, int pieceLength)
    {
        var pool = new BufferPool();
        try
        {
            return Converse(bytes, pieceLength, pool);
        }
        finally
        {
            Assert.Equal(0, pool.Outstanding(BufferOwner.RtmpMessage) + pool.Outstanding(BufferOwner.Reply));
        }
    }

    private static List<string> Converse(byte[] bytes, int pieceLength, BufferPool pool)
    {
        var said = new List<string>();
        using var client = new RtmpTestClient();
        using var session = new RtmpServerSession(new RtmpSessionOptions(), pool, new Random(1), TimeSpan.Zero);
        int consumedBytes = 0;
        int offered = 0;
        while (offered < bytes.Length)
        {
            offered = (int)Math.Min(bytes.Length, (long)offered + pieceLength);
            long examinedBytes;
            do
            {
                var input = new ReadOnlySequence<byte>(bytes.AsMemory(consumedBytes, offered - consumedBytes));
                session.Receive(input, TimeSpan.Zero, out SequencePosition consumed, out SequencePosition examined);
                examinedBytes = consumedBytes + input.Slice(input.Start, examined).Length;
                consumedBytes += (int)input.Slice(input.Start, consumed).Length;
                Answer(session, client, said);
            }
            while (examinedBytes < offered);
        }

        return said;
    }

    private static void Answer(RtmpServerSession session, RtmpTestClient client, List<string> said)
    {
        Drain(session, client, said);
        while (session.TryTakeEvent(out RtmpEvent? rtmpEvent))
        {
            said.Add(rtmpEvent.GetType().Name);
            switch (rtmpEvent)
            {
                case RtmpEvent.ConnectRequested:
                    session.AcceptConnect();
                    break;
                case RtmpEvent.PlayRequested request:
                    session.AcceptPlay(request.MessageStreamId);
                    break;
                default:
                    break;
            }

            Drain(session, client, said);
        }
    }

    private static void Drain(RtmpServerSession session, RtmpTestClient client, List<string> said)
    {
        while (session.TryTakeReply(out PooledBuffer? buffer, out int length))
        {
            said.AddRange(client.Receive(buffer.Span[..length]).Select(message => message.ToString()));
            buffer.Dispose();
        }
    }
}
