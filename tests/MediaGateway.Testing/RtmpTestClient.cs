using System.Buffers;
using System.Buffers.Binary;
using MediaGateway.Media.Amf;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Chunks;
using MediaGateway.Rtmp.Messages;
using MediaGateway.Rtmp.Sessions;

namespace MediaGateway.Testing;

/// <summary>
/// The client's half of the RTMP wire for tests: makes the bytes that a client sends and reads those that a server sends, over whatever
/// carries them.
/// </summary>
public sealed class RtmpTestClient : IDisposable
{
    private const int HandshakeBytes = 1 + (2 * 1536);

    private readonly BufferPool _pool = new();
    private readonly ChunkReader _reader;
    private readonly ArrayBufferWriter<byte> _received = new();
    private int _read;
    private double _transactionId;

    /// <summary>Makes a client that has sent nothing.</summary>
    public RtmpTestClient()
    {
        var limits = new RtmpLimits { MaximumMessageBytes = UInt24.MaxValue, MaximumSmallChunksPerSecond = int.MaxValue };
        _reader = new ChunkReader(limits, _pool);
    }

    /// <summary>The size of the chunks that the client writes.</summary>
    public int ChunkSize { get; set; } = ChunkReader.InitialChunkSize;

    /// <summary>The transaction of the command made last.</summary>
    public double TransactionId => _transactionId;

    /// <summary>C0 and C1 of the plain handshake.</summary>
    public static byte[] Hello()
    {
        byte[] hello = new byte[1 + 1536];
        hello[0] = 3;
        new Random(7).NextBytes(hello.AsSpan(9));
        return hello;
    }

    /// <summary>C2, which no server checks.</summary>
    public static byte[] Finish() => new byte[1536];

    /// <summary>A command with the next transaction id. Arguments are numbers, texts, truth values, null, or name-value maps.</summary>
    public byte[] Command(string name, uint messageStreamId, params object?[] arguments) =>
        CommandWithTransaction(name, ++_transactionId, messageStreamId, arguments);

    /// <summary>A command with a given transaction id.</summary>
    public byte[] CommandWithTransaction(string name, double transactionId, uint messageStreamId, params object?[] arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var body = new ArrayBufferWriter<byte>();
        var writer = new Amf0Writer(body);
        writer.WriteString(name);
        writer.WriteNumber(transactionId);
        foreach (object? argument in arguments)
        {
            Write(writer, argument);
        }

        return Message(20, messageStreamId, body.WrittenSpan);
    }

    /// <summary>A data message of the given values.</summary>
    public byte[] Data(uint messageStreamId, params object?[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var body = new ArrayBufferWriter<byte>();
        var writer = new Amf0Writer(body);
        foreach (object? value in values)
        {
            Write(writer, value);
        }

        return Message(18, messageStreamId, body.WrittenSpan, chunkStreamId: 5);
    }

    /// <summary>The connect command of an ordinary player.</summary>
    /// <param name="app">The application.</param>
    /// <param name="more">Further properties, or others in place of the ordinary ones.</param>
    public byte[] Connect(string app, params (string Name, object? Value)[] more)
    {
        ArgumentNullException.ThrowIfNull(more);
        var properties = new Dictionary<string, object?>
        {
            ["app"] = app,
            ["flashVer"] = "LNX 9,0,124,2",
            ["tcUrl"] = $"rtmp://127.0.0.1:1935/{app}",
            ["fpad"] = false,
            ["capabilities"] = 15.0,
            ["audioCodecs"] = 4071.0,
            ["videoCodecs"] = 252.0,
            ["videoFunction"] = 1.0,
        };
        foreach ((string name, object? value) in more)
        {
            properties[name] = value;
        }

        return Command("connect", 0, properties);
    }

    /// <summary>A user control message.</summary>
    public byte[] UserControl(int type, params uint[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        byte[] body = new byte[2 + (4 * values.Length)];
        BinaryPrimitives.WriteUInt16BigEndian(body, (ushort)type);
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(body.AsSpan(2 + (4 * i)), values[i]);
        }

        return Message(4, 0, body);
    }

    /// <summary>A protocol control message that is one value; Set Chunk Size is obeyed.</summary>
    public byte[] Control(int type, uint value)
    {
        byte[] body = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(body, value);
        byte[] message = Message(type, 0, body);
        ChunkSize = type == 1 ? (int)value : ChunkSize;
        return message;
    }

    /// <summary>Any message.</summary>
    public byte[] Message(int type, uint messageStreamId, ReadOnlySpan<byte> body, int chunkStreamId = 3, uint timestamp = 0)
    {
        byte[] bytes = new byte[ChunkWriter.SizeOf(chunkStreamId, timestamp, body.Length, ChunkSize)];
        var writer = new ChunkWriter(bytes, chunkStreamId, (RtmpMessageType)type, timestamp, messageStreamId, body.Length, ChunkSize);
        writer.Append(body);
        return bytes;
    }

    /// <summary>Takes bytes from the server, handshake included, and gives the messages that are complete with them.</summary>
    public IReadOnlyList<RtmpTestMessage> Receive(ReadOnlySpan<byte> bytes)
    {
        var messages = new List<RtmpTestMessage>();
        _received.Write(bytes);
        if (_received.WrittenCount < HandshakeBytes)
        {
            return messages;
        }

        _read = Math.Max(_read, HandshakeBytes);
        var reader = new SequenceReader<byte>(new ReadOnlySequence<byte>(_received.WrittenMemory[_read..]));
        while (_reader.Read(ref reader, out RtmpMessage message) is OperationStatus.Done)
        {
            messages.Add(new RtmpTestMessage((int)message.Type, message.Timestamp, message.MessageStreamId, message.Payload.ToArray()));
            message.Dispose();
        }

        _read += (int)reader.Consumed;
        return messages;
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    private static void Write(Amf0Writer writer, object? argument)
    {
        switch (argument)
        {
            case null:
                writer.WriteNull();
                break;
            case string text:
                writer.WriteString(text);
                break;
            case bool truth:
                writer.WriteBoolean(truth);
                break;
            case Dictionary<string, object?> map:
                writer.WriteObjectStart();
                foreach ((string name, object? value) in map)
                {
                    writer.WritePropertyName(name);
                    Write(writer, value);
                }

                writer.WriteObjectEnd();
                break;
            case object?[] elements:
                writer.WriteStrictArrayStart(elements.Length);
                foreach (object? element in elements)
                {
                    Write(writer, element);
                }

                break;
            default:
                writer.WriteNumber(Convert.ToDouble(argument, System.Globalization.CultureInfo.InvariantCulture));
                break;
        }
    }
}
