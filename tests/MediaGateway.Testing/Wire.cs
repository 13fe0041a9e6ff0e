using System.Buffers;

namespace MediaGateway.Testing;

/// <summary>Bytes as a test writes them, and all the ways in which a stream may deliver them.</summary>
public static class Wire
{
    private const int GuardBytes = 16;

    /// <summary>The bytes of hexadecimal text; blanks and line ends are ignored.</summary>
    public static byte[] Hex(string text) => Convert.FromHexString(string.Concat(text.Where(character => !char.IsWhiteSpace(character))));

    /// <summary>
    /// The same bytes in one piece, inside a larger block with guards on both sides, split in two at every place, with empty segments,
    /// and one byte to a segment.
    /// </summary>
    public static IEnumerable<(string Name, ReadOnlySequence<byte> Bytes)> Deliveries(byte[] bytes)
    {
        yield return ("whole", new ReadOnlySequence<byte>(bytes));
        yield return ("guarded", Guarded(bytes));
        for (int split = 1; split < bytes.Length; split++)
        {
            yield return ($"split at {split}", Segments(bytes.AsMemory(0, split), bytes.AsMemory(split)));
        }

        yield return ("empty segments", Segments(default, bytes, default));
        yield return ("byte by byte", Segments([.. Enumerable.Range(0, bytes.Length).Select(i => bytes.AsMemory(i, 1))]));
    }

    /// <summary>A sequence of the given segments.</summary>
    public static ReadOnlySequence<byte> Segments(params ReadOnlyMemory<byte>[] segments)
    {
        if (segments.Length == 0)
        {
            return default;
        }

        var first = new Segment(segments[0], null);
        Segment last = first;
        foreach (ReadOnlyMemory<byte> memory in segments.Skip(1))
        {
            last = new Segment(memory, last);
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private static ReadOnlySequence<byte> Guarded(byte[] bytes)
    {
        byte[] block = new byte[bytes.Length + (2 * GuardBytes)];
        Array.Fill(block, (byte)0xFF);
        bytes.CopyTo(block, GuardBytes);
        return new ReadOnlySequence<byte>(block, GuardBytes, bytes.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? previous)
        {
            Memory = memory;
            if (previous is not null)
            {
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
                previous.Next = this;
            }
        }
    }
}
