namespace MediaGateway.Media.Amf;

/// <summary>What the values of one AMF3 message may refer back to (AMF3 specification 2.2): texts, objects and the shapes of objects.</summary>
internal sealed class Amf3Tables
{
    /// <summary>The texts, with the bytes each had on the wire.</summary>
    public List<(string Text, int Bytes)> Texts { get; } = [];

    /// <summary>Objects, arrays and the like, in the order in which they began.</summary>
    public List<AmfReferable> Objects { get; } = [];

    /// <summary>The shapes of objects.</summary>
    public List<Amf3Traits> Traits { get; } = [];
}
