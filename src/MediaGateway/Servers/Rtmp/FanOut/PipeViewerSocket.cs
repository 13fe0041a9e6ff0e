using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using MediaGateway.Native.Linux;

namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>
/// A viewer's bytes into a pipe, for connections without a bare socket: TLS and tunnels. Full means here that a flush has not completed:
/// the pipe's own threshold bounds what may lie unread in it. Nothing waits for a flush; its completion wakes the worker, which is the
/// only one to write. Allocates nothing while flushes complete at once.
/// </summary>
/// <param name="output">Where the bytes go; the connection's owner completes it after <see cref="LetGo"/>.</param>
/// <param name="beneath">The TCP socket under TLS, which is only looked at; ownership passes to this object. Null where there is none.</param>
internal sealed class PipeViewerSocket(PipeWriter output, StreamSocket? beneath = null) : IViewerSocket
{
    /// <summary>Bytes written between two flushes: what may be held here beyond the pipe's threshold.</summary>
    private const int BytesPerFlush = 64 * 1024;

    /// <summary>The most that is asked of the pipe in one piece: a full TLS record (RFC 8446 5.1).</summary>
    private const int PieceBytes = 16 * 1024;

    private Action? _hasRoom;
    private ConfiguredValueTaskAwaitable<FlushResult>.ConfiguredValueTaskAwaiter _flush;
    private bool _isFlushing;

    /// <summary>Whether what was written last has not been taken yet. For the owner, after the viewer has left.</summary>
    public bool IsBlocked => _isFlushing && !_flush.IsCompleted;

    /// <inheritdoc/>
    public void Register(EventQueue queue, ulong token, Action hasRoom) => _hasRoom = hasRoom;

    /// <inheritdoc/>
    public SendOutcome Send(SendBatch batch, out int sent)
    {
        sent = 0;
        try
        {
            return SendPieces(batch, ref sent);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The connection ended: reset, aborted, or its pipe completed.
            return SendOutcome.Closed;
        }
    }

    /// <inheritdoc/>
    /// <remarks>What TLS adds is not counted, and neither is what still lies in the pipe: both are little.</remarks>
    public bool TryMeasure(out SocketQueue queue)
    {
        queue = default;
        return beneath is not null && beneath.TryMeasure(out queue);
    }

    /// <inheritdoc/>
    public void LimitUnsent(int bytes) => beneath?.SetNotSentLowWater(bytes);

    /// <inheritdoc/>
    public void LetGo(EventQueue queue) => beneath?.Dispose();

    private SendOutcome SendPieces(SendBatch batch, ref int sent)
    {
        if (_isFlushing)
        {
            if (!_flush.IsCompleted)
            {
                return SendOutcome.WouldBlock;
            }

            if (EndFlush() == SendOutcome.Closed)
            {
                return SendOutcome.Closed;
            }
        }

        int unflushed = 0;
        foreach (ReadOnlyMemory<byte> segment in batch.Segments)
        {
            ReadOnlySpan<byte> rest = segment.Span;
            while (!rest.IsEmpty)
            {
                ReadOnlySpan<byte> piece = rest[..Math.Min(rest.Length, Math.Min(PieceBytes, BytesPerFlush - unflushed))];
                piece.CopyTo(output.GetSpan(piece.Length));
                output.Advance(piece.Length);
                rest = rest[piece.Length..];
                sent += piece.Length;
                unflushed += piece.Length;
                if (unflushed < BytesPerFlush)
                {
                    continue;
                }

                unflushed = 0;
                SendOutcome outcome = Flush();
                if (outcome != SendOutcome.Sent)
                {
                    return outcome == SendOutcome.Closed ? outcome : SendOutcome.Sent;
                }
            }
        }

        return unflushed > 0 && Flush() == SendOutcome.Closed ? SendOutcome.Closed : SendOutcome.Sent;
    }

    private SendOutcome Flush()
    {
#pragma warning disable CA2012 // Consumed once, by EndFlush, when it has completed: nothing here may wait for it.
        _flush = output.FlushAsync().ConfigureAwait(false).GetAwaiter();
#pragma warning restore CA2012
        _isFlushing = true;
        if (_flush.IsCompleted)
        {
            return EndFlush();
        }

        _flush.UnsafeOnCompleted(_hasRoom!); // Set before the first send.
        return SendOutcome.WouldBlock;
    }

    private SendOutcome EndFlush()
    {
        _isFlushing = false;
        return _flush.GetResult().IsCompleted ? SendOutcome.Closed : SendOutcome.Sent;
    }
}
