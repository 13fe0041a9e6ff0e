using MediaGateway.Media.Frames;

namespace MediaGateway.Media.Mp4;

/// <summary>
/// Writes what stands before the first fragment: <c>ftyp</c> and a <c>moov</c> without samples (ISO/IEC 14496-12 8.2, 8.8), with one track of
/// pictures, one of sound, or both.
/// </summary>
public static class Mp4Initialization
{
    private const int MovieTimescale = 1000;
    private const int FixedBytes = 2048;
    private const int UnityFixedPoint16 = 0x0001_0000;
    private const int UnityFixedPoint8 = 0x0100;
    private const int TrackEnabledInMovie = 3;
    private const int SelfContained = 1;
    private const int UndeterminedLanguage = 0x55C4; // "und", 8.4.2.3
    private const int SeventyTwoDotsPerInch = 0x0048_0000;

    // ISO/IEC 14496-1 7.2.6.6.2, objectTypeIndication
    private const int ObjectTypeAac = 0x40;
    private const int ObjectTypeMp3 = 0x6B;

    /// <summary>Writes the boxes; null leaves a track out.</summary>
    /// <exception cref="ArgumentException">There is no track, or MP4 cannot carry one: see <see cref="Mp4Track.CanCarry"/>.</exception>
    public static byte[] Build(TrackFormat? video, TrackFormat? audio)
    {
        if (video is null && audio is null)
        {
            throw new ArgumentException("A file needs a track.", nameof(video));
        }

        Mp4Track?[] tracks = [Mp4Track.Of(video), Mp4Track.Of(audio)];
        byte[] bytes = new byte[FixedBytes + ConfigurationBytes(video) + ConfigurationBytes(audio)];
        var writer = new Mp4BoxWriter(bytes);
        WriteFileType(ref writer);
        int movie = writer.Begin("moov"u8);
        WriteMovieHeader(ref writer);
        foreach (Mp4Track? track in tracks)
        {
            WriteTrack(ref writer, track);
        }

        int extends = writer.Begin("mvex"u8);
        foreach (Mp4Track? track in tracks)
        {
            WriteTrackExtends(ref writer, track);
        }

        writer.End(extends);
        writer.End(movie);
        return bytes[..writer.Length];
    }

    private static int ConfigurationBytes(TrackFormat? format) => format switch
    {
        H264Format video => video.ConfigurationRecord.Length,
        AacFormat audio => audio.AudioSpecificConfig.Length,
        _ => 0,
    };

    private static void WriteFileType(ref Mp4BoxWriter writer)
    {
        int box = writer.Begin("ftyp"u8);
        writer.Bytes("iso6"u8);
        writer.UInt32(0);
        writer.Bytes("iso6iso5mp41"u8);
        writer.End(box);
    }

    private static void WriteMovieHeader(ref Mp4BoxWriter writer)
    {
        int box = writer.BeginFull("mvhd"u8, 0, 0);
        writer.Zeros(8); // creation and modification time
        writer.UInt32(MovieTimescale);
        writer.UInt32(0); // duration: the fragments say
        writer.UInt32(UnityFixedPoint16); // rate
        writer.UInt16(UnityFixedPoint8); // volume
        writer.Zeros(10);
        WriteMatrix(ref writer);
        writer.Zeros(24);
        writer.UInt32(Mp4Track.AudioId + 1); // next_track_ID
        writer.End(box);
    }

    private static void WriteMatrix(ref Mp4BoxWriter writer)
    {
        writer.UInt32(UnityFixedPoint16);
        writer.Zeros(12);
        writer.UInt32(UnityFixedPoint16);
        writer.Zeros(12);
        writer.UInt32(0x4000_0000);
    }

    private static void WriteTrack(ref Mp4BoxWriter writer, Mp4Track? track)
    {
        if (track is null)
        {
            return;
        }

        int box = writer.Begin("trak"u8);
        WriteTrackHeader(ref writer, track);
        int media = writer.Begin("mdia"u8);
        int header = writer.BeginFull("mdhd"u8, 0, 0);
        writer.Zeros(8);
        writer.UInt32((uint)track.Timescale);
        writer.UInt32(0);
        writer.UInt16(UndeterminedLanguage);
        writer.UInt16(0);
        writer.End(header);
        bool isVideo = track.Format.Kind == TrackKind.Video;
        int handler = writer.BeginFull("hdlr"u8, 0, 0);
        writer.UInt32(0);
        writer.Bytes(isVideo ? "vide"u8 : "soun"u8);
        writer.Zeros(12);
        writer.Bytes(isVideo ? "video\0"u8 : "sound\0"u8);
        writer.End(handler);
        WriteMediaInformation(ref writer, track, isVideo);
        writer.End(media);
        writer.End(box);
    }

    private static void WriteTrackHeader(ref Mp4BoxWriter writer, Mp4Track track)
    {
        int box = writer.BeginFull("tkhd"u8, 0, TrackEnabledInMovie);
        writer.Zeros(8);
        writer.UInt32((uint)track.Id);
        writer.Zeros(4 + 4 + 8);
        writer.UInt16(0); // layer
        writer.UInt16(0); // alternate group
        writer.UInt16(track.Format.Kind == TrackKind.Audio ? UnityFixedPoint8 : 0);
        writer.UInt16(0);
        WriteMatrix(ref writer);
        (int width, int height) = track.Format is H264Format video ? (video.Width, video.Height) : (0, 0);
        writer.UInt32((uint)width << 16);
        writer.UInt32((uint)height << 16);
        writer.End(box);
    }

    private static void WriteMediaInformation(ref Mp4BoxWriter writer, Mp4Track track, bool isVideo)
    {
        int box = writer.Begin("minf"u8);
        int header = isVideo ? writer.BeginFull("vmhd"u8, 0, 1) : writer.BeginFull("smhd"u8, 0, 0);
        writer.Zeros(isVideo ? 8 : 4);
        writer.End(header);
        int data = writer.Begin("dinf"u8);
        int references = writer.BeginFull("dref"u8, 0, 0);
        writer.UInt32(1);
        writer.End(writer.BeginFull("url "u8, 0, SelfContained));
        writer.End(references);
        writer.End(data);
        int table = writer.Begin("stbl"u8);
        int descriptions = writer.BeginFull("stsd"u8, 0, 0);
        writer.UInt32(1);
        WriteSampleEntry(ref writer, track);
        writer.End(descriptions);
        WriteEmptyTable(ref writer, "stts"u8, 1);
        WriteEmptyTable(ref writer, "stsc"u8, 1);
        WriteEmptyTable(ref writer, "stsz"u8, 2);
        WriteEmptyTable(ref writer, "stco"u8, 1);
        writer.End(table);
        writer.End(box);
    }

    private static void WriteEmptyTable(ref Mp4BoxWriter writer, ReadOnlySpan<byte> type, int words)
    {
        int box = writer.BeginFull(type, 0, 0);
        writer.Zeros(words * sizeof(uint));
        writer.End(box);
    }

    private static void WriteTrackExtends(ref Mp4BoxWriter writer, Mp4Track? track)
    {
        if (track is null)
        {
            return;
        }

        int box = writer.BeginFull("trex"u8, 0, 0);
        writer.UInt32((uint)track.Id);
        writer.UInt32(1); // sample description
        writer.Zeros(12); // duration, size, flags: every fragment says
        writer.End(box);
    }

    private static void WriteSampleEntry(ref Mp4BoxWriter writer, Mp4Track track)
    {
        switch (track.Format)
        {
            case H264Format video:
                WriteVideoEntry(ref writer, video);
                break;
            case AacFormat aac:
                int mp4a = BeginAudioEntry(ref writer, "mp4a"u8, aac.Channels, aac.SampleRate);
                WriteElementaryStream(ref writer, ObjectTypeAac, aac.AudioSpecificConfig.Span);
                writer.End(mp4a);
                break;
            case OpusFormat opus:
                int entry = BeginAudioEntry(ref writer, "Opus"u8, opus.Channels, OpusFormat.ClockRate);
                WriteOpusSpecific(ref writer, opus.Channels);
                writer.End(entry);
                break;
            case PlainAudioFormat mp3:
                int box = BeginAudioEntry(ref writer, "mp4a"u8, mp3.Channels, mp3.SampleRate);
                WriteElementaryStream(ref writer, ObjectTypeMp3, []);
                writer.End(box);
                break;
        }
    }

    // ISO/IEC 14496-12 12.1.3, ISO/IEC 14496-15 5.4.2.1
    private static void WriteVideoEntry(ref Mp4BoxWriter writer, H264Format format)
    {
        int box = writer.Begin("avc1"u8);
        writer.Zeros(6);
        writer.UInt16(1); // data_reference_index
        writer.Zeros(16);
        writer.UInt16(format.Width);
        writer.UInt16(format.Height);
        writer.UInt32(SeventyTwoDotsPerInch);
        writer.UInt32(SeventyTwoDotsPerInch);
        writer.UInt32(0);
        writer.UInt16(1); // frame_count
        writer.Zeros(32); // compressorname
        writer.UInt16(0x0018); // depth
        writer.UInt16(0xFFFF); // pre_defined = -1
        int configuration = writer.Begin("avcC"u8);
        writer.Bytes(format.ConfigurationRecord.Span);
        writer.End(configuration);
        writer.End(box);
    }

    // ISO/IEC 14496-12 12.2.3
    private static int BeginAudioEntry(ref Mp4BoxWriter writer, ReadOnlySpan<byte> type, int channels, int sampleRate)
    {
        int box = writer.Begin(type);
        writer.Zeros(6);
        writer.UInt16(1); // data_reference_index
        writer.Zeros(8);
        writer.UInt16(channels);
        writer.UInt16(16); // samplesize
        writer.Zeros(4);
        writer.UInt32(sampleRate <= ushort.MaxValue ? (uint)sampleRate << 16 : 0);
        return box;
    }

    // ISO/IEC 14496-14 5.6, ISO/IEC 14496-1 7.2.6: the lengths fit one byte below 128, and are written in four so that they always fit.
    private static void WriteElementaryStream(ref Mp4BoxWriter writer, int objectType, ReadOnlySpan<byte> specific)
    {
        const int descriptorHeader = 5;
        int specificBytes = specific.Length == 0 ? 0 : descriptorHeader + specific.Length;
        int configurationBytes = 13 + specificBytes;
        int box = writer.BeginFull("esds"u8, 0, 0);
        BeginDescriptor(ref writer, 0x03, 3 + descriptorHeader + configurationBytes + descriptorHeader + 1);
        writer.UInt16(Mp4Track.AudioId);
        writer.UInt8(0);
        BeginDescriptor(ref writer, 0x04, configurationBytes);
        writer.UInt8(objectType);
        writer.UInt8(0x15); // an audio stream, no up-stream, reserved bit set
        writer.Zeros(3 + 4 + 4); // buffer size and bit rates: unknown
        if (specificBytes > 0)
        {
            BeginDescriptor(ref writer, 0x05, specific.Length);
            writer.Bytes(specific);
        }

        BeginDescriptor(ref writer, 0x06, 1);
        writer.UInt8(0x02); // MP4
        writer.End(box);
    }

    private static void BeginDescriptor(ref Mp4BoxWriter writer, int tag, int length)
    {
        writer.UInt8(tag);
        writer.UInt8(0x80 | ((length >> 21) & 0x7F));
        writer.UInt8(0x80 | ((length >> 14) & 0x7F));
        writer.UInt8(0x80 | ((length >> 7) & 0x7F));
        writer.UInt8(length & 0x7F);
    }

    // "Encapsulation of Opus in ISO Base Media File Format" 4.3.2
    private static void WriteOpusSpecific(ref Mp4BoxWriter writer, int channels)
    {
        const int preSkip = 312; // libopus's own delay, 6.5 ms
        int box = writer.Begin("dOps"u8);
        writer.UInt8(0); // version
        writer.UInt8(channels);
        writer.UInt16(preSkip);
        writer.UInt32(OpusFormat.ClockRate);
        writer.UInt16(0); // gain
        writer.UInt8(0); // mapping family
        writer.End(box);
    }
}
