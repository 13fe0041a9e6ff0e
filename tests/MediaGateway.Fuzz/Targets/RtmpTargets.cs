using System.Buffers;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp;
using MediaGateway.Rtmp.Chunks;
using MediaGateway.Rtmp.Handshake;
using MediaGateway.Rtmp.Media;
using MediaGateway.Rtmp.Messages;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Testing;
using static MediaGateway.Fuzz.OracleException;

namespace MediaGateway.Fuzz.Targets;

/// <summary>The parts of RTMP: handshake, chunks, bodies of media, addresses.</summary>
internal static class RtmpTargets
{
    /// <summary>Parts of chunks: headers, a chunk size, ids of two and three bytes, an extended timestamp.</summary>
    public static readonly byte[][] ChunkWords =
        [[0x02, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0, 1], [0xC3], [0x83, 0, 0, 1], [0x00, 0x00], [0x01, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0xFF]];

    private const int HandshakeBytes = 1 + (2 * 1536);

    /// <summary>The targets.</summary>
    public static IEnumerable<FuzzTarget> All =>
    [
        new()
        {
            Name = "rtmp-handshake",
            Parser = "`ServerHandshake`, `ClientHandshake`, `HandshakeDigest`",
            Oracle = "the answer has its size, and comes with the last byte of the hello and not before",
            Seeds = () => [RtmpTestClient.Hello(), [.. RtmpTestClient.Hello(), .. RtmpTestClient.Finish()], RtmpClientScript.ServerHandshake(), DigestHello()],
            MaximumBytes = 8 * 1024,
            AllocationConstant = 128 * 1024,
            Parse = bytes => Shake(bytes),
            Verify = VerifyHandshake,
        },
        new()
        {
            Name = "rtmp-chunks",
            Parser = "`ChunkReader`, `ChunkHeader`",
            Oracle = "the same messages in one piece, in pieces of seven, byte by byte; written with `ChunkWriter` they read the same; all memory comes back",
            Seeds = ChunkSeeds,
            Words = ChunkWords,
            MaximumBytes = 16 * 1024,
            AllocationConstant = 2 * 1024 * 1024,
            Parse = bytes => ReadChunks(bytes, bytes.Length, null),
            Verify = VerifyChunks,
        },
        new()
        {
            Name = "rtmp-media",
            Parser = "`RtmpMediaReader`, `AggregateReader`: bodies of sound, pictures, data, aggregates",
            Oracle = "no frame is longer than four times its message (lengths of one byte become lengths of four); all memory comes back",
            Seeds = MediaSeeds,
            MaximumBytes = 8 * 1024,
            AllocationConstant = 2 * 1024 * 1024,
            Parse = bytes => ReadMedia(bytes),
        },
        new()
        {
            Name = "rtmp-url",
            IsBrief = true,
            Parser = "`RtmpUrlPart`, `RtmpTargetUrl`",
            Oracle = "what is shown of an address is an address again and holds no password",
            Seeds = () => Texts(
                "live?token=a&b=c", "rtmp://user:secret@host:1935/live/key?x=1", "rtmps://[::1]/app/inst/mp4:file.mp4", "mp4:sample?doConnect=true&name=%41%ZZ",
                "rtmp://h/live/key?token=secret", "/x", "rtmpt://h:80/a/b"),
            Words = [.. Texts("rtmp://", "://", "@", "?", "&", "%2e%2e", "..", ":0", ":65536", "[::1]", "/", "=", "mp4:")],
            MaximumBytes = 1024,
            Parse = bytes => ReadUrl(HostTargets.Text(bytes)),
            Verify = VerifyUrl,
        },
    ];

    private static IEnumerable<byte[]> Texts(params string[] texts) => texts.Select(System.Text.Encoding.UTF8.GetBytes);

    private static byte[] DigestHello()
    {
        byte[] hello = RtmpTestClient.Hello();
        hello[5] = 10;
        HandshakeDigest.Imprint(hello.AsSpan(1), HandshakeDigest.ClientKey[..HandshakeDigest.ClientNameLength], 1);
        return hello;
    }

    private static IEnumerable<byte[]> ChunkSeeds() =>
    [
        RtmpDialogues.Publish(),
        LongMessage(),
        Wire.Hex("03 ffffff 000003 09 01000000 01000000 aabbcc c3 01000000 aabbcc"),
        Wire.Hex("00 00 000001 000002 08 01000000 0102 40 00 000001 000001 08 03 80 00 000001 01 01 0000 000001 000001 08 01000000 01"),
        Wire.Hex("02 000000 000004 01 00000000 00000002 04 000000 000005 09 01000000 0102 02 000000 000004 02 00000000 00000004 c4 03"),
        .. SeedFiles.Below("fuzz", "rtmp_gortmplib"),
        .. SeedFiles.Below("rtmp", "srs"),
        .. SeedFiles.Below("rtmp", "fq").Where(bytes => bytes.Length > HandshakeBytes).Select(bytes => bytes[HandshakeBytes..Math.Min(bytes.Length, 20_000)]),
    ];

    // Three chunks, each with the extended timestamp.
    private static byte[] LongMessage()
    {
        using var client = new RtmpTestClient();
        return client.Message(9, 1, new byte[300], timestamp: 0x1020304);
    }

    private static (OperationStatus Status, int Bytes) Shake(byte[] bytes)
    {
        var server = new ServerHandshake(new Random(1));
        using var replies = new ReplyQueue(Pools.Mine);
        var reader = new SequenceReader<byte>(new ReadOnlySequence<byte>(bytes));
        OperationStatus status = server.ReadHello(ref reader, replies);
        int answered = Take(replies);
        if (status == OperationStatus.Done)
        {
            ServerHandshake.ReadFinish(ref reader);
        }

        var client = new ClientHandshake(new Random(1));
        using var said = new ReplyQueue(Pools.Mine);
        client.WriteHello(said);
        var other = new SequenceReader<byte>(new ReadOnlySequence<byte>(bytes));
        client.Read(ref other, said);
        Take(said);
        Pools.RequireReturned();
        return (status, answered);
    }

    private static int Take(ReplyQueue replies)
    {
        int bytes = 0;
        while (replies.TryTake(out PooledBuffer? buffer, out int length))
        {
            bytes += length;
            buffer.Dispose();
        }

        return bytes;
    }

    private static void VerifyHandshake(byte[] bytes)
    {
        (OperationStatus status, int answered) = Shake(bytes);
        OperationStatus expected = bytes.Length > 0 && bytes[0] != 3 ? OperationStatus.InvalidData
            : bytes.Length < 1537 ? OperationStatus.NeedMoreData
            : OperationStatus.Done;
        RequireEqual(expected, status, "how far the hello has come");
        RequireEqual(expected == OperationStatus.Done ? HandshakeBytes : 0, answered, "bytes of answer");
    }

    private static OperationStatus ReadChunks(byte[] bytes, int step, List<(RtmpMessage Head, byte[] Body)>? messages)
    {
        OperationStatus status = OperationStatus.NeedMoreData;
        using (var reader = new ChunkReader(new RtmpLimits { MaximumSmallChunksPerSecond = int.MaxValue }, Pools.Mine))
        {
            int consumed = 0;
            for (int end = 0; end < bytes.Length && status == OperationStatus.NeedMoreData;)
            {
                end = Math.Min(bytes.Length, end + Math.Max(1, step));
                var sequence = new SequenceReader<byte>(new ReadOnlySequence<byte>(bytes, consumed, end - consumed));
                while ((status = reader.Read(ref sequence, out RtmpMessage message)) == OperationStatus.Done)
                {
                    messages?.Add((message with { Buffer = null }, message.Payload.ToArray()));
                    message.Dispose();
                }

                consumed += (int)sequence.Consumed;
            }
        }

        Pools.RequireReturned();
        return status;
    }

    private static void VerifyChunks(byte[] bytes)
    {
        List<(RtmpMessage Head, byte[] Body)> whole = [];
        OperationStatus status = ReadChunks(bytes, bytes.Length, whole);
        foreach (int step in (int[])[7, 1])
        {
            List<(RtmpMessage Head, byte[] Body)> pieces = [];
            RequireEqual(status, ReadChunks(bytes, step, pieces), $"the end in pieces of {step}");
            RequireSameMessages(whole, pieces, $"in pieces of {step}");
        }

        List<byte> written = [];
        foreach ((RtmpMessage head, byte[] body) in whole.Where(message => message.Head.Type is not (RtmpMessageType.SetChunkSize or RtmpMessageType.Abort)))
        {
            byte[] chunk = new byte[ChunkWriter.SizeOf(head.ChunkStreamId, head.Timestamp, body.Length, ChunkReader.InitialChunkSize)];
            var writer = new ChunkWriter(chunk, head.ChunkStreamId, head.Type, head.Timestamp, head.MessageStreamId, body.Length, ChunkReader.InitialChunkSize);
            writer.Append(body);
            written.AddRange(chunk);
        }

        whole.RemoveAll(message => message.Head.Type is RtmpMessageType.SetChunkSize or RtmpMessageType.Abort);
        List<(RtmpMessage Head, byte[] Body)> again = [];
        Require(whole.Count == 0 || ReadChunks([.. written], written.Count, again) == OperationStatus.NeedMoreData, "what was written is not read");
        RequireSameMessages(whole, again, "written again");
    }

    private static void RequireSameMessages(List<(RtmpMessage Head, byte[] Body)> expected, List<(RtmpMessage Head, byte[] Body)> found, string how)
    {
        RequireEqual(expected.Count, found.Count, $"messages {how}");
        for (int i = 0; i < found.Count; i++)
        {
            RequireEqual(expected[i].Head, found[i].Head, $"the head of message {i} {how}");
            RequireSame(expected[i].Body, found[i].Body, $"message {i} {how}");
        }
    }

    private static IEnumerable<byte[]> MediaSeeds() =>
    [
        [9, .. Wire.Hex("17 00 000000"), .. Mp4Boxes.AvcConfiguration],
        [9, .. Wire.Hex("27 01 000028 00000004 41880102")],
        [9, .. Wire.Hex("90 68766331 01 02 03")],
        [9, .. Wire.Hex("96 11 68766331 00 000001 00 01 000001 00")],
        [8, .. Wire.Hex("af 00 1190")],
        [8, .. Wire.Hex("2f fffb9064 0000")],
        [8, .. Wire.Hex("95 01 4f707573 00 000001 00 01 000001 00")],
        [18, .. Wire.Hex("02 000a 6f6e4d65746144617461 08 00000001 0005 7769647468 00 4084000000000000 000009")],
        [15, .. Wire.Hex("00 02 000a 6f6e5465787444617461 11 0a 0b 01 03 61 04 01 01")],
        [22, .. Wire.Hex("08 000002 000000 00 000000 72d5 0000000d 09 000002 000014 00 000000 1700 0000000d")],
        .. SeedFiles.Head(64 * 1024, "flv", "srs", "bbb.flv").SelectMany(file => FlvFile.Read(file).Take(12).Select(tag => (byte[])[(byte)tag.Type, .. tag.Body])),
    ];

    // The first byte is the message's type. A first message makes known what the others need.
    private static void ReadMedia(byte[] bytes)
    {
        var published = new Queue<RtmpPublished>();
        var reader = new RtmpMediaReader(1, Pools.Mine);
        reader.Read(Message(9, [.. Wire.Hex("17 00 000000"), .. Mp4Boxes.AvcConfiguration]), TimeSpan.Zero, published);
        reader.Read(Message(8, Wire.Hex("af 00 1190")), TimeSpan.Zero, published);
        RtmpMessage message = Message(bytes.Length > 0 ? bytes[0] : 9, bytes.AsSpan(Math.Min(1, bytes.Length)));
        if (message.Type != RtmpMessageType.Aggregate)
        {
            reader.Read(message, TimeSpan.Zero, published);
        }
        else
        {
            using var aggregate = new AggregateReader(message, Pools.Mine);
            int parts = 0;
            while (aggregate.TryTake(out RtmpMessage part))
            {
                Require(++parts <= bytes.Length, "an aggregate has more parts than bytes");
                reader.Read(part, TimeSpan.Zero, published);
            }
        }

        while (published.TryDequeue(out RtmpPublished item))
        {
            Require(item.Frame is null || item.Frame.Length <= 4 * (bytes.Length + 64), "a frame is longer than what it came in");
            item.Frame?.Release();
        }

        Pools.RequireReturned();
    }

    private static RtmpMessage Message(int type, ReadOnlySpan<byte> body)
    {
        PooledBuffer buffer = Pools.Mine.Rent(body.Length, BufferOwner.RtmpMessage);
        body.CopyTo(buffer.Span);
        return new RtmpMessage(3, (RtmpMessageType)type, 40, 1, buffer, body.Length);
    }

    private static void ReadUrl(string text)
    {
        RtmpUrlPart.TryParse(text, out _);
        RtmpTargetUrl.TryParse(text, out _, out _);
    }

    private static void VerifyUrl(byte[] bytes)
    {
        string text = HostTargets.Text(bytes);
        bool isRead = RtmpTargetUrl.TryParse(text, out RtmpTargetUrl? url, out string? refusal);
        Require(isRead ? refusal is null && url is not null : !string.IsNullOrWhiteSpace(refusal) && url is null, "a no comes without words, or with an address");
        if (isRead)
        {
            Require(url!.UserName is null || url.Masked.Contains("://****@", StringComparison.Ordinal), "a user is shown");
            Require(RtmpTargetUrl.TryParse(url.Masked, out RtmpTargetUrl? shown, out _), "what is shown of an address is none");
            RequireEqual((url.Host, url.Port, url.IsSecure), (shown.Host, shown.Port, shown.IsSecure), "the address that is shown");
        }
    }
}
