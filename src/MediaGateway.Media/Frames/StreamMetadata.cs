using MediaGateway.Media.Amf;

namespace MediaGateway.Media.Frames;

/// <summary>
/// What a publisher says of its stream as a whole (<c>onMetaData</c>; Video File Format v10.1, E.5). Immutable. The properties are passed
/// on to viewers, except those that would be wrong for what they get: codec ids, sizes, rates and duration are the gateway's own.
/// </summary>
/// <param name="Properties">Names and values in the publisher's order.</param>
public sealed record StreamMetadata(IReadOnlyList<KeyValuePair<string, AmfValue>> Properties);
