using System.Globalization;
using System.Text;

namespace MediaGateway.WebRtc.Sdp;

/// <summary>Writes lines of a session description, each ended by CRLF (RFC 8866 9).</summary>
internal sealed class SdpWriter
{
    private readonly StringBuilder _text = new();

    /// <summary>Writes one line.</summary>
    public void Line(char type, FormattableString value) =>
        _text.Append(type).Append('=').Append(value.ToString(CultureInfo.InvariantCulture)).Append("\r\n");

    /// <summary>Writes an attribute that says all by being there.</summary>
    public void Flag(string name) => Line('a', $"{name}");

    /// <summary>Writes an attribute with a value.</summary>
    public void Attribute(string name, FormattableString value) =>
        Line('a', $"{name}:{value.ToString(CultureInfo.InvariantCulture)}");

    /// <summary>The description written so far.</summary>
    public override string ToString() => _text.ToString();
}
