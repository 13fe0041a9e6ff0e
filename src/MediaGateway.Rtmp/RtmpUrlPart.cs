using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace MediaGateway.Rtmp;

/// <summary>
/// One half of an RTMP address as clients send it, the application or the stream name: a path and the parameters after its first
/// question mark. Clients decode nothing, so that parameters come percent-encoded; paths are never decoded.
/// </summary>
public sealed record RtmpUrlPart
{
    /// <summary>The longest text accepted, in characters.</summary>
    public const int MaximumLength = 2048;

    /// <summary>The most parameters accepted.</summary>
    public const int MaximumParameters = 64;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private RtmpUrlPart(string path, IReadOnlyList<KeyValuePair<string, string>> parameters)
    {
        Path = path;
        Parameters = parameters;
    }

    /// <summary>The part of an address in which nothing was said.</summary>
    public static RtmpUrlPart Empty { get; } = new("", []);

    /// <summary>The text before the question mark, as it was sent.</summary>
    public string Path { get; }

    /// <summary>The parameters, decoded, in the order sent; a name may occur twice.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Parameters { get; }

    /// <summary>The value of a parameter, the first one if it occurs twice; null when it is not there.</summary>
    public string? Parameter(string name)
    {
        foreach ((string key, string value) in Parameters)
        {
            if (key == name)
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>
    /// Splits <paramref name="text"/>; false when it is too long, or a parameter holds a bad percent code, bytes that are not UTF-8,
    /// or a control character.
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out RtmpUrlPart? part)
    {
        ArgumentNullException.ThrowIfNull(text);
        part = null;
        if (text.Length > MaximumLength)
        {
            return false;
        }

        int question = text.IndexOf('?', StringComparison.Ordinal);
        if (question < 0)
        {
            part = new RtmpUrlPart(text, []);
            return true;
        }

        var parameters = new List<KeyValuePair<string, string>>();
        foreach (Range range in text.AsSpan(question + 1).Split('&'))
        {
            ReadOnlySpan<char> pair = text.AsSpan(question + 1)[range];
            if (pair.IsEmpty)
            {
                continue;
            }

            if (parameters.Count == MaximumParameters || !TryParsePair(pair, out KeyValuePair<string, string> parameter))
            {
                return false;
            }

            parameters.Add(parameter);
        }

        part = new RtmpUrlPart(text[..question], parameters);
        return true;
    }

    private static bool TryParsePair(ReadOnlySpan<char> pair, out KeyValuePair<string, string> parameter)
    {
        parameter = default;
        int equals = pair.IndexOf('=');
        ReadOnlySpan<char> name = equals < 0 ? pair : pair[..equals];
        ReadOnlySpan<char> value = equals < 0 ? [] : pair[(equals + 1)..];
        if (!TryDecode(name, out string? decodedName) || !TryDecode(value, out string? decodedValue))
        {
            return false;
        }

        parameter = new KeyValuePair<string, string>(decodedName, decodedValue);
        return true;
    }

    // RFC 3986 2.1, strictly: each percent sign has two hexadecimal digits behind it, and the bytes are UTF-8. A plus sign is itself.
    private static bool TryDecode(ReadOnlySpan<char> text, [NotNullWhen(true)] out string? decoded)
    {
        decoded = null;
        byte[] bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        int length = 0;
        while (!text.IsEmpty)
        {
            int plain = text.IndexOf('%');
            plain = plain < 0 ? text.Length : plain;
            length += Encoding.UTF8.GetBytes(text[..plain], bytes.AsSpan(length));
            text = text[plain..];
            if (text.IsEmpty)
            {
                break;
            }

            if (text.Length < 3 || !byte.TryParse(text[1..3], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[length]))
            {
                return false;
            }

            length++;
            text = text[3..];
        }

        try
        {
            decoded = StrictUtf8.GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            return false;
        }

        return !decoded.AsSpan().ContainsAnyInRange('\0', '\u001F') && !decoded.Contains('\u007F', StringComparison.Ordinal);
    }
}
