namespace MediaGateway.WebRtc.Sdp;

/// <summary>
/// The encodings of one picture that a section offers to send at the same time: by restriction identifiers (RFC 8851, RFC 8853), or
/// by the SSRCs of an <c>a=ssrc-group:SIM</c> as browsers wrote before.
/// </summary>
internal sealed class SimulcastDescription
{
    /// <summary>Encodings remembered of one section.</summary>
    public const int MaximumLayers = 8;

    private const int MaximumIdLength = 16;

    private readonly List<(string Id, string PayloadTypes)> _sendable = [];
    private readonly List<string> _layers = [];
    private readonly List<uint> _ssrcs = [];

    /// <summary>The SSRCs of the first <c>a=ssrc-group:SIM</c>.</summary>
    public IReadOnlyList<uint> Ssrcs => _ssrcs;

    /// <summary>The identifiers of the encodings that may come as this payload type, in the order of <c>a=simulcast</c>.</summary>
    public IEnumerable<string> LayersOf(int payloadType) =>
        _layers.Where(layer => _sendable.Exists(rid => rid.Id == layer && Allows(rid.PayloadTypes, payloadType)));

    // a=rid:<id> <direction> [pt=<type>,<type>,...;<restriction>=<value>;...]      RFC 8851 4
    /// <summary>Reads the value of <c>a=rid</c>.</summary>
    public void ReadRid(ReadOnlySpan<char> value)
    {
        Span<Range> parts = stackalloc Range[3];
        int count = value.Split(parts, ' ', StringSplitOptions.RemoveEmptyEntries);
        if (count < 2 || value[parts[1]] is not "send" || !IsId(value[parts[0]]) || _sendable.Count == MaximumLayers)
        {
            return;
        }

        string payloadTypes = "";
        ReadOnlySpan<char> restrictions = count == 3 ? value[parts[2]] : default;
        foreach (Range range in restrictions.Split(';'))
        {
            ReadOnlySpan<char> restriction = restrictions[range].Trim();
            payloadTypes = restriction.StartsWith("pt=") ? restriction[3..].ToString() : payloadTypes;
        }

        _sendable.Add((value[parts[0]].ToString(), payloadTypes));
    }

    // a=simulcast:send <id>[,<alternative>...];~<paused id>;... [recv ...]      RFC 8853 5.1
    /// <summary>Reads the value of <c>a=simulcast</c>. Of alternatives the first counts; paused ones may come later.</summary>
    public void ReadSimulcast(ReadOnlySpan<char> value)
    {
        Span<Range> parts = stackalloc Range[4];
        int count = value.Split(parts, ' ', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i + 1 < count && _layers.Count == 0; i += 2)
        {
            if (value[parts[i]] is "send")
            {
                ReadLayers(value[parts[i + 1]]);
            }
        }
    }

    /// <summary>Remembers an SSRC of <c>a=ssrc-group:SIM</c>.</summary>
    public void AddSsrc(uint ssrc)
    {
        if (_ssrcs.Count < MaximumLayers && !_ssrcs.Contains(ssrc))
        {
            _ssrcs.Add(ssrc);
        }
    }

    private void ReadLayers(ReadOnlySpan<char> layers)
    {
        foreach (Range range in layers.Split(';'))
        {
            ReadOnlySpan<char> layer = layers[range].TrimStart('~');
            int comma = layer.IndexOf(',');
            layer = comma < 0 ? layer : layer[..comma];
            if (IsId(layer) && _layers.Count < MaximumLayers && !_layers.Contains(layer.ToString()))
            {
                _layers.Add(layer.ToString());
            }
        }
    }

    /// <summary>RFC 8852 3.3: letters and digits, as a header extension carries them; RFC 8851 4 has - and _ as well.</summary>
    private static bool IsId(ReadOnlySpan<char> text)
    {
        foreach (char character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_'))
            {
                return false;
            }
        }

        return text.Length is > 0 and <= MaximumIdLength;
    }

    private static bool Allows(string payloadTypes, int payloadType) =>
        payloadTypes.Length == 0 || payloadTypes.Split(',').Any(text => int.TryParse(text, out int type) && type == payloadType);
}
