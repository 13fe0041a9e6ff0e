using System.Buffers.Binary;

namespace MediaGateway.WebRtc.Rtcp;

/// <summary>The sources that leave, of a BYE body (RFC 3550 6.6).</summary>
internal readonly ref struct Goodbye
{
    private readonly ReadOnlySpan<byte> _sources;

    private Goodbye(ReadOnlySpan<byte> sources) => _sources = sources;

    /// <summary>Number of sources; may be 0.</summary>
    public int Count => _sources.Length / 4;

    /// <summary>One source.</summary>
    public uint this[int index] => BinaryPrimitives.ReadUInt32BigEndian(_sources[(index * 4)..]);

    /// <summary>Reads a body with <paramref name="count"/> sources. False: too short for them.</summary>
    public static bool TryParse(ReadOnlySpan<byte> body, int count, out Goodbye goodbye)
    {
        goodbye = default;
        if (body.Length < count * 4)
        {
            return false;
        }

        goodbye = new Goodbye(body[..(count * 4)]);
        return true;
    }
}
