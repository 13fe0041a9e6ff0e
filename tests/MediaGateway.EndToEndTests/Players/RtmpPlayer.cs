using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;

namespace MediaGateway.EndToEndTests.Players;

/// <summary>
/// A player that only measures: it plays an RTMP address and keeps every message with its time of arrival. It shares no code with the
/// gateway. A thread of its own reads the socket, blocking, so that times are not those of a thread pool.
/// </summary>
internal sealed class RtmpPlayer : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<RtmpMessage> _messages = [];
    private readonly TcpClient _client;
    private readonly Thread _reader;
    private readonly string _address;
    private readonly string _application;
    private readonly string _stream;
    private readonly ManualResetEventSlim _mayRead = new(initialState: true);
    private Exception? _failure;

    private RtmpPlayer(TcpClient client, Uri address)
    {
        _client = client;
        _address = $"rtmp://{address.Authority}";
        (_application, _stream) = RtmpWire.Split(address);
        _reader = new Thread(Read) { IsBackground = true, Name = "RTMP player" };
    }

    /// <summary>When the command <c>play</c> was sent, in nanoseconds of <see cref="Stopwatch"/>; 0 before.</summary>
    public long PlaySentAt { get; private set; }

    /// <summary>The messages received so far; throws when the connection has failed.</summary>
    public IReadOnlyList<RtmpMessage> Messages
    {
        get
        {
            lock (_lock)
            {
                return _failure is null ? [.. _messages] : throw new InvalidOperationException("The RTMP connection failed.", _failure);
            }
        }
    }

    /// <summary>Whether the server has closed the connection.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Connects and plays.</summary>
    /// <param name="address">The address of the stream.</param>
    /// <param name="receiveBuffer">Bytes that the kernel keeps for it; null: as many as it likes.</param>
    public static RtmpPlayer Start(string address, int? receiveBuffer = null)
    {
        Uri uri = new(address);
        TcpClient client = new() { NoDelay = true, ReceiveTimeout = 60_000 };
        client.ReceiveBufferSize = receiveBuffer ?? client.ReceiveBufferSize;
        client.Connect(uri.Host, uri.Port);
        RtmpPlayer player = new(client, uri);
        player._reader.Start();
        return player;
    }

    /// <summary>Reads nothing more, as a player that hangs.</summary>
    public void StopReading() => _mayRead.Reset();

    /// <summary>Nanoseconds of CLOCK_MONOTONIC.</summary>
    public static long Now() => Stopwatch.GetTimestamp() * (1_000_000_000 / Stopwatch.Frequency);

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Close();
        _mayRead.Set();
        _reader.Join();
        _mayRead.Dispose();
        _client.Dispose();
    }

    private void Read()
    {
        try
        {
            Socket socket = _client.Client;
            RtmpWire.ShakeHands(socket);
            RtmpWire.Command(socket, streamId: 0, "connect", 1, new Dictionary<string, object>
            {
                ["app"] = _application,
                ["tcUrl"] = $"{_address}/{_application}",
                ["fpad"] = false,
                ["audioCodecs"] = 4071.0,
                ["videoCodecs"] = 252.0,
            });
            RtmpMessageReader reader = new();
            byte[] buffer = new byte[256 * 1024];
            int received;
            while ((received = socket.Receive(buffer)) > 0)
            {
                _mayRead.Wait();
                reader.Add(buffer.AsSpan(0, received), Now());
                while (reader.TryTake(out RtmpMessage? message))
                {
                    Handle(socket, message!);
                }
            }

            IsClosed = true;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or IOException)
        {
            lock (_lock)
            {
                _failure = exception is ObjectDisposedException || !_client.Connected ? null : exception;
            }
        }
    }

    private void Handle(Socket socket, RtmpMessage message)
    {
        lock (_lock)
        {
            _messages.Add(message);
        }

        if (message.Type != 20 || PlaySentAt != 0)
        {
            return;
        }

        // Answers come in order: first to connect (transaction 1), then to createStream (2), which gives the stream's number.
        (string name, double transaction) = RtmpWire.ReadCommand(message.Payload);
        switch (name, transaction)
        {
            case ("_result", 1):
                RtmpWire.Command(socket, streamId: 0, "createStream", 2);
                break;
            case ("_result", 2):
                double stream = BinaryPrimitives.ReadDoubleBigEndian(message.Payload.AsSpan(message.Payload.Length - 8));
                PlaySentAt = Now();
                RtmpWire.Command(socket, (int)stream, "play", 3, null, _stream);
                break;
        }
    }
}
