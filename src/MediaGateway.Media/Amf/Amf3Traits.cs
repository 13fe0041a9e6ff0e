namespace MediaGateway.Media.Amf;

/// <summary>The shape of an object (AMF3 specification 3.12): only text, no type is ever created from it.</summary>
/// <param name="ClassName">The class that the sender names; empty for an anonymous object.</param>
/// <param name="IsDynamic">Whether properties with names of their own follow the listed ones.</param>
/// <param name="IsExternal">Whether the class has a format of its own.</param>
/// <param name="Names">The names of the values that each object of this shape has.</param>
/// <param name="NameBytes">Bytes of those names.</param>
internal sealed record Amf3Traits(string ClassName, bool IsDynamic, bool IsExternal, IReadOnlyList<string> Names, int NameBytes);
