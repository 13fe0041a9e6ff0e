using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace MediaGateway.Configuration;

/// <summary>Kestrel's own transport over sockets, but that a port accepts no more connections than its <see cref="AcceptGate"/> has places.</summary>
internal sealed class GatedTransport(IOptions<SocketTransportOptions> options, ILoggerFactory loggers, AcceptGates gates)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly SocketTransportFactory _sockets = new(options, loggers);

    /// <inheritdoc/>
    public bool CanBind(EndPoint endpoint) => _sockets.CanBind(endpoint);

    /// <inheritdoc/>
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        IConnectionListener listener = await _sockets.BindAsync(endpoint, cancellationToken);
        return gates.Find(endpoint) is { } gate ? new GatedListener(listener, gate) : listener;
    }

    private sealed class GatedListener(IConnectionListener listener, AcceptGate gate) : IConnectionListener
    {
        private readonly CancellationTokenSource _unbound = new();

        public EndPoint EndPoint => listener.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            try
            {
                await gate.TakeAsync(_unbound.Token);
            }
            catch (OperationCanceledException)
            {
                return null; // Kestrel's word for a listener that has ended.
            }

            ConnectionContext? connection = null;
            try
            {
                connection = await listener.AcceptAsync(cancellationToken);
                return connection;
            }
            finally
            {
                if (connection is null)
                {
                    gate.GiveBack();
                }
                else
                {
                    gate.GiveBackWith(connection);
                }
            }
        }

        public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            await _unbound.CancelAsync();
            await listener.UnbindAsync(cancellationToken);
        }

        public async ValueTask DisposeAsync()
        {
            await listener.DisposeAsync();
            _unbound.Dispose();
        }
    }
}
