using System.Buffers.Binary;
using System.Collections.Concurrent;
using MediaGateway.Media.Mp3;

namespace MediaGateway.Media.Silence;

/// <summary>
/// MP3 frames with their own headers and nothing behind them: no bit of main data, every gain zero. They need nothing from the frames
/// before them and give nothing to those after. Any thread.
/// </summary>
internal sealed class SilentMp3
{
    /// <summary>
    /// Payloads kept: a constant bit rate needs two (with padding and without), a variable one two for each of its fourteen rates.
    /// When a publisher makes up more, all are thrown away.
    /// </summary>
    public const int MaximumPayloads = 256;

    /// <summary>The longest payload that has a silent twin; a frame has at most 1441 bytes.</summary>
    private const int LongestPayload = 8192;

    /// <summary>Which coding of stereo the main data uses: there is none.</summary>
    private const byte ModeExtension = 0x30;

    private readonly ConcurrentDictionary<(ulong Headers, int Length), byte[]> _payloads = [];

    /// <summary>Payloads that are held.</summary>
    public int Count => _payloads.Count;

    /// <summary>The silent twin of a payload; empty when that is not whole frames of layer III.</summary>
    public ReadOnlyMemory<byte> For(ReadOnlySpan<byte> payload)
    {
        if (payload.Length > LongestPayload || !TryWalk(payload, [], out ulong headers))
        {
            return default;
        }

        (ulong, int) key = (headers, payload.Length);
        return _payloads.TryGetValue(key, out byte[]? known) ? known : Add(key, payload);
    }

    private ReadOnlyMemory<byte> Add((ulong, int) key, ReadOnlySpan<byte> payload)
    {
        byte[] silent = new byte[payload.Length];
        TryWalk(payload, silent, out _);
        if (_payloads.Count >= MaximumPayloads)
        {
            _payloads.Clear();
        }

        _payloads[key] = silent;
        return silent;
    }

    /// <summary>Goes from frame to frame and writes the silent ones, if there is room for them.</summary>
    private static bool TryWalk(ReadOnlySpan<byte> payload, Span<byte> silent, out ulong headers)
    {
        headers = 0;
        while (!payload.IsEmpty)
        {
            if (!Mp3FrameHeader.TryRead(payload, out Mp3FrameHeader header))
            {
                return false;
            }

            int length = header.FrameLength == 0 ? payload.Length : header.FrameLength;
            int prefix = Mp3FrameHeader.Length + (header.HasCheck ? Mp3FrameHeader.CheckLength : 0) + header.SideInformation;
            if (length > payload.Length || length < prefix)
            {
                return false;
            }

            uint bits = BinaryPrimitives.ReadUInt32BigEndian(payload) & ~(uint)ModeExtension;
            headers = unchecked((headers ^ bits) * 0x9E37_79B9_7F4A_7C15);
            if (!silent.IsEmpty)
            {
                Write(bits, header, silent[..length]);
                silent = silent[length..];
            }

            payload = payload[length..];
        }

        return headers != 0;
    }

    private static void Write(uint bits, in Mp3FrameHeader header, Span<byte> frame)
    {
        frame.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(frame, bits);
        if (!header.HasCheck)
        {
            return;
        }

        // ISO/IEC 11172-3 2.4.3.1: over the last two bytes of the header and the side information, which is zero.
        ushort check = 0xFFFF;
        check = Check(Check(check, frame[2]), frame[3]);
        for (int index = 0; index < header.SideInformation; index++)
        {
            check = Check(check, 0);
        }

        BinaryPrimitives.WriteUInt16BigEndian(frame[Mp3FrameHeader.Length..], check);
    }

    private static ushort Check(ushort check, byte next)
    {
        int value = check ^ (next << 8);
        for (int bit = 0; bit < 8; bit++)
        {
            value = (value & 0x8000) != 0 ? (value << 1) ^ 0x8005 : value << 1;
        }

        return (ushort)(value & 0xFFFF);
    }
}
