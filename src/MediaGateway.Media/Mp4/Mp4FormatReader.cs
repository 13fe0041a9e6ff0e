using MediaGateway.Media.Aac;
using MediaGateway.Media.Files;
using MediaGateway.Media.Flv;
using MediaGateway.Media.Frames;
using MediaGateway.Media.H264;

namespace MediaGateway.Media.Mp4;

/// <summary>What one sample description comes to.</summary>
/// <param name="Format">The format; null when it cannot be played.</param>
/// <param name="LengthSize">For H.264, bytes of the lengths before its NAL units.</param>
/// <param name="Reason">Why it cannot be played.</param>
internal readonly record struct Mp4Format(TrackFormat? Format, int LengthSize, string? Reason)
{
    /// <summary>One that cannot be played.</summary>
    public static Mp4Format Unplayable(string reason) => new(null, Avcc.LengthSize, reason);
}

/// <summary>Reads sample descriptions (ISO/IEC 14496-12 8.5.2, QuickTime File Format, Sample Description Atoms).</summary>
internal sealed class Mp4FormatReader(Mp4BoxWalk walk)
{
    // ISO/IEC 14496-12 8.5.2, 12.1.3, 12.2.3: bytes of a sample entry's own fields.
    private const int EntryHeader = 8;
    private const int VisualFields = 70;
    private const int SoundFields = 20;
    private const int QuickTimeVersion1Fields = 16;
    private const int QuickTimeVersion2Fields = 36;

    // ISO/IEC 14496-1 7.2.6.6, objectTypeIndication
    private const int Mpeg4Audio = 0x40;
    private const int Mpeg2AacMain = 0x66;
    private const int Mpeg2AacScalable = 0x68;
    private const int Mpeg2Layer3 = 0x69;
    private const int Mpeg1Layer3 = 0x6B;

    /// <summary>The formats of a track's sample descriptions, in their order.</summary>
    public List<Mp4Format> Read(in Mp4BoxPlace description, TrackKind kind)
    {
        SourceCursor cursor = walk.Cursor(in description, out _, out _);
        uint count = cursor.ReadUInt32();
        if (count > MediaFileLimits.MaximumEntries)
        {
            throw new MediaFileException("A track has too many sample descriptions.");
        }

        List<Mp4Format> formats = [];
        foreach (Mp4BoxPlace entry in walk.Boxes(cursor.Position, description.End))
        {
            if (formats.Count == count)
            {
                break;
            }

            formats.Add(kind == TrackKind.Video ? ReadVideo(in entry) : ReadSound(in entry));
        }

        return formats;
    }

    private static Mp4Format Unknown(in Mp4BoxPlace entry, string what) =>
        Mp4Format.Unplayable($"{what} in the codec {Mp4BoxTypes.TextOf(entry.Type)} cannot be played");

    private Mp4Format ReadVideo(in Mp4BoxPlace entry)
    {
        if (entry.Type is not (Mp4BoxTypes.Avc1 or Mp4BoxTypes.Avc3))
        {
            return Unknown(in entry, "pictures");
        }

        SourceCursor cursor = walk.Cursor(in entry);
        cursor.Skip(EntryHeader + VisualFields);
        foreach (Mp4BoxPlace box in walk.Boxes(cursor.Position, entry.End))
        {
            if (box.Type == Mp4BoxTypes.AvcConfiguration)
            {
                byte[] record = walk.Cursor(in box).ReadBytes(Length(in box), MediaFileLimits.MaximumConfigurationBytes);
                return AvcDecoderConfigurationRecord.ToFormat(record, out int lengthSize) is { } format
                    ? new Mp4Format(format, lengthSize, null)
                    : Mp4Format.Unplayable("pictures whose H.264 configuration cannot be read");
            }
        }

        return Mp4Format.Unplayable("pictures without an H.264 configuration");
    }

    private Mp4Format ReadSound(in Mp4BoxPlace entry)
    {
        SourceCursor cursor = walk.Cursor(in entry);
        cursor.Skip(EntryHeader);
        int version = cursor.ReadUInt16();
        cursor.Skip(6);
        int channels = cursor.ReadUInt16();
        cursor.Skip(6);
        int sampleRate = (int)(cursor.ReadUInt32() >> 16);
        cursor.Skip(version switch { 1 => QuickTimeVersion1Fields, 2 => QuickTimeVersion2Fields, _ => 0 });
        switch (entry.Type)
        {
            case Mp4BoxTypes.Opus:
                return new Mp4Format(new OpusFormat(channels == 1 ? 1 : 2), Avcc.LengthSize, null);
            case Mp4BoxTypes.QuickTimeMp3:
                return Mp3(sampleRate, channels);
            case Mp4BoxTypes.Mp4Audio:
                return ReadMpeg4(in entry, cursor.Position, sampleRate, channels);
            default:
                return Unknown(in entry, "sound");
        }
    }

    private Mp4Format ReadMpeg4(in Mp4BoxPlace entry, long start, int sampleRate, int channels)
    {
        foreach (Mp4BoxPlace box in walk.Boxes(start, entry.End))
        {
            // QuickTime puts the description one level deeper.
            Mp4BoxPlace? found = box.Type switch
            {
                Mp4BoxTypes.ElementaryStream => box,
                Mp4BoxTypes.QuickTimeWave => walk.Find(in box, Mp4BoxTypes.ElementaryStream),
                _ => null,
            };
            if (found is { } description)
            {
                return ReadElementaryStream(in description, sampleRate, channels);
            }
        }

        return Mp4Format.Unplayable("sound without a description of its codec");
    }

    private Mp4Format ReadElementaryStream(in Mp4BoxPlace box, int sampleRate, int channels)
    {
        byte[] bytes = walk.Cursor(in box).ReadBytes(Length(in box), MediaFileLimits.MaximumConfigurationBytes);
        if (bytes.Length < sizeof(uint) || !ElementaryStreamDescriptor.TryRead(bytes.AsSpan(sizeof(uint)), out int objectType, out Range range))
        {
            return Mp4Format.Unplayable("sound whose description cannot be read");
        }

        ReadOnlySpan<byte> configuration = bytes.AsSpan(sizeof(uint))[range];
        switch (objectType)
        {
            case Mpeg4Audio or (>= Mpeg2AacMain and <= Mpeg2AacScalable):
                return AudioSpecificConfig.ToFormat(configuration.ToArray()) is { } format
                    ? new Mp4Format(format, Avcc.LengthSize, null)
                    : Mp4Format.Unplayable("sound whose AAC configuration cannot be read");
            case Mpeg1Layer3 or Mpeg2Layer3:
                return Mp3(sampleRate, channels);
            default:
                return Mp4Format.Unplayable($"sound of the MPEG-4 object type 0x{objectType:X2} cannot be played");
        }
    }

    private static Mp4Format Mp3(int sampleRate, int channels) =>
        sampleRate is >= 8_000 and <= 48_000
            ? new Mp4Format(
                new PlainAudioFormat(CodecId.Mp3, sampleRate, channels == 1 ? 1 : 2, FlvSound.Mp3Header(sampleRate, channels)), Avcc.LengthSize, null)
            : Mp4Format.Unplayable("MP3 sound without a rate");

    private static int Length(in Mp4BoxPlace box) => (int)Math.Min(box.End - box.Body, int.MaxValue);
}

/// <summary>The elementary stream descriptor of MPEG-4 sound (ISO/IEC 14496-1 7.2.6.5 to 7.2.6.7).</summary>
internal static class ElementaryStreamDescriptor
{
    private const int StreamTag = 3;
    private const int DecoderTag = 4;
    private const int SpecificTag = 5;
    private const int DecoderFields = 13;

    /// <summary>Finds the object type and the decoder's configuration, which may be empty; false when a length passes its end.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out int objectType, out Range configuration)
    {
        (objectType, configuration) = (0, default);
        int position = 0;
        if (!TryReadTag(bytes, ref position, StreamTag, out _) || bytes.Length - position < 3)
        {
            return false;
        }

        // 8.3.3: the flags say which of the optional fields are there.
        int flags = bytes[position + 2];
        position += 3 + ((flags & 0x80) != 0 ? 2 : 0);
        position += (flags & 0x40) != 0 && position < bytes.Length ? bytes[position] + 1 : 0;
        position += (flags & 0x20) != 0 ? 2 : 0;
        if (!TryReadTag(bytes, ref position, DecoderTag, out int length) || length < DecoderFields)
        {
            return false;
        }

        objectType = bytes[position];
        int end = position + length;
        position += DecoderFields;
        if (position < end && TryReadTag(bytes[..end], ref position, SpecificTag, out int specific))
        {
            configuration = position..(position + specific);
        }

        return true;
    }

    private static bool TryReadTag(ReadOnlySpan<byte> bytes, ref int position, int tag, out int length)
    {
        length = 0;
        if (position >= bytes.Length || bytes[position] != tag)
        {
            return false;
        }

        position++;
        for (int count = 0; count < 4 && position < bytes.Length; count++)
        {
            byte part = bytes[position++];
            length = (length << 7) | (part & 0x7F);
            if ((part & 0x80) == 0)
            {
                break;
            }
        }

        return length <= bytes.Length - position;
    }
}
