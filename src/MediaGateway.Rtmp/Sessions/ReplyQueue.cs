using System.Diagnostics.CodeAnalysis;
using MediaGateway.Media.Memory;

namespace MediaGateway.Rtmp.Sessions;

/// <summary>
/// Bytes on their way to the peer, in order, several replies to a block. The session stops taking input when it holds too much, so
/// its size is bounded by that limit and one reply.
/// </summary>
internal sealed class ReplyQueue(BufferPool pool) : IDisposable
{
    private readonly Queue<(PooledBuffer Buffer, int Length)> _full = new();
    private PooledBuffer? _open;
    private int _openLength;

    /// <summary>Bytes that wait.</summary>
    public int Bytes { get; private set; }

    /// <summary>Room for the next <paramref name="length"/> bytes; the caller fills it before the next call.</summary>
    public Span<byte> Reserve(int length)
    {
        if (_open is not null && _open.Capacity - _openLength < length)
        {
            _full.Enqueue((_open, _openLength));
            _open = null;
        }

        if (_open is null)
        {
            _open = pool.Rent(length, BufferOwner.Reply);
            _openLength = 0;
        }

        Span<byte> room = _open.Span.Slice(_openLength, length);
        _openLength += length;
        Bytes += length;
        return room;
    }

    /// <summary>Takes the oldest block; the caller owns it.</summary>
    public bool TryTake([NotNullWhen(true)] out PooledBuffer? buffer, out int length)
    {
        if (_full.TryDequeue(out (PooledBuffer Buffer, int Length) oldest))
        {
            (buffer, length) = oldest;
        }
        else
        {
            (buffer, length) = (_open, _open is null ? 0 : _openLength);
            _open = null;
        }

        Bytes -= length;
        return buffer is not null;
    }

    /// <summary>Returns all blocks.</summary>
    public void Dispose()
    {
        while (TryTake(out PooledBuffer? buffer, out _))
        {
            buffer.Dispose();
        }
    }
}
