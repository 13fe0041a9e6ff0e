using System.Collections.Concurrent;
using System.Net;

namespace MediaGateway.Configuration;

/// <summary>The gates of the TCP ports: set before the ports are opened, asked when they are. Any thread.</summary>
internal sealed class AcceptGates
{
    private readonly ConcurrentDictionary<int, AcceptGate> _gates = new();

    /// <summary>Puts a port behind a gate.</summary>
    public void Set(int port, AcceptGate gate) => _gates[port] = gate;

    /// <summary>The gate of a place to listen at, or null.</summary>
    public AcceptGate? Find(EndPoint endPoint) => endPoint is IPEndPoint address ? _gates.GetValueOrDefault(address.Port) : null;
}
