using System.Diagnostics.CodeAnalysis;
using MediaGateway.Media.Amf;

namespace MediaGateway.Rtmp.Messages;

/// <summary>A command message (RTMP 1.0, 7.2): a name, a transaction and values.</summary>
/// <param name="Name">What is asked or answered.</param>
/// <param name="TransactionId">What an answer refers to; 0 when none is wanted.</param>
/// <param name="Object">The command object; null when it is AMF null or absent.</param>
/// <param name="Arguments">The values after it.</param>
internal sealed record Command(string Name, double TransactionId, AmfMap? Object, IReadOnlyList<AmfValue> Arguments)
{
    /// <summary>The chunk stream on which we send commands. Only 2 has a meaning; every server uses 3 for these.</summary>
    public const int ChunkStreamId = 3;

    /// <summary>Reads the body of a command message of either type; false when it is not AMF, is over a limit, or has no name.</summary>
    public static bool TryRead(RtmpMessageType type, ReadOnlySpan<byte> body, [NotNullWhen(true)] out Command? command)
    {
        command = null;

        int start = AmfEncoding.BodyOffset(type, body);
        var reader = new Amf0Reader(body[start..], AmfLimits.Default, allowsAmf3: type == RtmpMessageType.CommandAmf3);
        if (!reader.TryRead(out AmfValue? name) || name.AsString is not { } text)
        {
            return false;
        }

        var values = new List<AmfValue>();
        while (!reader.IsAtEnd)
        {
            if (!reader.TryRead(out AmfValue? value))
            {
                return false;
            }

            values.Add(value);
        }

        double transactionId = values.Count > 0 ? values[0].AsNumber ?? 0 : 0;
        AmfMap? commandObject = values.Count > 1 ? values[1] as AmfMap : null;
        command = new Command(text, transactionId, commandObject, values.Count > 2 ? values.GetRange(2, values.Count - 2) : []);
        return true;
    }

    /// <summary>The argument at <paramref name="index"/> after the command object; null when there are fewer.</summary>
    public AmfValue? Argument(int index) => index < Arguments.Count ? Arguments[index] : null;
}
