using MediaGateway.Streams;

namespace MediaGateway.Hooks;

/// <summary>Something that has happened and that the backend is to hear of. Immutable.</summary>
/// <param name="Method">The hook's name.</param>
/// <param name="Address">Where it is posted to.</param>
/// <param name="Owner">
/// Whose it is: the events of one connection are delivered in their order, and those of a stream without a publisher's connection, whose
/// owner is its name.
/// </param>
/// <param name="Body">
/// Writes the JSON. Called when the event is sent, off the thread that met it: a session description is not copied into every event.
/// </param>
/// <param name="Stream">
/// The stream of which it tells who publishes it; null when it tells of something else. Those of one stream are delivered in their order, too,
/// whoever their owners are.
/// </param>
internal sealed record HookEvent(string Method, Uri Address, object Owner, Func<ReadOnlyMemory<byte>> Body, StreamKey? Stream = null);
