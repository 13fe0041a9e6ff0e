using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace MediaGateway.EndToEndTests.Players;

/// <summary>The little of RTMP that a client of these tests must say. It shares no code with the gateway.</summary>
internal static class RtmpWire
{
    private const int HandshakeBytes = 1536;
    private const int CommandChunkStream = 3;

    /// <summary>Application and stream name of an address as FFmpeg splits it: at the last slash, parameters included.</summary>
    public static (string Application, string Stream) Split(Uri address)
    {
        string path = address.PathAndQuery.TrimStart('/');
        int slash = path.LastIndexOf('/');
        return (path[..slash], path[(slash + 1)..]);
    }

    /// <summary>The plain handshake, from C0 to C2.</summary>
    public static void ShakeHands(Socket socket)
    {
        byte[] hello = new byte[1 + HandshakeBytes];
        hello[0] = 3;
        new Random(1).NextBytes(hello.AsSpan(9));
        socket.Send(hello);
        byte[] answer = new byte[1 + HandshakeBytes + HandshakeBytes];
        for (int received = 0; received < answer.Length;)
        {
            int count = socket.Receive(answer.AsSpan(received));
            received += count > 0 ? count : throw new IOException("The server closed the connection in the handshake.");
        }

        socket.Send(answer.AsSpan(1, HandshakeBytes));
    }

    /// <summary>The name and the transaction of a command message.</summary>
    public static (string Name, double Transaction) ReadCommand(ReadOnlySpan<byte> payload)
    {
        int length = BinaryPrimitives.ReadUInt16BigEndian(payload[1..]);
        return (Encoding.UTF8.GetString(payload.Slice(3, length)), BinaryPrimitives.ReadDoubleBigEndian(payload[(4 + length)..]));
    }

    /// <summary>Sends a command, in chunks of 128 bytes.</summary>
    /// <remarks>AMF0: 0 number, 1 boolean, 2 string, 3 object ended by 00 00 09, 5 null.</remarks>
    public static void Command(Socket socket, int streamId, string name, double transaction, IReadOnlyDictionary<string, object>? properties = null, string? argument = null)
    {
        List<byte> body = [];
        WriteValue(body, name);
        WriteValue(body, transaction);
        if (properties is null)
        {
            body.Add(5);
        }
        else
        {
            body.Add(3);
            foreach ((string key, object value) in properties)
            {
                WriteText(body, key);
                WriteValue(body, value);
            }

            body.AddRange([0, 0, 9]);
        }

        if (argument is not null)
        {
            WriteValue(body, argument);
        }

        List<byte> message = [CommandChunkStream, 0, 0, 0, (byte)(body.Count >> 16), (byte)(body.Count >> 8), (byte)body.Count, 20, (byte)streamId, 0, 0, 0];
        for (int i = 0; i < body.Count; i++)
        {
            if (i > 0 && i % 128 == 0)
            {
                message.Add(0xC0 | CommandChunkStream);
            }

            message.Add(body[i]);
        }

        socket.Send([.. message]);
    }

    private static void WriteValue(List<byte> body, object value)
    {
        switch (value)
        {
            case double number:
                byte[] bytes = new byte[8];
                BinaryPrimitives.WriteDoubleBigEndian(bytes, number);
                body.Add(0);
                body.AddRange(bytes);
                break;
            case bool flag:
                body.AddRange([1, flag ? (byte)1 : (byte)0]);
                break;
            default:
                body.Add(2);
                WriteText(body, (string)value);
                break;
        }
    }

    private static void WriteText(List<byte> body, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        body.AddRange([(byte)(bytes.Length >> 8), (byte)bytes.Length]);
        body.AddRange(bytes);
    }
}
