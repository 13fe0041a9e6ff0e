using System.Net;
using MediaGateway.Connectivity;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace MediaGateway.Configuration;

/// <summary>
/// Bounds the connections of some listeners together. Kestrel's own bound would be one for all of its ports, so that a flood of one
/// protocol would shut out the others. One address, however many connections it opens, leaves as many places to the others as it has
/// itself: a flood from there shuts nobody out either, and a proxy may still have half of them all. Any thread.
/// </summary>
/// <param name="maximum">Connections at the same time.</param>
internal sealed class ConnectionCap(int maximum)
{
    /// <summary>Connections that an address may have however few places are left, so that many who share one are served as long as anybody is.</summary>
    public const int AlwaysPerAddress = 100;

    private readonly Lock _lock = new();
    private readonly AddressCounts _addresses = new(maximum);
    private int _count;

    /// <summary>Connections now open.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Puts the connections of a listener under the cap.</summary>
    public void Apply(ListenOptions listener) => listener.Use(next => connection => ServeAsync(next, connection));

    /// <summary>Takes a place; false when there is none for the address.</summary>
    /// <param name="address">As <see cref="CountedAddress"/> makes it.</param>
    public bool TryEnter(IPAddress address)
    {
        lock (_lock)
        {
            int free = maximum - _count;
            if (free <= 0 || _addresses[address] >= Math.Max(free, AlwaysPerAddress))
            {
                return false;
            }

            _count++;
            return _addresses.TryAdd(address);
        }
    }

    /// <summary>Gives a place back.</summary>
    public void Leave(IPAddress address)
    {
        lock (_lock)
        {
            _count--;
            _addresses.Remove(address);
        }
    }

    private async Task ServeAsync(ConnectionDelegate next, ConnectionContext connection)
    {
        IPAddress address = CountedAddress.Of((connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None);
        if (!TryEnter(address))
        {
            connection.Abort();
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            Leave(address);
        }
    }
}
