using MediaGateway.Media.Memory;

namespace MediaGateway.WebRtc.Sessions;

/// <summary>
/// Datagrams on their way out. The owner of a session drains it after each input, so it stays short; when it is full all the same,
/// the newest datagram is dropped and counted.
/// </summary>
/// <param name="pool">Where the copies are rented.</param>
internal sealed class OutgoingQueue(BufferPool pool) : IDisposable
{
    /// <summary>Datagrams held at most.</summary>
    public const int Capacity = 256;

    private readonly Queue<OutgoingDatagram> _datagrams = new();

    /// <summary>Datagrams queued in all.</summary>
    public long Queued { get; private set; }

    /// <summary>Bytes queued in all.</summary>
    public long QueuedBytes { get; private set; }

    /// <summary>Datagrams dropped because nobody took those before.</summary>
    public long Dropped { get; private set; }

    /// <summary>Whether one more datagram is taken.</summary>
    public bool HasRoom => _datagrams.Count < Capacity;

    /// <summary>Queues a copy.</summary>
    public void Add(in TransportPath path, ReadOnlySpan<byte> datagram)
    {
        if (_datagrams.Count == Capacity)
        {
            Dropped++;
            return;
        }

        PooledBuffer buffer = pool.Rent(datagram.Length, BufferOwner.Datagram);
        datagram.CopyTo(buffer.Span);
        _datagrams.Enqueue(new OutgoingDatagram(path, buffer, datagram.Length));
        Queued++;
        QueuedBytes += datagram.Length;
    }

    /// <summary>Takes the oldest; the caller owns its buffer.</summary>
    public bool TryTake(out OutgoingDatagram datagram) => _datagrams.TryDequeue(out datagram);

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_datagrams.TryDequeue(out OutgoingDatagram datagram))
        {
            datagram.Buffer.Dispose();
        }
    }
}
