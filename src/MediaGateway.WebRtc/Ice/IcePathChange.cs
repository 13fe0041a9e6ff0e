using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.WebRtc.Ice;

/// <summary>A path became valid or stopped being so.</summary>
/// <param name="Path">The path.</param>
/// <param name="IsAdded">True: datagrams on it belong to the session from now on. False: no longer.</param>
internal readonly record struct IcePathChange(TransportPath Path, bool IsAdded);
