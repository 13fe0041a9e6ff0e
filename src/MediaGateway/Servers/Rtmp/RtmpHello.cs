using System.Buffers;
using System.IO.Pipelines;

namespace MediaGateway.Servers.Rtmp;

/// <summary>
/// Waits for a client's first words, C0 and C1 of the handshake (RTMP 1.0, 5.2), before anything is made for its session: whoever sends
/// them byte by byte, or never, costs little. What comes in pieces is taken out of the pipe, which holds a whole block for a single byte,
/// into as much memory as it needs. One connection's task uses it; only <see cref="Stop"/> may be called by others.
/// </summary>
/// <param name="input">The client's bytes.</param>
internal sealed class RtmpHello(PipeReader input)
{
    private const int WholeLength = 1 + 1536;
    private const int FirstPlaces = 64;
    private const byte Version = 3;

    private byte[] _bytes = [];
    private int _length;
    private volatile bool _isStopped;

    /// <summary>What was taken out of the pipe: all of the hello, part of it when it was stopped, or nothing when it lies in the pipe.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, _length);

    /// <summary>Any thread: waits no longer.</summary>
    public void Stop()
    {
        _isStopped = true;
        input.CancelPendingRead();
    }

    /// <summary>
    /// Returns when the hello is there or can never come; false when it was stopped before. How the input has ended, if it has, the next
    /// one to read it sees, too.
    /// </summary>
    public async Task<bool> WaitAsync()
    {
        try
        {
            while (!_isStopped)
            {
                ReadResult result = await input.ReadAsync();
                if (IsEnough(result))
                {
                    input.AdvanceTo(result.Buffer.Start);
                    return true;
                }

                ReadOnlySequence<byte> taken = result.Buffer.Slice(0, Math.Min(result.Buffer.Length, WholeLength - _length));
                Keep(taken);
                input.AdvanceTo(taken.End);
                if (_length == WholeLength)
                {
                    return true;
                }
            }

            return false;
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            return true; // The connection was reset or aborted.
        }
    }

    private bool IsEnough(in ReadResult result)
    {
        ReadOnlySequence<byte> buffer = result.Buffer;
        return result.IsCompleted || (_length == 0 && !buffer.IsEmpty && (buffer.Length >= WholeLength || buffer.FirstSpan[0] != Version));
    }

    private void Keep(in ReadOnlySequence<byte> piece)
    {
        int length = _length + (int)piece.Length;
        if (length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Clamp(Math.Max(length, 2 * _bytes.Length), FirstPlaces, WholeLength));
        }

        piece.CopyTo(_bytes.AsSpan(_length));
        _length = length;
    }
}
