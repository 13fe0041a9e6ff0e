using MediaGateway.Media.Amf;

namespace MediaGateway.Testing;

/// <summary>A message as a test client saw it.</summary>
/// <param name="Type">The message type id.</param>
/// <param name="Timestamp">Milliseconds modulo 2^32.</param>
/// <param name="MessageStreamId">The message stream.</param>
/// <param name="Body">The payload.</param>
public sealed record RtmpTestMessage(int Type, uint Timestamp, uint MessageStreamId, byte[] Body)
{
    /// <summary>The values of a command or data message; empty for others.</summary>
    public IReadOnlyList<AmfValue> Values
    {
        get
        {
            var values = new List<AmfValue>();
            if (Type is not (18 or 20))
            {
                return values;
            }

            var reader = new Amf0Reader(Body, AmfLimits.Default);
            while (!reader.IsAtEnd && reader.TryRead(out AmfValue? value))
            {
                values.Add(value);
            }

            return values;
        }
    }

    /// <summary>The first value of a command or data message.</summary>
    public string? Name => Values.Count > 0 ? Values[0].AsString : null;

    /// <summary>The code in the last value, as status and error commands carry it.</summary>
    public string? Code => Values.Count > 0 ? (Values[^1] as AmfMap)?.Find("code")?.AsString : null;

    /// <summary>Type and code or name in one word, for comparing whole dialogues.</summary>
    public override string ToString() => Type switch
    {
        1 => "SetChunkSize",
        3 => "Acknowledgement",
        4 => $"UserControl {Body[1]}",
        5 => "WindowAcknowledgementSize",
        6 => "SetPeerBandwidth",
        8 => "Audio",
        9 => "Video",
        18 or 20 => Code is { } code ? $"{Name} {code}" : $"{Name}",
        _ => $"Type {Type}",
    };
}
