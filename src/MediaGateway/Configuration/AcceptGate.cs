using Microsoft.AspNetCore.Connections;

namespace MediaGateway.Configuration;

/// <summary>
/// Bounds the accepted connections of some ports that are files of the process: those that are served and those that are being closed because
/// there are too many. While all places are taken nothing is accepted, and whoever connects waits in the kernel's queue. Without it a burst
/// is accepted faster than it is turned away. Any thread.
/// </summary>
/// <param name="most">Connections at the same time.</param>
internal sealed class AcceptGate(int most) : IDisposable
{
    private readonly SemaphoreSlim _places = new(most, most);

    /// <summary>Places that are free.</summary>
    public int Free => _places.CurrentCount;

    /// <summary>Takes a place for the connection that is accepted next.</summary>
    public Task TakeAsync(CancellationToken cancellationToken) => _places.WaitAsync(cancellationToken);

    /// <summary>Gives a place back for which no connection came.</summary>
    public void GiveBack() => _places.Release();

    /// <summary>Gives the place back when the connection is closed.</summary>
    public void GiveBackWith(ConnectionContext connection) =>
        connection.ConnectionClosed.UnsafeRegister(static state => ((AcceptGate)state!)._places.Release(), this); // It is this gate.

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();
}
