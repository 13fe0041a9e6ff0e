using System.IO.Pipelines;
using System.Net.Sockets;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp;
using MediaGateway.Rtmp.Sessions;

namespace MediaGateway.Load;

/// <summary>One connection of a client to the server under load. One task reads; after <see cref="Dispose"/> it is of no use.</summary>
internal sealed class LoadConnection : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    private readonly GatewayClock _clock;
    private readonly NetworkStream _stream;
    private readonly PipeReader _input;

    private LoadConnection(Socket socket, RtmpTargetUrl target, RtmpClientOptions options, LoadServices services)
    {
        (Socket, _clock) = (socket, services.Clock);
        _stream = new NetworkStream(socket, ownsSocket: true);
        _input = PipeReader.Create(_stream, new StreamPipeReaderOptions(leaveOpen: true));
        Session = new RtmpClientSession(target, null, options, services.Pool, new Random(), services.Clock.Now);
    }

    /// <summary>The connection's socket.</summary>
    public Socket Socket { get; }

    /// <summary>The protocol; used by the reading task alone.</summary>
    public RtmpClientSession Session { get; }

    /// <summary>Connects.</summary>
    /// <exception cref="SocketException">The server cannot be reached.</exception>
    public static async Task<LoadConnection> ConnectAsync(
        RtmpTargetUrl target, RtmpClientOptions options, LoadServices services, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(ConnectTimeout);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(target.Host, target.Port, limit.Token);
            return new LoadConnection(socket, target, options, services);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Waits for bytes and gives them to the session; false when the server has closed the connection.</summary>
    /// <exception cref="RtmpProtocolException">The server breaks the protocol, or does not answer.</exception>
    /// <exception cref="IOException">The connection was lost.</exception>
    public async Task<bool> ReceiveAsync(CancellationToken cancellation)
    {
        ReadResult result = await _input.ReadAsync(cancellation);
        Session.Receive(result.Buffer, _clock.Now, out SequencePosition consumed, out SequencePosition examined);
        _input.AdvanceTo(consumed, examined);
        return !result.IsCompleted;
    }

    /// <summary>Sends what the session has to say.</summary>
    public async Task SendOutputAsync(CancellationToken cancellation)
    {
        while (Session.TryTakeOutput(out PooledBuffer? buffer, out int length))
        {
            using (buffer)
            {
                await SendAsync(buffer.Memory[..length], cancellation);
            }
        }
    }

    /// <summary>Sends bytes; one caller at a time.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) => _stream.WriteAsync(bytes, cancellation);

    /// <inheritdoc/>
    public void Dispose()
    {
        Session.Dispose();
        _stream.Dispose();
    }
}
