using System.Buffers.Binary;

namespace MediaGateway.Media.MpegTs;

/// <summary>
/// Writes packets of an MPEG-2 transport stream (ISO/IEC 13818-1 2.4.3): tables and PES packets, cut into 188 bytes, with the counters that
/// go on from one piece to the next. One owner, one thread.
/// </summary>
internal sealed class TransportStreamWriter
{
    /// <summary>Bytes of a packet.</summary>
    public const int PacketBytes = 188;

    /// <summary>Packets of the tables.</summary>
    public const int TablePackets = 2;

    /// <summary>The packet identifier of the pictures.</summary>
    public const int VideoPid = 0x100;

    /// <summary>The packet identifier of the sound.</summary>
    public const int AudioPid = 0x101;

    private const int HeaderBytes = 4;
    private const int BodyBytes = PacketBytes - HeaderBytes;
    private const int ProgramTablePid = 0x1000;
    private const int StreamTypeH264 = 0x1B;
    private const int StreamTypeAdts = 0x0F;
    private const int StreamTypeMp3 = 0x03;
    private const int ClockAdaptationBytes = 8;
    private const byte RandomAccess = 0x40;
    private const byte HasClock = 0x10;

    private readonly byte[] _counters = new byte[4];

    /// <summary>The most bytes that a PES packet of that many bytes takes.</summary>
    public static int MaximumBytes(int pesBytes) => ((pesBytes + ClockAdaptationBytes + BodyBytes - 1) / BodyBytes * PacketBytes) + PacketBytes;

    /// <summary>Writes the program association and the program map table (2.4.4).</summary>
    /// <returns>Bytes written.</returns>
    public int WriteTables(Span<byte> destination, bool hasVideo, bool hasAudio, bool isMp3)
    {
        Span<byte> section = stackalloc byte[64];
        ReadOnlySpan<byte> association = [0x00, 0xB0, 13, 0, 1, 0xC1, 0, 0, 0, 1, 0xE0 | (ProgramTablePid >> 8), ProgramTablePid & 0xFF];
        association.CopyTo(section);
        int length = EndSection(section, association.Length);
        WriteSection(destination, 0, ref _counters[0], section[..length]);
        int clockPid = hasVideo ? VideoPid : AudioPid;
        ReadOnlySpan<byte> map =
            [0x02, 0xB0, 0, 0, 1, 0xC1, 0, 0, (byte)(0xE0 | (clockPid >> 8)), unchecked((byte)clockPid), 0xF0, 0];
        map.CopyTo(section);
        length = map.Length;
        length += hasVideo ? WriteStream(section[length..], StreamTypeH264, VideoPid) : 0;
        length += hasAudio ? WriteStream(section[length..], isMp3 ? StreamTypeMp3 : StreamTypeAdts, AudioPid) : 0;
        section[2] = (byte)(length - 3 + sizeof(uint));
        length = EndSection(section, length);
        WriteSection(destination[PacketBytes..], ProgramTablePid, ref _counters[1], section[..length]);
        return TablePackets * PacketBytes;
    }

    /// <summary>Writes a PES packet.</summary>
    /// <param name="destination">Where to; <see cref="MaximumBytes"/> fit.</param>
    /// <param name="pid">Whose it is.</param>
    /// <param name="pes">The whole PES packet.</param>
    /// <param name="clock">The program clock, in ticks of 1/90,000 s; null to write none.</param>
    /// <param name="isRandomAccess">Whether decoding may begin here.</param>
    /// <returns>Bytes written.</returns>
    public int WritePes(Span<byte> destination, int pid, ReadOnlySpan<byte> pes, long? clock, bool isRandomAccess)
    {
        ref byte counter = ref _counters[pid == VideoPid ? 2 : 3];
        int written = 0;
        bool isFirst = true;
        while (pes.Length > 0)
        {
            Span<byte> packet = destination.Slice(written, PacketBytes);
            int adaptation = isFirst && clock is not null ? ClockAdaptationBytes : isFirst && isRandomAccess ? 2 : 0;
            adaptation = Math.Max(adaptation, BodyBytes - pes.Length);
            WriteHeader(packet, pid, isFirst, adaptation > 0, ref counter);
            if (adaptation > 0)
            {
                WriteAdaptation(packet.Slice(HeaderBytes, adaptation), isFirst ? clock : null, isFirst && isRandomAccess);
            }

            int bytes = BodyBytes - adaptation;
            pes[..bytes].CopyTo(packet[(HeaderBytes + adaptation)..]);
            pes = pes[bytes..];
            written += PacketBytes;
            isFirst = false;
        }

        return written;
    }

    private static void WriteHeader(Span<byte> packet, int pid, bool isStart, bool hasAdaptation, ref byte counter)
    {
        packet[0] = 0x47;
        packet[1] = (byte)((isStart ? 0x40 : 0) | (pid >> 8));
        packet[2] = unchecked((byte)pid);
        packet[3] = (byte)((hasAdaptation ? 0x30 : 0x10) | counter);
        counter = (byte)((counter + 1) & 0x0F);
    }

    // 2.4.3.4; what is left over is stuffing.
    private static void WriteAdaptation(Span<byte> field, long? clock, bool isRandomAccess)
    {
        field.Fill(0xFF);
        field[0] = (byte)(field.Length - 1);
        if (field.Length == 1)
        {
            return;
        }

        field[1] = (byte)((isRandomAccess ? RandomAccess : 0) | (clock is null ? 0 : HasClock));
        if (clock is { } time)
        {
            long reference = time & 0x1_FFFF_FFFF;
            BinaryPrimitives.WriteUInt32BigEndian(field[2..], unchecked((uint)(reference >> 1)));
            field[6] = (byte)(((reference & 1) << 7) | 0x7E);
            field[7] = 0;
        }
    }

    private static int WriteStream(Span<byte> section, int type, int pid)
    {
        section[0] = (byte)type;
        section[1] = (byte)(0xE0 | (pid >> 8));
        section[2] = unchecked((byte)pid);
        section[3] = 0xF0;
        section[4] = 0;
        return 5;
    }

    private static int EndSection(Span<byte> section, int length)
    {
        BinaryPrimitives.WriteUInt32BigEndian(section[length..], Check(section[..length]));
        return length + sizeof(uint);
    }

    private static void WriteSection(Span<byte> packet, int pid, ref byte counter, ReadOnlySpan<byte> section)
    {
        WriteHeader(packet[..PacketBytes], pid, isStart: true, hasAdaptation: false, ref counter);
        packet[HeaderBytes] = 0; // pointer_field
        section.CopyTo(packet[(HeaderBytes + 1)..]);
        packet[(HeaderBytes + 1 + section.Length)..PacketBytes].Fill(0xFF);
    }

    // Annex A: CRC-32 with polynomial 04C11DB7, not reflected.
    private static uint Check(ReadOnlySpan<byte> bytes)
    {
        uint check = 0xFFFF_FFFF;
        foreach (byte value in bytes)
        {
            check ^= (uint)value << 24;
            for (int bit = 0; bit < 8; bit++)
            {
                check = (check & 0x8000_0000) != 0 ? (check << 1) ^ 0x04C1_1DB7 : check << 1;
            }
        }

        return check;
    }
}
