using System.Net;
using MediaGateway.Connectivity;

namespace MediaGateway.Servers.Hls;

/// <summary>
/// Counts, for each address, the players that have been let in and have not shown since that they know the name they were given. Each asks for
/// a playlist under its name within a second; a program that begins anew with every request takes its address's places only. Any thread.
/// </summary>
internal sealed class HlsNewcomers
{
    private readonly Lock _lock = new();
    private readonly AddressCounts _counts = new(HlsLimits.NewcomersPerAddress);

    /// <summary>Takes a place, which goes back when the result is disposed, once; null when the address has none left.</summary>
    public IDisposable? TryEnter(IPAddress? address)
    {
        IPAddress counted = CountedAddress.Of(address ?? IPAddress.Any);
        lock (_lock)
        {
            return _counts.TryAdd(counted) ? new Place(this, counted) : null;
        }
    }

    private void Leave(IPAddress address)
    {
        lock (_lock)
        {
            _counts.Remove(address);
        }
    }

    private sealed class Place(HlsNewcomers newcomers, IPAddress address) : IDisposable
    {
        private int _isDisposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            {
                newcomers.Leave(address);
            }
        }
    }
}
