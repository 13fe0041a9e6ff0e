using System.Diagnostics;
using MediaGateway.Media.Memory;

namespace MediaGateway.Testing;

/// <summary>
/// A pool that never rents a block twice, so that stale use always throws, and that fails the test on <see cref="Dispose"/> when a
/// block was not returned, naming the owner tag and the place that rented it.
/// </summary>
public sealed class TrackingBufferPool : BufferPool, IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<PooledBuffer, StackTrace> _rented = [];

    /// <inheritdoc/>
    protected override bool Reuses => false;

    /// <summary>Throws when blocks are still rented.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_rented.Count > 0)
            {
                string where = string.Join("\n\n", _rented.Take(3).Select(pair => $"{pair.Key.Owner}: {pair.Value}"));
                throw new InvalidOperationException($"{_rented.Count} pooled buffers were not returned. The first were rented here:\n{where}");
            }
        }
    }

    /// <inheritdoc/>
    protected override void OnRented(PooledBuffer buffer)
    {
        lock (_lock)
        {
            // Rendered only when it is needed, and without line numbers: those cost a look into the symbols for every rent.
            _rented.Add(buffer, new StackTrace(skipFrames: 2, fNeedFileInfo: false));
        }
    }

    /// <inheritdoc/>
    protected override void OnReturned(PooledBuffer buffer)
    {
        lock (_lock)
        {
            _rented.Remove(buffer);
        }
    }
}
