using System.Buffers;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Sessions;

/// <summary>Faults that other RTMP servers had, through a whole session: each ends that session alone, or is left out, and costs little.</summary>
public sealed class BadInputTests
{
    private const int CommandType = 20;
    private const int DataType = 18;

    // flvmeta #29, ZLMediaKit #4787: nested arrays that overflow the stack.
    [Theory]
    [InlineData(31, false)]
    [InlineData(32, false)]
    [InlineData(33, true)]
    [InlineData(70_000, true)]
    public void NestedCommand_EndsTheSession(int levels, bool isRefused)
    {
        using RtmpScript script = RtmpScript.Publishing();
        byte[] body = [.. Wire.Hex("02 0004 63616c6c 00 0000000000000000"), .. Nested(levels)];
        byte[] message = script.Client.Message(CommandType, 0, body);
        if (!isRefused)
        {
            script.Send(message);
            script.ExpectNothing();
            return;
        }

        Assert.Equal(RtmpError.InvalidCommand, Assert.Throws<RtmpProtocolException>(() => script.Send(message)).Error);
    }

    [Theory]
    [InlineData(31, 0)]
    [InlineData(32, 0)]
    [InlineData(33, 1)]
    [InlineData(70_000, 1)]
    public void NestedMetadata_IsLeftOut(int levels, int unreadable)
    {
        using RtmpScript script = RtmpScript.Publishing();
        script.Send(script.Client.Message(DataType, 1, [.. Wire.Hex("02 000a 6f6e4d65746144617461"), .. Nested(levels)]));
        Assert.Equal(unreadable, script.Session.UnreadableMessages);
        Assert.Equal(RtmpSessionState.Connected, script.Session.State);
    }

    // Red5 #469: a count that is a lie, and a message of nothing but values.
    [Fact]
    public void CountsAndValues_CostNoMoreThanTheMessage()
    {
        const int length = 8 * 1024 * 1024;
        var pool = new BufferPool();
        using var session = new RtmpServerSession(new RtmpSessionOptions(), pool, new Random(1), TimeSpan.Zero);
        using var client = new RtmpTestClient { ChunkSize = 65_536 };
        byte[] values = new byte[length];
        Array.Fill(values, (byte)5);
        Wire.Hex("02 000a 6f6e4d65746144617461 0a ffffffff").CopyTo(values, 0);
        byte[] message = client.Message(DataType, 1, values);
        Publish(session);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Receive(session, message);

        // The block of a message doubles as it grows, which makes twice its length; reading it makes next to nothing.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 3L * length);
        Assert.Equal(1, session.UnreadableMessages);
    }

    // Red5 #456: memory by the length that is declared.
    [Fact]
    public void DeclaredLengths_OfAThousandConnections_CostLittle()
    {
        var pool = new BufferPool();
        List<RtmpServerSession> sessions = [];
        byte[] declared = [.. Wire.Hex("02 000000 000004 01 00000000 7fffffff  04 000000 a00000 09 01000000"), 0xAA];
        for (int i = 0; i < 1000; i++)
        {
            var session = new RtmpServerSession(new RtmpSessionOptions(), pool, new Random(1), TimeSpan.Zero);
            Publish(session);
            sessions.Add(session);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        sessions.ForEach(session => Receive(session, declared));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024 * 1024);
        Assert.Equal(1000, pool.Outstanding(BufferOwner.RtmpMessage));
        sessions.ForEach(session => session.Dispose());
        Assert.Equal(0, pool.Outstanding(BufferOwner.RtmpMessage) + pool.Outstanding(BufferOwner.Reply));
    }

    [Fact]
    public void HalfHandshakes_OfThousandsOfConnections_CostLittleAndEnd()
    {
        var pool = new BufferPool();
        byte[] half = RtmpTestClient.Hello()[..1000];
        List<RtmpServerSession> sessions = [];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 5000; i++)
        {
            var session = new RtmpServerSession(new RtmpSessionOptions(), pool, new Random(1), TimeSpan.Zero);
            session.Receive(new ReadOnlySequence<byte>(half), TimeSpan.Zero, out SequencePosition consumed, out _);
            Assert.Equal(0, consumed.GetInteger());
            sessions.Add(session);
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 5000, 0, 8 * 1024);
        Assert.Equal(0, pool.Outstanding(BufferOwner.RtmpMessage) + pool.Outstanding(BufferOwner.Reply));
        TimeSpan deadline = new RtmpSessionOptions().HandshakeTimeout;
        Assert.All(sessions, session => Assert.Equal(RtmpError.HandshakeTimeout, Assert.Throws<RtmpProtocolException>(() => session.Advance(deadline)).Error));
    }

    // nginx-rtmp #241, #246: every chunk stream that there is, finished and not.
    [Fact]
    public void EveryChunkStream_CanBeUsedOneAfterTheOther()
    {
        using RtmpScript script = RtmpScript.Publishing(Unhurried());
        var bytes = new ArrayBufferWriter<byte>();
        for (int id = 64; id < 65_600; id += 16)
        {
            bytes.Write<byte>([1, (byte)(id - 64), (byte)((id - 64) >> 8), .. Wire.Hex("000000 000002 08 01000000 72d5")]);
        }

        script.Send(bytes.WrittenSpan.ToArray());
        for (int id = 64; id < 65_600; id += 16)
        {
            script.ExpectFrame().Release();
        }
    }

    [Fact]
    public void UnfinishedMessagesOnEveryChunkStream_EndTheSession()
    {
        using RtmpScript script = RtmpScript.Publishing(Unhurried());
        int opened = 0;
        RtmpProtocolException exception = Assert.Throws<RtmpProtocolException>(() =>
        {
            for (int id = 320; id < 65_600; id++, opened++)
            {
                script.Send([1, (byte)(id - 64), (byte)((id - 64) >> 8), .. Wire.Hex("000000 000100 08 01000000"), .. new byte[128]]);
            }
        });
        Assert.Equal(RtmpError.TooManyChunkStreams, exception.Error);
        Assert.InRange(opened, 60, RtmpLimits.Default.MaximumChunkStreams);
    }

    // FFmpeg CVE-2016-10191: a message that changes its size half way.
    [Theory]
    [InlineData("04 000000 0186a0 09 01000000")]
    [InlineData("44 000000 0186a0 09")]
    public void MessageThatChangesItsSize_EndsTheSession(string header)
    {
        using RtmpScript script = RtmpScript.Publishing();
        script.Send([.. Wire.Hex("04 000000 0000c8 09 01000000"), .. new byte[128]]);
        RtmpProtocolException exception = Assert.Throws<RtmpProtocolException>(() => script.Send(Wire.Hex(header)));
        Assert.Equal(RtmpError.ChangedMessage, exception.Error);
    }

    [Fact]
    public void MediaThatCannotBeRead_NeverEndsTheSession()
    {
        using RtmpScript script = RtmpScript.Publishing();
        foreach (byte[] body in Mutations.Of([Wire.Hex("17 01 000000 00000002 6588"), Wire.Hex("96 11 68766331 00 000001 00")], 300, seed: 3))
        {
            script.Send(script.Client.Message(9, 1, body));
            script.Send(script.Client.Message(8, 1, body));
            script.Send(script.Client.Message(22, 1, body));
        }

        Assert.Equal(RtmpSessionState.Connected, script.Session.State);
        Assert.NotEqual(0, script.Session.UnreadableMessages);
        Assert.NotNull(script.Session.LastUnreadable);
    }

    [Theory]
    [InlineData("live/../../../../tmp/x")]
    [InlineData("..%2f..%2fetc")]
    [InlineData("x\u2215y")]
    [InlineData("$(touch /tmp/p)")]
    [InlineData("")]
    public void NameThatIsNoName_IsTheOwnersToRefuse(string name)
    {
        using RtmpScript script = RtmpScript.Connected();
        script.Send(script.Client.Command("createStream", 0, [null]));
        script.Expect("_result");
        script.Send(script.Client.Command("publish", 1, null, name));
        Assert.Equal(name, script.ExpectEvent<RtmpEvent.PublishRequested>().Url.Name.Path);
    }

    private static RtmpSessionOptions Unhurried() => new() { Limits = new RtmpLimits { MaximumSmallChunksPerSecond = int.MaxValue } };

    private static byte[] Nested(int levels) =>
        [.. Enumerable.Repeat((byte[])[0x0A, 0, 0, 0, 1], levels - 1).SelectMany(level => level), 0x0A, 0, 0, 0, 0];

    private static void Publish(RtmpServerSession session)
    {
        using var client = new RtmpTestClient();
        Receive(session, [.. RtmpTestClient.Hello(), .. RtmpTestClient.Finish(), .. client.Connect("live")]);
        session.AcceptConnect();
        Receive(session, [.. client.Command("createStream", 0, [null]), .. client.Command("publish", 1, null, "x", "live")]);
        session.AcceptPublish(1);
        Receive(session, client.Control(1, 65_536));
    }

    private static void Receive(RtmpServerSession session, byte[] bytes)
    {
        session.Receive(new ReadOnlySequence<byte>(bytes), TimeSpan.Zero, out _, out _);
        while (session.TryTakeReply(out PooledBuffer? reply, out _))
        {
            reply.Dispose();
        }

        while (session.TryTakePublished(out RtmpPublished item))
        {
            item.Frame?.Release();
        }

        while (session.TryTakeEvent(out _))
        {
        }
    }
}
