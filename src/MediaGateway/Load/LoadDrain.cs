using System.Buffers.Binary;
using System.Net.Sockets;

namespace MediaGateway.Load;

/// <summary>
/// Takes what comes on many sockets and throws it away without copying it (<c>MSG_TRUNC</c>), so that hundreds of viewers cost the generator little. One
/// thread goes round them all. Acknowledges as players do, which also tells the server that they are still there.
/// </summary>
internal sealed class LoadDrain : IDisposable
{
    private const int BufferBytes = 256 * 1024;

    // Well inside of what a socket's buffer holds at 20 Mbit/s.
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan AcknowledgementPeriod = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly List<Drained> _sockets = [];
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _over = new();
    private long _latestTicks;

    /// <summary>Begins with no sockets.</summary>
    /// <param name="time">By which it says how late it is.</param>
    public LoadDrain(TimeProvider time)
    {
        _time = time;
        _thread = new Thread(Run) { IsBackground = true, Name = "load drain" };
        _thread.Start();
    }

    /// <summary>How long it has taken to come round to a socket again beyond what it should, at most.</summary>
    public TimeSpan Latest => TimeSpan.FromTicks(Volatile.Read(ref _latestTicks));

    /// <summary>Forgets how late it has been.</summary>
    public void ResetLatest() => Volatile.Write(ref _latestTicks, 0);

    /// <summary>Takes over a socket, and closes it in the end.</summary>
    public void Add(Socket socket)
    {
        socket.Blocking = false;
        lock (_lock)
        {
            _sockets.Add(new Drained(socket, _time.GetTimestamp()));
        }
    }

    /// <summary>Bytes received so far by each; and how many connections have been lost.</summary>
    public (long[] Bytes, int Lost) Read()
    {
        lock (_lock)
        {
            return ([.. _sockets.Select(socket => socket.Bytes)], _sockets.Count(socket => socket.IsLost));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _over.Set();
        _thread.Join();
        _over.Dispose();
        foreach (Drained drained in _sockets)
        {
            drained.Socket.Dispose();
        }
    }

    private void Run()
    {
        long before = _time.GetTimestamp();
        while (!_over.Wait(Period))
        {
            lock (_lock)
            {
                foreach (Drained drained in _sockets)
                {
                    Drain(drained);
                }
            }

            long now = _time.GetTimestamp();
            long late = (_time.GetElapsedTime(before, now) - Period).Ticks;
            Volatile.Write(ref _latestTicks, Math.Max(late, Volatile.Read(ref _latestTicks)));
            before = now;
        }
    }

    private void Drain(Drained drained)
    {
        int length = BufferBytes;
        while (length == BufferBytes && !drained.IsLost)
        {
            length = drained.Socket.Receive(_buffer, 0, BufferBytes, SocketFlags.Truncated, out SocketError error);
            drained.IsLost = error is not (SocketError.Success or SocketError.WouldBlock) || (error == SocketError.Success && length == 0);
            drained.Bytes += length;
        }

        if (_time.GetElapsedTime(drained.AcknowledgedAt) >= AcknowledgementPeriod && !drained.IsLost)
        {
            drained.Acknowledge(_time.GetTimestamp());
        }
    }

    private sealed class Drained(Socket socket, long addedAt)
    {
        // Chunk stream 2, time 0, four bytes, type 3 (Acknowledgement), message stream 0: RTMP 1.0, 5.4.3.
        private readonly byte[] _acknowledgement = [2, 0, 0, 0, 0, 0, 4, 3, 0, 0, 0, 0, 0, 0, 0, 0];

        public Socket Socket { get; } = socket;

        public long Bytes { get; set; }

        public bool IsLost { get; set; }

        public long AcknowledgedAt { get; private set; } = addedAt;

        public void Acknowledge(long now)
        {
            AcknowledgedAt = now;
            BinaryPrimitives.WriteUInt32BigEndian(_acknowledgement.AsSpan(12), (uint)Bytes);
            Socket.Send(_acknowledgement, SocketFlags.None, out SocketError error);
            IsLost |= error is not (SocketError.Success or SocketError.WouldBlock);
        }
    }
}
