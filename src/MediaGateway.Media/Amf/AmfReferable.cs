namespace MediaGateway.Media.Amf;

/// <summary>A value that a later reference may name by its place in the message.</summary>
/// <param name="Value">The value; null while it is being read.</param>
/// <param name="Values">Values that it is made of, itself included but for its marker: what a reference to it costs.</param>
/// <param name="Height">Levels of objects and arrays that it adds.</param>
internal readonly record struct AmfReferable(AmfValue? Value, int Values, int Height);
