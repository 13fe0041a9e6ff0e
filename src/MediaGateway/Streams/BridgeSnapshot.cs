using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>What is known of an audio bridge at one moment.</summary>
/// <param name="Target">The codec that it makes.</param>
/// <param name="IsCaughtUp">Whether viewers can join with sound at once.</param>
/// <param name="ConcealedPackets">Packets that were lost, broken or late and were concealed, since its transcoder was made.</param>
/// <param name="DroppedPackets">Packets dropped because the worker did not keep up.</param>
/// <param name="WaitingPackets">Packets that wait for the worker.</param>
/// <param name="Delay">From the last packet needed to the newest sound made; null before the first that was not made from the cache.</param>
internal sealed record BridgeSnapshot(CodecId Target, bool IsCaughtUp, long ConcealedPackets, long DroppedPackets, int WaitingPackets, TimeSpan? Delay);
