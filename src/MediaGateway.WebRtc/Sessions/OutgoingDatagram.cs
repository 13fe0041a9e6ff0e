using MediaGateway.Media.Memory;

namespace MediaGateway.WebRtc.Sessions;

/// <summary>A datagram on its way out. Whoever takes the value owns the buffer.</summary>
/// <param name="Path">Where it goes and from which of our addresses it must leave.</param>
/// <param name="Buffer">The block that holds it, from offset 0.</param>
/// <param name="Length">Bytes of datagram.</param>
public readonly record struct OutgoingDatagram(TransportPath Path, PooledBuffer Buffer, int Length);
