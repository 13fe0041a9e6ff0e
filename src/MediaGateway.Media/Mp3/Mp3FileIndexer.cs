using MediaGateway.Media.Files;
using MediaGateway.Media.Flv;
using MediaGateway.Media.Frames;

namespace MediaGateway.Media.Mp3;

/// <summary>
/// Reads the index of an MP3 file by going from frame to frame, whatever their bit rates. Tags at both ends and the frame of silence that
/// holds a table for seeking are left out; what lies between frames is passed, as far as a limit.
/// </summary>
internal sealed class Mp3FileIndexer : IMediaFileIndexer
{
    private const int TagHeaderLength = 10;
    private const int TagFooterFlag = 0x10;

    // Where encoders put their table, behind the header: Xing and LAME after the side information, Fraunhofer at a fixed place.
    private const int FraunhoferOffset = 36;
    private const int MarkLength = 4;
    private const int HeadLength = 64;
    private const int FramesToBeSure = 2;

    /// <inheritdoc/>
    public bool CanGrow => false;

    /// <summary>Whether a file that is of no other kind has MP3 frames at its start, behind tags and what little else may stand there.</summary>
    public static bool IsLikely(IByteSource source)
    {
        var cursor = new SourceCursor(source, 0, source.Length);
        SkipTags(cursor);
        return TryFindFrame(cursor, isFirst: true, out _);
    }

    /// <inheritdoc/>
    public MediaFile Update(IByteSource source)
    {
        var cursor = new SourceCursor(source, 0, source.Length);
        var builder = new MediaFileBuilder(MediaFileKind.Mp3);
        int track = builder.AddTrack();
        PlainAudioFormat? format = null;
        ushort entry = 0;
        long samples = 0;
        SkipTags(cursor);
        while (TryFindFrame(cursor, isFirst: format is null, out Mp3FrameHeader frame))
        {
            ReadOnlySpan<byte> head = cursor.Peek(HeadLength);
            bool isTable = format is null && IsTable(head, in frame);
            PlainAudioFormat? read = FlvSound.ReadMp3Format(head, format);
            if (!ReferenceEquals(read, format) && read is not null)
            {
                format = read;
                entry = builder.FindOrAddEntry(new MediaFileEntry(track, format, format.SampleRate));
            }

            if (!isTable)
            {
                builder.Add(new MediaSample(cursor.Position, samples, frame.FrameLength, 0, entry, IsKeyframe: true), frame.Samples);
                samples += frame.Samples;
            }

            cursor.Position += frame.FrameLength;
        }

        return builder.Build(cursor.End);
    }

    // ID3v2.4, 3.1: "ID3", version, flags, 28 bits of size in four bytes.
    private static void SkipTags(SourceCursor cursor)
    {
        for (int count = 0; count < MediaFileLimits.MaximumEntries; count++)
        {
            ReadOnlySpan<byte> head = cursor.Peek(TagHeaderLength);
            if (head.Length < TagHeaderLength || !head.StartsWith("ID3"u8))
            {
                return;
            }

            int size = ((head[6] & 0x7F) << 21) | ((head[7] & 0x7F) << 14) | ((head[8] & 0x7F) << 7) | (head[9] & 0x7F);
            cursor.Skip(TagHeaderLength + size + ((head[5] & TagFooterFlag) != 0 ? TagHeaderLength : 0));
        }
    }

    /// <summary>Goes to the next whole frame; false at the end.</summary>
    private static bool TryFindFrame(SourceCursor cursor, bool isFirst, out Mp3FrameHeader frame)
    {
        for (int searched = 0; searched < MediaFileLimits.MaximumSearchBytes; searched++)
        {
            if (cursor.Left < Mp3FrameHeader.Length)
            {
                break;
            }

            bool mustCheck = isFirst || searched > 0;
            if (Mp3FrameHeader.TryRead(cursor.Peek(Mp3FrameHeader.Length), out frame)
                && frame.FrameLength > Mp3FrameHeader.Length
                && frame.FrameLength <= cursor.Left
                && (!mustCheck || IsFollowed(cursor, in frame)))
            {
                return true;
            }

            cursor.Position++;
        }

        frame = default;
        return false;
    }

    // Eleven bits of sync are soon found anywhere: a frame that was searched for must have two others behind it, or the end.
    private static bool IsFollowed(SourceCursor cursor, in Mp3FrameHeader frame)
    {
        long position = cursor.Position;
        Mp3FrameHeader next = frame;
        bool isFollowed = true;
        for (int count = 0; count < FramesToBeSure && isFollowed && next.FrameLength > 0; count++)
        {
            cursor.Position += next.FrameLength;
            if (cursor.Left < Mp3FrameHeader.Length)
            {
                break;
            }

            isFollowed = Mp3FrameHeader.TryRead(cursor.Peek(Mp3FrameHeader.Length), out next) && next.SampleRate == frame.SampleRate;
        }

        cursor.Position = position;
        return isFollowed;
    }

    private static bool IsTable(ReadOnlySpan<byte> head, in Mp3FrameHeader frame)
    {
        int offset = Mp3FrameHeader.Length + frame.SideInformation;
        if (head.Length < offset + MarkLength)
        {
            return false;
        }

        ReadOnlySpan<byte> mark = head.Slice(offset, MarkLength);
        return mark.SequenceEqual("Xing"u8) || mark.SequenceEqual("Info"u8)
            || (head.Length >= FraunhoferOffset + MarkLength && head.Slice(FraunhoferOffset, MarkLength).SequenceEqual("VBRI"u8));
    }
}
