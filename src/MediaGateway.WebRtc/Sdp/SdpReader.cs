using System.Globalization;

namespace MediaGateway.WebRtc.Sdp;

/// <summary>
/// Reads a session description (RFC 8866) in one pass, within <see cref="SdpLimits"/>. Unknown lines and attributes are skipped.
/// </summary>
internal ref struct SdpReader
{
    private readonly SessionDescription _session = new();
    private ReadOnlySpan<char> _rest;
    private SdpAttributeReader? _media;
    private int _lineNumber;
    private string? _error;

    private SdpReader(ReadOnlySpan<char> text)
    {
        _rest = text;
    }

    /// <summary>Reads a description; false with the reason, in words, when it is not one or too large.</summary>
    public static bool TryRead(string text, out SessionDescription? session, out string? error)
    {
        session = null;
        if (text.Length > SdpLimits.Characters)
        {
            error = $"The offer has {text.Length} characters; at most {SdpLimits.Characters} are read.";
            return false;
        }

        var reader = new SdpReader(text);
        session = reader.Read() ? reader._session : null;
        error = reader._error;
        return session is not null;
    }

    private bool Read()
    {
        while (_error is null && TryReadLine(out ReadOnlySpan<char> line))
        {
            if (_lineNumber > SdpLimits.Lines)
            {
                return Fail($"The offer has more than {SdpLimits.Lines} lines.");
            }

            if (!ReadLine(line))
            {
                return false;
            }
        }

        CloseMedia();
        return _lineNumber > 0 || Fail("The offer is empty.");
    }

    private bool TryReadLine(out ReadOnlySpan<char> line)
    {
        if (_rest.IsEmpty)
        {
            line = default;
            return false;
        }

        int end = _rest.IndexOf('\n');
        line = end < 0 ? _rest : _rest[..end];
        _rest = end < 0 ? default : _rest[(end + 1)..];
        line = line.TrimEnd('\r');
        _lineNumber++;
        return true;
    }

    private bool ReadLine(ReadOnlySpan<char> line)
    {
        if (line.IsEmpty)
        {
            return _rest.IsWhiteSpace() || Fail($"Line {_lineNumber} of the offer is empty.");
        }

        if (line.Length < 2 || line[1] != '=')
        {
            return Fail($"Line {_lineNumber} of the offer is not of the form type=value.");
        }

        ReadOnlySpan<char> value = line[2..];
        if (_lineNumber == 1)
        {
            return line is "v=0" || Fail("The offer does not begin with v=0.");
        }

        return line[0] switch
        {
            'm' => ReadMediaLine(value),
            'a' => ReadAttribute(value),
            _ => true,
        };
    }

    private bool ReadAttribute(ReadOnlySpan<char> value)
    {
        int colon = value.IndexOf(':');
        ReadOnlySpan<char> name = colon < 0 ? value : value[..colon];
        ReadOnlySpan<char> content = colon < 0 ? default : value[(colon + 1)..].Trim();
        if (_media is not null)
        {
            _media.Read(name, content);
        }
        else
        {
            SdpSessionAttributes.Read(_session, name, content);
        }

        return true;
    }

    // m=<media> <port>[/<count>] <proto> <fmt> ...      RFC 8866 5.14
    private bool ReadMediaLine(ReadOnlySpan<char> value)
    {
        CloseMedia();
        if (_session.Media.Count == SdpLimits.MediaDescriptions)
        {
            return Fail($"The offer has more than {SdpLimits.MediaDescriptions} media sections.");
        }

        ReadOnlySpan<char> rest = value;
        ReadOnlySpan<char> kind = NextToken(ref rest);
        ReadOnlySpan<char> port = NextToken(ref rest);
        ReadOnlySpan<char> protocol = NextToken(ref rest);
        ReadOnlySpan<char> formats = rest.Trim();
        int slash = port.IndexOf('/');
        port = slash < 0 ? port : port[..slash];
        if (kind.IsEmpty || formats.IsEmpty || !ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number))
        {
            return Fail($"Line {_lineNumber} of the offer is not a media line.");
        }

        var media = new MediaDescription
        {
            Kind = kind.ToString(),
            Port = number,
            Protocol = protocol.ToString(),
            Formats = formats.ToString(),
        };
        _session.AddMedia(media);
        _media = new SdpAttributeReader(media);
        return _media.TryReadFormats(formats) || Fail($"Line {_lineNumber} of the offer has payload types out of range or too many.");
    }

    private readonly void CloseMedia() => _media?.Complete();

    private static ReadOnlySpan<char> NextToken(ref ReadOnlySpan<char> rest)
    {
        rest = rest.TrimStart(' ');
        int end = rest.IndexOf(' ');
        ReadOnlySpan<char> token = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return token;
    }

    private bool Fail(string error)
    {
        _error = error;
        return false;
    }
}
