using System.Buffers.Binary;

namespace MediaGateway.WebRtc.Rtcp;

/// <summary>The chunks of an SDES body (RFC 3550 6.5).</summary>
internal static class SourceDescription
{
    /// <summary>The item type CNAME (RFC 3550 6.5.1).</summary>
    public const byte CanonicalName = 1;

    private const byte EndOfItems = 0;

    /// <summary>Finds the canonical name of the first chunk, as UTF-8. False: there is none before the first length that does not fit.</summary>
    public static bool TryFindCanonicalName(ReadOnlySpan<byte> body, out uint ssrc, out ReadOnlySpan<byte> name)
    {
        ssrc = 0;
        name = default;
        if (body.Length < 4)
        {
            return false;
        }

        ssrc = BinaryPrimitives.ReadUInt32BigEndian(body);
        ReadOnlySpan<byte> items = body[4..];
        while (items.Length >= 2 && items[0] != EndOfItems && items.Length >= 2 + items[1])
        {
            if (items[0] == CanonicalName)
            {
                name = items.Slice(2, items[1]);
                return true;
            }

            items = items[(2 + items[1])..];
        }

        return false;
    }
}
