using System.Diagnostics.CodeAnalysis;
using MediaGateway.Media.Memory;

namespace MediaGateway.WebRtc.Sessions;

/// <summary>
/// Takes datagrams out of the byte stream of a TCP connection (RFC 4571 2). One owner; at most one block of memory is held, and only
/// from a whole length on. A length of 0, which the RFC allows, is skipped; one that no datagram of ours has breaks the stream for good:
/// bytes that lie cannot be skipped honestly.
/// </summary>
/// <param name="pool">Where the blocks come from.</param>
public sealed class FrameAssembler(BufferPool pool) : IDisposable
{
    /// <summary>Bytes of the length before each datagram.</summary>
    public const int HeaderBytes = 2;

    //  0                   1
    //  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5
    // +---------------------------------------------------------------
    // |             LENGTH            |  STUN, DTLS, RTP or RTCP ...
    // +---------------------------------------------------------------
    private PooledBuffer? _buffer;
    private int _header;
    private int _headerBytes;
    private int _filled;

    /// <summary>Whether a length came that no datagram has; nothing is taken any more.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Takes the next datagram, if it is whole.</summary>
    /// <param name="bytes">What came from the stream; what was used is cut off. Used up whenever the answer is false.</param>
    /// <param name="buffer">The block that holds the datagram, from offset 0; the caller's.</param>
    /// <param name="length">Bytes of datagram, at least 1.</param>
    public bool TryTake(ref ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out PooledBuffer? buffer, out int length)
    {
        buffer = null;
        length = 0;
        while (!IsBroken && !bytes.IsEmpty)
        {
            if (_headerBytes < HeaderBytes)
            {
                ReadHeader(ref bytes);
                continue;
            }

            int count = Math.Min(bytes.Length, _header - _filled);
            bytes[..count].CopyTo(_buffer!.Span[_filled..]); // Rented with the header.
            bytes = bytes[count..];
            _filled += count;
            if (_filled == _header)
            {
                (buffer, length) = (_buffer, _header);
                _buffer = null;
                _headerBytes = 0;
                return true;
            }
        }

        bytes = [];
        return false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        IsBroken = true;
        _buffer?.Dispose();
        _buffer = null;
    }

    private void ReadHeader(ref ReadOnlySpan<byte> bytes)
    {
        _header = _headerBytes == 0 ? bytes[0] : (_header << 8) | bytes[0];
        bytes = bytes[1..];
        _headerBytes++;
        if (_headerBytes < HeaderBytes)
        {
            return;
        }

        if (_header == 0)
        {
            _headerBytes = 0;
        }
        else if (_header > PeerSession.MaximumDatagramBytes)
        {
            IsBroken = true;
        }
        else
        {
            _filled = 0;
            _buffer = pool.Rent(_header, BufferOwner.Datagram);
        }
    }
}
