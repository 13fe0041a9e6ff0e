using MediaGateway.Media.Files;
using MediaGateway.Media.Frames;

namespace MediaGateway.Media.Mp4;

/// <summary>Reads track boxes (ISO/IEC 14496-12 8.3).</summary>
internal sealed class Mp4TrackReader(Mp4BoxWalk walk, long movieRate)
{
    // Above this an edit or a time is no longer meant: 100 years of 90 kHz.
    private const long LargestTime = 1L << 48;

    private readonly Mp4FormatReader _formats = new(walk);

    /// <summary>Reads a track; null when it is neither pictures nor sound.</summary>
    public Mp4SourceTrack? Read(in Mp4BoxPlace track)
    {
        uint id = 0;
        (long Empty, long Cut) edits = (0, 0);
        Mp4BoxPlace? media = null;
        foreach (Mp4BoxPlace box in walk.Boxes(track.Body, track.End))
        {
            switch (box.Type)
            {
                case Mp4BoxTypes.TrackHeader:
                    id = ReadId(in box);
                    break;
                case Mp4BoxTypes.Edits when walk.Find(in box, Mp4BoxTypes.EditList) is { } list:
                    edits = ReadEdits(in list);
                    break;
                case Mp4BoxTypes.Media:
                    media = box;
                    break;
                default:
                    break;
            }
        }

        return media is { } found ? ReadMedia(in found, id, edits) : null;
    }

    private Mp4SourceTrack? ReadMedia(in Mp4BoxPlace media, uint id, (long Empty, long Cut) edits)
    {
        uint rate = 0;
        uint handler = 0;
        Mp4BoxPlace? table = null;
        foreach (Mp4BoxPlace box in walk.Boxes(media.Body, media.End))
        {
            switch (box.Type)
            {
                case Mp4BoxTypes.MediaHeader:
                    rate = ReadRate(in box);
                    break;
                case Mp4BoxTypes.Handler:
                    SourceCursor cursor = walk.Cursor(in box, out _, out _);
                    cursor.Skip(4);
                    handler = cursor.ReadUInt32();
                    break;
                case Mp4BoxTypes.MediaInformation:
                    table = walk.Find(in box, Mp4BoxTypes.SampleTable);
                    break;
                default:
                    break;
            }
        }

        if (handler is not (Mp4BoxTypes.VideoHandler or Mp4BoxTypes.SoundHandler))
        {
            return null;
        }

        if (rate is 0 or > int.MaxValue)
        {
            throw new MediaFileException("A track has no unit of time.");
        }

        TrackKind kind = handler == Mp4BoxTypes.VideoHandler ? TrackKind.Video : TrackKind.Audio;
        Mp4BoxPlace? description = table is { } place ? walk.Find(in place, Mp4BoxTypes.SampleDescription) : null;
        return new Mp4SourceTrack
        {
            Id = id,
            Kind = kind,
            Rate = (int)rate,
            Shift = ShiftOf(edits, (int)rate),
            Formats = description is { } found ? _formats.Read(in found, kind) : [],
            Table = table,
        };
    }

    private long ShiftOf((long Empty, long Cut) edits, int rate)
    {
        Int128 empty = movieRate == 0 ? 0 : (Int128)edits.Empty * rate / movieRate;
        return empty < LargestTime ? (long)empty - edits.Cut : throw new MediaFileException("An edit list holds a time that cannot be.");
    }

    private uint ReadId(in Mp4BoxPlace box)
    {
        SourceCursor cursor = walk.Cursor(in box, out int version, out _);
        cursor.Skip(version == 1 ? 16 : 8);
        return cursor.ReadUInt32();
    }

    private uint ReadRate(in Mp4BoxPlace box)
    {
        SourceCursor cursor = walk.Cursor(in box, out int version, out _);
        cursor.Skip(version == 1 ? 16 : 8);
        return cursor.ReadUInt32();
    }

    // ISO/IEC 14496-12 8.6.6: empty edits, then the first with media says where it starts. What edits come after it is not followed.
    private (long Empty, long Cut) ReadEdits(in Mp4BoxPlace list)
    {
        SourceCursor cursor = walk.Cursor(in list, out int version, out _);
        uint count = cursor.ReadUInt32();
        if (count > cursor.Left / (version == 1 ? 20 : 12))
        {
            throw new MediaFileException("An edit list says that it is longer than what holds it.");
        }

        long empty = 0;
        for (uint index = 0; index < count && index < MediaFileLimits.MaximumEntries; index++)
        {
            long duration = version == 1 ? cursor.ReadInt64() : cursor.ReadUInt32();
            long mediaTime = version == 1 ? cursor.ReadInt64() : unchecked((int)cursor.ReadUInt32());
            cursor.Skip(4);
            if (mediaTime is >= 0 and < LargestTime)
            {
                return (empty, mediaTime);
            }

            empty = Math.Clamp(empty + duration, 0, LargestTime);
        }

        return (empty, 0);
    }
}
