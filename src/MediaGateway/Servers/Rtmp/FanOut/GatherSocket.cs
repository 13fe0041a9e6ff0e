using MediaGateway.Native.Linux;

namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>A viewer's TCP socket, written past Kestrel, which owns and closes it.</summary>
/// <param name="socket">The hold on the descriptor; ownership passes to this object.</param>
/// <param name="list">The worker's list, shared by all its sockets and empty between two calls.</param>
internal sealed class GatherSocket(StreamSocket socket, GatherList list) : IViewerSocket
{
    private bool _isRegistered;

    /// <inheritdoc/>
    public void Register(EventQueue queue, ulong token, Action hasRoom)
    {
        queue.Add(socket.Handle, EventInterest.Writable | EventInterest.EdgeTriggered, token);
        _isRegistered = true;
    }

    /// <inheritdoc/>
    public SendOutcome Send(SendBatch batch, out int sent)
    {
        try
        {
            foreach (ReadOnlyMemory<byte> segment in batch.Segments)
            {
                list.TryAdd(segment);
            }

            return socket.Send(list, out sent);
        }
        finally
        {
            list.Clear();
        }
    }

    /// <inheritdoc/>
    public bool TryMeasure(out SocketQueue queue) => socket.TryMeasure(out queue);

    /// <inheritdoc/>
    public void LimitUnsent(int bytes) => socket.SetNotSentLowWater(bytes);

    /// <inheritdoc/>
    public void LetGo(EventQueue queue)
    {
        if (_isRegistered)
        {
            _isRegistered = false;
            queue.Remove(socket.Handle);
        }

        socket.Dispose();
    }
}
