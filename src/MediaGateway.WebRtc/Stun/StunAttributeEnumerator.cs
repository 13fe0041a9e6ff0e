using System.Buffers.Binary;

namespace MediaGateway.WebRtc.Stun;

/// <summary>Walks the attributes of a STUN message in order. Stops at the first one that does not fit.</summary>
internal ref struct StunAttributeEnumerator
{
    private const int HeaderLength = 4;

    private readonly ReadOnlySpan<byte> _message;
    private int _next;

    /// <summary>Makes a walk over a whole message, header included.</summary>
    public StunAttributeEnumerator(ReadOnlySpan<byte> message)
    {
        _message = message;
        _next = StunMessage.HeaderLength;
    }

    /// <summary>The attribute the walk stands at.</summary>
    public StunAttribute Current { get; private set; }

    /// <summary>Whether the walk reached the end of the message exactly: false after a stop in mid-message.</summary>
    public readonly bool IsAtEnd => _next == _message.Length;

    /// <summary>Moves on by one attribute.</summary>
    public bool MoveNext()
    {
        //  0                   1                   2                   3      RFC 8489 14
        //  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
        // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
        // |         Type                  |            Length             |
        // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
        // |                         Value (variable), padded to 32 bits  ....
        // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
        if (_message.Length - _next < HeaderLength)
        {
            return false;
        }

        ReadOnlySpan<byte> rest = _message[_next..];
        ushort type = BinaryPrimitives.ReadUInt16BigEndian(rest);
        int length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
        int padded = (length + 3) & ~3;
        if (rest.Length - HeaderLength < padded)
        {
            return false;
        }

        Current = new StunAttribute(type, _next, rest.Slice(HeaderLength, length));
        _next += HeaderLength + padded;
        return true;
    }
}
