using System.Collections.Concurrent;
using System.Net;
using MediaGateway.Configuration;
using MediaGateway.Connectivity;
using MediaGateway.Diagnostics;
using Microsoft.Extensions.Options;

namespace MediaGateway.Servers.Whip;

/// <summary>
/// How often one address may ask: <c>Whip:RequestBurst</c> at once and <c>Whip:RequestsPerSecond</c> for long, an IPv6 network of 64 bits
/// being one. This machine is not counted. At most <see cref="WhipLimits.CountedAddresses"/> are remembered; those that have all their
/// requests again make room, and while there is none the rest share one count. Any thread.
/// </summary>
internal sealed class RequestLimiter(IOptions<WhipOptions> options, GatewayClock clock)
{
    private readonly ConcurrentDictionary<IPAddress, Allowance> _allowances = new();

    /// <summary>Takes one request of an address; if it may not make one now, how long it must wait.</summary>
    public bool TryTake(IPAddress? address, out TimeSpan wait)
    {
        wait = default;
        IPAddress key = CountedAddress.Of(address ?? IPAddress.None);
        if (IPAddress.IsLoopback(key))
        {
            return true;
        }

        TimeSpan now = clock.Now;
        if (_allowances.Count >= WhipLimits.CountedAddresses && !_allowances.ContainsKey(key))
        {
            ForgetIdle(now);
            key = _allowances.Count >= WhipLimits.CountedAddresses ? IPAddress.None : key;
        }

        Allowance allowance = _allowances.GetOrAdd(key, static (_, full) => new Allowance(full.Burst, full.Now), (Burst: options.Value.RequestBurst, Now: now));
        return allowance.TryTake(now, options.Value, out wait);
    }

    private void ForgetIdle(TimeSpan now)
    {
        foreach ((IPAddress key, Allowance allowance) in _allowances)
        {
            if (allowance.IsFull(now, options.Value))
            {
                _allowances.TryRemove(KeyValuePair.Create(key, allowance));
            }
        }
    }

    /// <summary>What one address has left.</summary>
    private sealed class Allowance(double left, TimeSpan at)
    {
        private readonly Lock _lock = new();
        private double _left = left;
        private TimeSpan _at = at;

        public bool TryTake(TimeSpan now, WhipOptions options, out TimeSpan wait)
        {
            lock (_lock)
            {
                Refill(now, options);
                bool taken = _left >= 1;
                wait = taken ? TimeSpan.Zero : TimeSpan.FromSeconds((1 - _left) / options.RequestsPerSecond);
                _left -= taken ? 1 : 0;
                return taken;
            }
        }

        public bool IsFull(TimeSpan now, WhipOptions options)
        {
            lock (_lock)
            {
                Refill(now, options);
                return _left >= options.RequestBurst;
            }
        }

        private void Refill(TimeSpan now, WhipOptions options)
        {
            _left = Math.Min(options.RequestBurst, _left + ((now - _at).TotalSeconds * options.RequestsPerSecond));
            _at = now;
        }
    }
}
