using MediaGateway.Media.Memory;

namespace MediaGateway.WebRtc.Sessions;

/// <summary>A datagram on its way in. Whoever receives the value owns the buffer.</summary>
/// <param name="Path">Where it came from and at which of our addresses it arrived.</param>
/// <param name="Buffer">The block that holds it, from offset 0.</param>
/// <param name="Length">Bytes of datagram.</param>
/// <param name="ReceivedAt">Gateway time at which the kernel received it.</param>
public readonly record struct IncomingDatagram(TransportPath Path, PooledBuffer Buffer, int Length, TimeSpan ReceivedAt);
