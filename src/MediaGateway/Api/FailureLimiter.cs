using System.Collections.Concurrent;
using System.Net;
using MediaGateway.Configuration;
using MediaGateway.Connectivity;
using MediaGateway.Diagnostics;
using Microsoft.Extensions.Options;

namespace MediaGateway.Api;

/// <summary>
/// Counts wrong keys by address, an IPv6 network of 64 bits being one, and says when an address has tried too often within a minute. At
/// most ten thousand addresses are remembered; those whose minute is over make room, and while there is none further
/// addresses are not counted: a key as long as the settings ask for is not found by guessing. Any thread.
/// </summary>
internal sealed class FailureLimiter(IOptions<ApiOptions> options, GatewayClock clock)
{
    /// <summary>Addresses remembered.</summary>
    public const int MaximumAddresses = 10_000;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<IPAddress, Failures> _failures = new();

    /// <summary>Whether the address must wait; if so for how long.</summary>
    public bool IsBlocked(IPAddress address, out TimeSpan wait)
    {
        wait = default;
        if (!_failures.TryGetValue(CountedAddress.Of(address), out Failures failures) || failures.Count < options.Value.MaximumFailuresPerMinute)
        {
            return false;
        }

        wait = failures.Since + Window - clock.Now;
        return wait > TimeSpan.Zero;
    }

    /// <summary>The address has shown a wrong key.</summary>
    public void Count(IPAddress address)
    {
        TimeSpan now = clock.Now;
        IPAddress key = CountedAddress.Of(address);
        if (_failures.Count >= MaximumAddresses && !_failures.ContainsKey(key))
        {
            ForgetOld(now);
            if (_failures.Count >= MaximumAddresses)
            {
                return;
            }
        }

        _failures.AddOrUpdate(
            key,
            static (_, at) => new Failures(1, at),
            static (_, before, at) => at - before.Since >= Window ? new Failures(1, at) : before with { Count = before.Count + 1 },
            now);
    }

    private void ForgetOld(TimeSpan now)
    {
        foreach ((IPAddress key, Failures failures) in _failures)
        {
            if (now - failures.Since >= Window)
            {
                _failures.TryRemove(KeyValuePair.Create(key, failures));
            }
        }
    }

    /// <summary>Wrong keys since the first of a minute.</summary>
    private readonly record struct Failures(int Count, TimeSpan Since);
}
