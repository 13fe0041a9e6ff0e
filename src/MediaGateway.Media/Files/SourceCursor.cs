using System.Buffers.Binary;

namespace MediaGateway.Media.Files;

/// <summary>
/// Reads numbers at a moving place of a source, up to an end, through a small window, so that tables of any length cost no memory.
/// Reading past the end throws. One owner, one thread.
/// </summary>
internal sealed class SourceCursor
{
    /// <summary>Bytes of the window where nothing else is said.</summary>
    public const int DefaultWindowBytes = 4096;

    private readonly IByteSource _source;
    private readonly byte[] _window;
    private long _windowStart;
    private int _windowLength;

    /// <summary>Starts at <paramref name="position"/>; nothing at or behind <paramref name="end"/> is read.</summary>
    public SourceCursor(IByteSource source, long position, long end, int windowBytes = DefaultWindowBytes)
    {
        _source = source;
        _window = new byte[windowBytes];
        Position = position;
        End = end;
    }

    /// <summary>The next byte to be read.</summary>
    public long Position { get; set; }

    /// <summary>Where reading ends.</summary>
    public long End { get; }

    /// <summary>Bytes left.</summary>
    public long Left => Math.Max(0, End - Position);

    /// <summary>The next bytes without moving, as many as there are up to <paramref name="count"/>; at most a window's.</summary>
    public ReadOnlySpan<byte> Peek(int count)
    {
        int wanted = (int)Math.Min(Math.Min(count, _window.Length), Left);
        long start = Position - _windowStart;
        if (start < 0 || start + wanted > _windowLength)
        {
            _windowStart = Position;
            _windowLength = MediaFile.ReadFully(_source, Position, _window.AsSpan(0, (int)Math.Min(_window.Length, Left)));
            start = 0;
        }

        return _window.AsSpan((int)start, (int)Math.Min(wanted, _windowLength - start));
    }

    /// <summary>Moves on.</summary>
    public void Skip(long count)
    {
        if (count < 0 || count > Left)
        {
            throw Cut();
        }

        Position += count;
    }

    /// <summary>Reads one byte.</summary>
    public byte ReadByte() => Take(1)[0];

    /// <summary>Reads two bytes.</summary>
    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(sizeof(ushort)));

    /// <summary>Reads four bytes.</summary>
    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(sizeof(uint)));

    /// <summary>Reads eight bytes as a number that must be small enough for sums.</summary>
    public long ReadInt64()
    {
        long value = BinaryPrimitives.ReadInt64BigEndian(Take(sizeof(long)));
        return value is > -Largest and < Largest ? value : throw new MediaFileException("The file holds a number that cannot be.");
    }

    /// <summary>Reads bytes; few of them.</summary>
    public byte[] ReadBytes(int count, int maximum)
    {
        if (count > maximum)
        {
            throw new MediaFileException("The file holds a description over the limit.");
        }

        if (count < 0 || count > Left)
        {
            throw Cut();
        }

        byte[] bytes = new byte[count];
        if (MediaFile.ReadFully(_source, Position, bytes) < count)
        {
            throw Cut();
        }

        Position += count;
        return bytes;
    }

    // 2^53: far above every place and time of a file, and products with small factors still fit 64 bits.
    private const long Largest = 1L << 53;

    private static MediaFileException Cut() => new("The file is cut short, or one of its parts says it is longer than what holds it.");

    private ReadOnlySpan<byte> Take(int count)
    {
        ReadOnlySpan<byte> bytes = Peek(count);
        if (bytes.Length < count)
        {
            throw Cut();
        }

        Position += count;
        return bytes;
    }
}
