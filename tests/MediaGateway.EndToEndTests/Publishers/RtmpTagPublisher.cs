using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.Testing;

namespace MediaGateway.EndToEndTests.Publishers;

/// <summary>
/// An encoder that only measures: it publishes the tags of an FLV file at their times and keeps when the last byte of each was handed to
/// the kernel. It shares no protocol code with the gateway. A thread of its own paces and writes.
/// </summary>
internal sealed class RtmpTagPublisher : IDisposable
{
    private const int ChunkSize = 1024 * 1024;
    private const int FirstStream = 1;

    private readonly ConcurrentDictionary<(int Type, uint Timestamp), long> _sentAt = new();
    private readonly TcpClient _client;
    private readonly Socket _socket;
    private readonly IReadOnlyList<FlvTag> _tags;
    private readonly string _application;
    private readonly string _stream;
    private readonly string _address;
    private readonly Thread _writer;
    private volatile bool _isOver;
    private volatile Exception? _failure;

    private RtmpTagPublisher(TcpClient client, Uri address, IReadOnlyList<FlvTag> tags)
    {
        (_client, _socket) = (client, client.Client);
        _tags = tags;
        _address = $"rtmp://{address.Authority}";
        (_application, _stream) = RtmpWire.Split(address);
        _writer = new Thread(Write) { IsBackground = true, Name = "RTMP publisher" };
    }

    /// <summary>When each tag, by type and time stamp, was handed to the kernel, in nanoseconds of CLOCK_MONOTONIC; throws when publishing has failed.</summary>
    public ConcurrentDictionary<(int Type, uint Timestamp), long> SentAt =>
        _failure is null ? _sentAt : throw new InvalidOperationException("Publishing failed.", _failure);

    /// <summary>Connects and publishes.</summary>
    public static RtmpTagPublisher Start(string address, string file)
    {
        Uri uri = new(address);
        TcpClient client = new() { NoDelay = true, ReceiveTimeout = 20_000 };
        client.Connect(uri.Host, uri.Port);
        RtmpTagPublisher publisher = new(client, uri, FlvFile.Read(File.ReadAllBytes(file)));
        publisher._writer.Start();
        return publisher;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isOver = true;
        _client.Close();
        _writer.Join();
        _client.Dispose();
    }

    private void Write()
    {
        try
        {
            Socket socket = _socket;
            RtmpWire.ShakeHands(socket);
            RtmpWire.Command(
                socket, streamId: 0, "connect", 1, new Dictionary<string, object> { ["app"] = _application, ["tcUrl"] = $"{_address}/{_application}" });
            RtmpWire.Command(socket, streamId: 0, "createStream", 2);
            RtmpWire.Command(socket, FirstStream, "publish", 3, null, _stream);
            WaitForAnswer(socket, 0);
            SendMessage(socket, 2, 1, 0, [ChunkSize >> 24, ChunkSize >> 16 & 0xFF, ChunkSize >> 8 & 0xFF, ChunkSize & 0xFF], 0);
            long start = Stopwatch.GetTimestamp();
            foreach (FlvTag tag in _tags)
            {
                WaitUntil(start, tag.Timestamp);
                if (_isOver)
                {
                    return;
                }

                SendMessage(socket, tag.Type == 9 ? 6 : 4, tag.Type, (uint)tag.Timestamp, tag.Body, FirstStream);
                _sentAt[(tag.Type, (uint)tag.Timestamp)] = RtmpPlayer.Now();
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or IOException)
        {
            _failure = _isOver ? null : exception; // Its own end is none.
        }
    }

    // Everything that the server has to say until publishing may begin fits into a few kilobytes; what matters is that it says so.
    private static void WaitForAnswer(Socket socket, int seen)
    {
        byte[] answers = new byte[64 * 1024];
        while (answers.AsSpan(0, seen).IndexOf("NetStream.Publish.Start"u8) < 0)
        {
            int count = socket.Receive(answers.AsSpan(seen));
            seen += count > 0 ? count : throw new IOException("The server closed the connection before publishing began.");
        }
    }

    private void WaitUntil(long start, int milliseconds)
    {
        while (!_isOver && milliseconds - Stopwatch.GetElapsedTime(start).TotalMilliseconds is > 0 and var left)
        {
            Thread.Sleep(left > 2 ? (int)left - 1 : 0);
        }
    }

    private static void SendMessage(Socket socket, int chunkStream, int type, uint timestamp, ReadOnlySpan<byte> body, int stream)
    {
        byte[] message = new byte[12 + body.Length];
        message[0] = (byte)chunkStream;
        message[1] = (byte)(timestamp >> 16);
        message[2] = (byte)(timestamp >> 8);
        message[3] = (byte)timestamp;
        message[4] = (byte)(body.Length >> 16);
        message[5] = (byte)(body.Length >> 8);
        message[6] = (byte)body.Length;
        message[7] = (byte)type;
        message[8] = (byte)stream;
        body.CopyTo(message.AsSpan(12));
        for (int sent = 0; sent < message.Length;)
        {
            sent += socket.Send(message.AsSpan(sent));
        }
    }
}
