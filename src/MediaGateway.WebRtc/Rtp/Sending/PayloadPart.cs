using System.Buffers.Binary;
using System.Diagnostics;
using MediaGateway.Media.H264;

namespace MediaGateway.WebRtc.Rtp.Sending;

/// <summary>How a part of a frame becomes the payload of a packet.</summary>
internal enum PayloadForm : byte
{
    /// <summary>Its bytes as they are: an Opus packet (RFC 7587 4.2), or one NAL unit (RFC 6184 5.6).</summary>
    Plain,

    /// <summary>Several NAL units with their four-byte lengths, sent as STAP-A (RFC 6184 5.7.1).</summary>
    Aggregate,

    /// <summary>A piece of a NAL unit, sent as FU-A (RFC 6184 5.8).</summary>
    Fragment,
}

/// <summary>
/// Which bytes of a frame one packet carries, and how. A packet is made from it as often as it is sent, so that what was sent is
/// remembered without a copy of it.
/// </summary>
/// <param name="Form">How.</param>
/// <param name="Offset">Where the bytes begin.</param>
/// <param name="Length">How many.</param>
/// <param name="Header">The header of the fragmented NAL unit, or the highest importance of the aggregated ones.</param>
/// <param name="FragmentFlags">The S and E bits of a fragment.</param>
internal readonly record struct PayloadPart(PayloadForm Form, int Offset, int Length, byte Header = 0, byte FragmentFlags = 0)
{
    /// <summary>The S bit of a fragment: the first one.</summary>
    public const byte FragmentStart = 0x80;

    /// <summary>The E bit of a fragment: the last one.</summary>
    public const byte FragmentEnd = 0x40;

    /// <summary>Bytes before the piece in an FU-A.</summary>
    public const int FragmentHeaderLength = 2;

    private const byte StapA = 24;
    private const byte FuA = 28;
    private const byte ImportanceMask = 0x60;
    private const byte TypeMask = 0x1F;

    /// <summary>Writes the payload.</summary>
    /// <param name="source">The frame's payload, or the parameter sets.</param>
    /// <param name="destination">Room for the packet's payload.</param>
    /// <returns>Bytes written.</returns>
    public int Write(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        ReadOnlySpan<byte> bytes = source.Slice(Offset, Length);
        switch (Form)
        {
            case PayloadForm.Plain:
                bytes.CopyTo(destination);
                return bytes.Length;
            case PayloadForm.Aggregate:
                return WriteAggregate(bytes, destination);
            case PayloadForm.Fragment:
                // | FU indicator |F|NRI| 28 | FU header |S|E|R| type | piece
                destination[0] = (byte)((Header & ImportanceMask) | FuA);
                destination[1] = (byte)(FragmentFlags | (Header & TypeMask));
                bytes.CopyTo(destination[FragmentHeaderLength..]);
                return FragmentHeaderLength + bytes.Length;
            default:
                throw new UnreachableException();
        }
    }

    // | STAP-A header | size (16) | NAL unit | size (16) | NAL unit | ...
    private int WriteAggregate(ReadOnlySpan<byte> units, Span<byte> destination)
    {
        destination[0] = (byte)((Header & ImportanceMask) | StapA);
        int length = 1;
        foreach (ReadOnlySpan<byte> unit in new Avcc(units))
        {
            if (H264PacketCursor.IsSent(unit))
            {
                BinaryPrimitives.WriteUInt16BigEndian(destination[length..], (ushort)unit.Length);
                unit.CopyTo(destination[(length + 2)..]);
                length += 2 + unit.Length;
            }
        }

        return length;
    }
}
