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
    private readonly Dictionary<IPAddress, int> _counts = [];

    /// <summary>Takes a place, which goes back when the result is disposed, once; null when the address has none left.</summary>
    public IDisposable? TryEnter(IPAddress? address)
    {
        IPAddress counted = CountedAddress.Of(address ?? IPAddress.Any);
        lock (_lock)
        {
            int count = _counts.GetValueOrDefault(counted);
            if (count >= HlsLimits.NewcomersPerAddress)
            {
                return null;
            }

            _counts[counted] = count + 1;
            return new Place(this, counted);
        }
    }

    private void Leave(IPAddress address)
    {
        lock (_lock)
        {
            int left = _counts[address] - 1;
            if (left == 0)
            {
                _counts.Remove(address);
            }
            else
            {
                _counts[address] = left;
            }
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
