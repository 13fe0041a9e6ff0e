using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Sessions;

namespace MediaGateway.Tests.Push;

/// <summary>
/// A server that is pushed to, on a loopback port: the gateway's own server session over a bare socket, which keeps what it is sent and
/// misbehaves when asked to.
/// </summary>
internal sealed class RtmpTarget : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly Task _accepting;
    private int _count;

    public RtmpTarget(int port = 0)
    {
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>One thing received.</summary>
    internal sealed record Received(int Connection, TrackKind Kind, long Milliseconds, long CompositionMilliseconds, bool IsKeyframe, byte[] Payload, TrackFormat Format);

    public int Port { get; }

    public BufferPool Buffers { get; } = new();

    /// <summary>Every frame received, in order.</summary>
    public ConcurrentQueue<Received> Frames { get; } = new();

    /// <summary>Everything else in order: connect, publish and how each ended.</summary>
    public ConcurrentQueue<string> Said { get; } = new();

    /// <summary>The metadata received.</summary>
    public ConcurrentQueue<StreamMetadata> Metadata { get; } = new();

    public int Connections => Volatile.Read(ref _count);

    /// <summary>What to answer to publish; null accepts.</summary>
    public (string Code, string Description)? Refusal { get; set; }

    /// <summary>Where to send those who connect; null nowhere.</summary>
    public string? Redirect { get; set; }

    /// <summary>With it TLS is spoken.</summary>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>Whether it reads no more; takes effect at once.</summary>
    public volatile bool IsStalled;

    /// <summary>Pause before each read of at most <see cref="ReadBytes"/> bytes.</summary>
    public TimeSpan ReadPause { get; set; }

    public int ReadBytes { get; set; } = 64 * 1024;

    public string UrlOf(string key, string scheme = "rtmp", string host = "127.0.0.1") => $"{scheme}://{host}:{Port}/live/{key}";

    /// <summary>Cuts all connections without a word, and goes on listening.</summary>
    public void Cut()
    {
        foreach (Socket socket in _sockets)
        {
            socket.Close(0); // a reset
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting;
        await Task.WhenAll(_connections);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptSocketAsync(_stop.Token);
                _sockets.Add(socket);
                socket.ReceiveBufferSize = ReadPause > TimeSpan.Zero ? 16 * 1024 : socket.ReceiveBufferSize;
                _connections.Add(ServeAsync(socket, Interlocked.Increment(ref _count)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task ServeAsync(Socket socket, int number)
    {
        using var session = new RtmpServerSession(new RtmpSessionOptions(), Buffers, new Random(number), TimeSpan.Zero);
        try
        {
            await using Stream stream = await OpenAsync(socket);
            PipeReader input = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: ReadBytes));
            while (session.State is not (RtmpSessionState.Closing or RtmpSessionState.Closed))
            {
                ReadResult result = await input.ReadAsync(_stop.Token);
                session.Receive(result.Buffer, TimeSpan.Zero, out SequencePosition consumed, out SequencePosition examined);
                input.AdvanceTo(consumed, examined);
                await TakeAsync(session, stream, number);
                if (result.IsCompleted && examined.Equals(result.Buffer.End))
                {
                    break;
                }

                if (ReadPause > TimeSpan.Zero)
                {
                    await Task.Delay(ReadPause, _stop.Token);
                }

                while (IsStalled)
                {
                    await Task.Delay(10, _stop.Token);
                }
            }

            Said.Enqueue("closed");
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException or SocketException)
        {
            Said.Enqueue("cut");
        }
        finally
        {
            while (session.TryTakePublished(out RtmpPublished item))
            {
                item.Frame?.Release();
            }

            socket.Dispose();
        }
    }

    private async Task<Stream> OpenAsync(Socket socket)
    {
        var plain = new NetworkStream(socket, ownsSocket: true);
        if (Certificate is null)
        {
            return plain;
        }

        var secure = new SslStream(plain);
        try
        {
            await secure.AuthenticateAsServerAsync(Certificate);
            return secure;
        }
        catch (System.Security.Authentication.AuthenticationException exception)
        {
            throw new IOException("The client broke the handshake off.", exception);
        }
    }

    private async Task TakeAsync(RtmpServerSession session, Stream stream, int number)
    {
        bool isMore = true;
        while (isMore)
        {
            isMore = false;
            while (session.TryTakePublished(out RtmpPublished item))
            {
                Take(item, number);
            }

            if (session.TryTakeEvent(out RtmpEvent? rtmpEvent))
            {
                isMore = true;
                Answer(session, rtmpEvent);
            }

            while (session.TryTakeReply(out PooledBuffer? buffer, out int length))
            {
                isMore = true;
                using (buffer)
                {
                    await stream.WriteAsync(buffer.Memory[..length], _stop.Token);
                }
            }
        }
    }

    private void Answer(RtmpServerSession session, RtmpEvent rtmpEvent)
    {
        switch (rtmpEvent)
        {
            case RtmpEvent.ConnectRequested request:
                Said.Enqueue($"connect {request.Request.App.Path} {request.Request.TcUrl}");
                if (Redirect is { } target)
                {
                    session.RejectConnect("NetConnection.Connect.Rejected", "moved", new RtmpRedirect(target));
                }
                else
                {
                    session.AcceptConnect();
                }

                break;
            case RtmpEvent.PublishRequested request when Refusal is { } refusal:
                session.RejectPublish(request.MessageStreamId, refusal.Code, refusal.Description);
                break;
            case RtmpEvent.PublishRequested request:
                Said.Enqueue($"publish {request.Url.StreamName} {request.Type}");
                session.AcceptPublish(request.MessageStreamId);
                break;
            case RtmpEvent.StreamClosed:
                Said.Enqueue("unpublish");
                break;
            default:
                break;
        }
    }

    private void Take(RtmpPublished item, int number)
    {
        if (item.Metadata is { } metadata)
        {
            Metadata.Enqueue(metadata);
        }

        if (item.Frame is not { } frame)
        {
            return;
        }

        long decoding = frame.Decoding.ToMilliseconds();
        Frames.Enqueue(new Received(
            number, frame.Kind, decoding, frame.Presentation.ToMilliseconds() - decoding, frame.IsKeyframe, frame.Payload.ToArray(), frame.Format));
        frame.Release();
    }
}
