using System.Buffers;

namespace MediaGateway.Benchmarks;

/// <summary>Memory that is written to over and over: the writers' own cost is what remains.</summary>
internal sealed class ScratchWriter : IBufferWriter<byte>
{
    private readonly byte[] _bytes = new byte[256 * 1024];
    private int _written;

    /// <inheritdoc/>
    public void Advance(int count) => _written += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0) => _bytes.AsMemory(_written);

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => _bytes.AsSpan(_written);

    /// <summary>Begins anew; returns the bytes written.</summary>
    public int Rewind()
    {
        int written = _written;
        _written = 0;
        return written;
    }
}
