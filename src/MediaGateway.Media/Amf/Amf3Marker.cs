namespace MediaGateway.Media.Amf;

/// <summary>The type markers of AMF3 (specification 3.1).</summary>
internal enum Amf3Marker : byte
{
    Undefined = 0x00,
    Null = 0x01,
    False = 0x02,
    True = 0x03,
    Integer = 0x04,
    Double = 0x05,
    String = 0x06,
    XmlDocument = 0x07,
    Date = 0x08,
    Array = 0x09,
    Object = 0x0A,
    Xml = 0x0B,
    ByteArray = 0x0C,
    VectorOfInt = 0x0D,
    VectorOfUint = 0x0E,
    VectorOfDouble = 0x0F,
    VectorOfObject = 0x10,
    Dictionary = 0x11,
}
