using System.Buffers.Binary;

namespace MediaGateway.WebRtc.Rtp;

/// <summary>
/// A payload that carries copies of earlier packets in front of its own (RED, RFC 2198). The format says the copies' timestamps, not
/// their sequence numbers: senders put the packets just before this one, oldest first.
/// </summary>
internal readonly ref struct RedundantPayload
{
    /// <summary>Copies that are read; Chromium sends one.</summary>
    public const int MaximumCopies = 8;

    private const int CopyHeaderLength = 4;
    private const int FollowsBit = 0x80;
    private const int TypeMask = 0x7F;
    private const int LengthMask = 0x3FF;
    private const int OffsetShift = 10;

    private readonly ReadOnlySpan<byte> _payload;

    private RedundantPayload(ReadOnlySpan<byte> payload, int copies, int ownOffset)
    {
        _payload = payload;
        Copies = copies;
        OwnOffset = ownOffset;
    }

    /// <summary>Copies in it.</summary>
    public int Copies { get; }

    /// <summary>The payload type of the packet's own content.</summary>
    public int OwnPayloadType => _payload[Copies * CopyHeaderLength] & TypeMask;

    /// <summary>Where the packet's own content starts in the payload; it goes on to the end.</summary>
    public int OwnOffset { get; }

    // RFC 2198 3
    // |1|   block PT  |  timestamp offset         |   block length    |  for each copy
    // |0|   block PT  |                                                  for the packet's own
    /// <summary>Reads the headers. False: they do not fit, or there are too many.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, out RedundantPayload redundant)
    {
        redundant = default;
        int copies = 0;
        int lengths = 0;
        int position = 0;
        while (position < payload.Length && (payload[position] & FollowsBit) != 0)
        {
            if (payload.Length < position + CopyHeaderLength || copies == MaximumCopies)
            {
                return false;
            }

            lengths += BinaryPrimitives.ReadUInt16BigEndian(payload[(position + 2)..]) & LengthMask;
            position += CopyHeaderLength;
            copies++;
        }

        int ownOffset = position + 1 + lengths;
        if (position >= payload.Length || ownOffset > payload.Length)
        {
            return false;
        }

        redundant = new RedundantPayload(payload, copies, ownOffset);
        return true;
    }

    /// <summary>One copy, 0 for the oldest.</summary>
    /// <param name="index">Which.</param>
    /// <param name="payloadType">Its payload type.</param>
    /// <param name="timestampOffset">By how much its timestamp is before this packet's.</param>
    public ReadOnlySpan<byte> Copy(int index, out int payloadType, out int timestampOffset)
    {
        int start = (Copies * CopyHeaderLength) + 1;
        for (int before = 0; before < index; before++)
        {
            start += LengthOf(before);
        }

        int header = index * CopyHeaderLength;
        payloadType = _payload[header] & TypeMask;
        timestampOffset = (BinaryPrimitives.ReadInt32BigEndian(_payload[header..]) >> OffsetShift) & 0x3FFF;
        return _payload.Slice(start, LengthOf(index));
    }

    private int LengthOf(int index) =>
        BinaryPrimitives.ReadUInt16BigEndian(_payload[((index * CopyHeaderLength) + 2)..]) & LengthMask;
}
