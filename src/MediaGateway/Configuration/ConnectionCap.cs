using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace MediaGateway.Configuration;

/// <summary>
/// Bounds the connections of some listeners together. Kestrel's own bound would be one for all of its ports, so that a flood of one
/// protocol would shut out the others. Any thread.
/// </summary>
/// <param name="maximum">Connections at the same time.</param>
internal sealed class ConnectionCap(int maximum)
{
    private int _count;

    /// <summary>Connections now open.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Puts the connections of a listener under the cap.</summary>
    public void Apply(ListenOptions listener) => listener.Use(next => connection => ServeAsync(next, connection));

    private async Task ServeAsync(ConnectionDelegate next, ConnectionContext connection)
    {
        try
        {
            if (Interlocked.Increment(ref _count) > maximum)
            {
                connection.Abort();
                return;
            }

            await next(connection);
        }
        finally
        {
            Interlocked.Decrement(ref _count);
        }
    }
}
