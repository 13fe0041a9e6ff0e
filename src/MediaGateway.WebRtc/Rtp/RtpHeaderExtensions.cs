using System.Buffers.Binary;

namespace MediaGateway.WebRtc.Rtp;

/// <summary>
/// Walks the elements of an RTP header extension in one-byte or two-byte form (RFC 8285 4.2, 4.3). Stops at the first element that
/// does not fit. An extension of another form has no elements.
/// </summary>
internal ref struct RtpHeaderExtensions
{
    private const ushort OneByteProfile = 0xBEDE;
    private const ushort TwoByteProfile = 0x1000;
    private const ushort TwoByteProfileMask = 0xFFF0;

    /// <summary>In the one-byte form: stop here, whatever follows (RFC 8285 4.2).</summary>
    private const int StopIdentifier = 15;

    private readonly bool _oneByte;
    private ReadOnlySpan<byte> _rest;

    /// <summary>Starts before the first element of <paramref name="extension"/>, which begins with the profile word.</summary>
    public RtpHeaderExtensions(ReadOnlySpan<byte> extension)
    {
        ushort profile = BinaryPrimitives.ReadUInt16BigEndian(extension);
        _oneByte = profile == OneByteProfile;
        _rest = _oneByte || (profile & TwoByteProfileMask) == TwoByteProfile ? extension[4..] : default;
    }

    /// <summary>The identifier of the current element.</summary>
    public int Identifier { get; private set; }

    /// <summary>The data of the current element.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Looks for an element. Starts where the walk stands.</summary>
    public bool TryFind(int identifier, out ReadOnlySpan<byte> value)
    {
        while (MoveNext())
        {
            if (Identifier == identifier)
            {
                value = Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>Goes to the next element.</summary>
    public bool MoveNext()
    {
        while (_rest.Length > 0 && _rest[0] == 0)
        {
            _rest = _rest[1..];
        }

        return _oneByte ? MoveNextOneByte() : MoveNextTwoByte();
    }

    // RFC 8285 4.2: |  ID   |  len-1  | data ...
    private bool MoveNextOneByte()
    {
        if (_rest.Length == 0)
        {
            return false;
        }

        int identifier = _rest[0] >> 4;
        int length = (_rest[0] & 0x0F) + 1;
        if (identifier == StopIdentifier || identifier == 0)
        {
            return Stop();
        }

        return Take(identifier, 1, length);
    }

    // RFC 8285 4.3: |      ID       |    length     | data ...
    private bool MoveNextTwoByte() => _rest.Length >= 2 ? Take(_rest[0], 2, _rest[1]) : Stop();

    private bool Take(int identifier, int headerLength, int length)
    {
        if (_rest.Length < headerLength + length)
        {
            return Stop();
        }

        Identifier = identifier;
        Value = _rest.Slice(headerLength, length);
        _rest = _rest[(headerLength + length)..];
        return true;
    }

    private bool Stop()
    {
        _rest = default;
        return false;
    }
}
