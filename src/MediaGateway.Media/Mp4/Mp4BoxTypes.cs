namespace MediaGateway.Media.Mp4;

/// <summary>The names of the boxes that are read (ISO/IEC 14496-12, ISO/IEC 14496-14, ISO/IEC 14496-15, QuickTime File Format).</summary>
internal static class Mp4BoxTypes
{
    public const uint FileType = 0x66747970; // ftyp
    public const uint SegmentType = 0x73747970; // styp
    public const uint Free = 0x66726565;
    public const uint Skip = 0x736B6970;
    public const uint Wide = 0x77696465;
    public const uint Preview = 0x706E6F74; // pnot
    public const uint MediaData = 0x6D646174; // mdat
    public const uint SegmentIndex = 0x73696478; // sidx
    public const uint Extension = 0x75756964; // uuid

    public const uint Movie = 0x6D6F6F76; // moov
    public const uint MovieHeader = 0x6D766864; // mvhd
    public const uint CompressedMovie = 0x636D6F76; // cmov
    public const uint Track = 0x7472616B; // trak
    public const uint TrackHeader = 0x746B6864; // tkhd
    public const uint Edits = 0x65647473; // edts
    public const uint EditList = 0x656C7374; // elst
    public const uint Media = 0x6D646961; // mdia
    public const uint MediaHeader = 0x6D646864; // mdhd
    public const uint Handler = 0x68646C72; // hdlr
    public const uint MediaInformation = 0x6D696E66; // minf
    public const uint SampleTable = 0x7374626C; // stbl
    public const uint SampleDescription = 0x73747364; // stsd
    public const uint TimeToSample = 0x73747473; // stts
    public const uint CompositionOffset = 0x63747473; // ctts
    public const uint SyncSample = 0x73747373; // stss
    public const uint SampleToChunk = 0x73747363; // stsc
    public const uint SampleSize = 0x7374737A; // stsz
    public const uint CompactSampleSize = 0x73747A32; // stz2
    public const uint ChunkOffset = 0x7374636F; // stco
    public const uint LargeChunkOffset = 0x636F3634; // co64

    public const uint MovieExtends = 0x6D766578; // mvex
    public const uint TrackExtends = 0x74726578; // trex
    public const uint MovieFragment = 0x6D6F6F66; // moof
    public const uint TrackFragment = 0x74726166; // traf
    public const uint TrackFragmentHeader = 0x74666864; // tfhd
    public const uint TrackFragmentTime = 0x74666474; // tfdt
    public const uint TrackRun = 0x7472756E; // trun

    public const uint VideoHandler = 0x76696465; // vide
    public const uint SoundHandler = 0x736F756E; // soun

    public const uint Avc1 = 0x61766331;
    public const uint Avc3 = 0x61766333;
    public const uint AvcConfiguration = 0x61766343; // avcC
    public const uint Mp4Audio = 0x6D703461; // mp4a
    public const uint QuickTimeMp3 = 0x2E6D7033; // .mp3
    public const uint Opus = 0x4F707573;
    public const uint OpusConfiguration = 0x644F7073; // dOps
    public const uint ElementaryStream = 0x65736473; // esds
    public const uint QuickTimeWave = 0x77617665; // wave

    /// <summary>Whether a file may start with a box of this name.</summary>
    public static bool StartsFile(uint type) => type
        is FileType or SegmentType or Free or Skip or Wide or Preview or MediaData or Movie or MovieFragment or SegmentIndex or Extension;

    /// <summary>The name as text, for words about it.</summary>
    public static string TextOf(uint type)
    {
        Span<char> text = stackalloc char[4];
        for (int index = 0; index < text.Length; index++)
        {
            char letter = (char)((type >> (24 - (8 * index))) & 0xFF);
            text[index] = char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' ? letter : '?';
        }

        return new string(text);
    }
}
