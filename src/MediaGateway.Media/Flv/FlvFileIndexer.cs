using MediaGateway.Media.Amf;
using MediaGateway.Media.Files;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;

namespace MediaGateway.Media.Flv;

/// <summary>
/// Reads the index of an FLV file (Video File Format v10.1, E) from tag to tag; only configurations and metadata are read whole. A last
/// tag that is cut short is left for later: the file may grow.
/// </summary>
/// <param name="keyframes">Notes where the tags of keyframes begin; null when nobody asks.</param>
internal sealed class FlvFileIndexer(FlvFileIndex? keyframes = null) : IMediaFileIndexer
{
    private const int FileHeaderLength = 9;
    private const int TagHeaderLength = 11;
    private const int TrailerLength = 4;
    private const int HeadLength = 64;
    private const int TypeMask = 0x1F;
    private const int FilterFlag = 0x20;
    private const int AudioTag = 8;
    private const int VideoTag = 9;
    private const int ScriptTag = 18;
    private const int MillisecondRate = 1000;

    // A recording of a live stream may keep its times; a file that starts a little late means it.
    private const long LateStart = 5000;

    private readonly MediaFileBuilder _builder = new(MediaFileKind.Flv);
    private readonly FlvTrackIndex _video = new(TrackKind.Video);
    private readonly FlvTrackIndex _audio = new(TrackKind.Audio);
    private readonly FlvFileClock _clock = new();
    private readonly int[] _tracks = [-1, -1, -1];
    private readonly long[] _last = [-1, -1, -1];
    private readonly long[] _step = new long[3];
    private ushort? _scriptEntry;
    private long _position;
    private long? _origin;
    private int _parts;

    /// <inheritdoc/>
    public bool CanGrow => true;

    /// <summary>Where the last whole tag ends with the size behind it, which itself may be cut short.</summary>
    public long End => _position;

    /// <summary>Bytes of the last whole tag without the size behind it.</summary>
    public int LastTagLength { get; private set; }

    /// <summary>The time of the last tag that holds a frame, in milliseconds from the first one.</summary>
    public long LastTime => Math.Max(Math.Max(_last[0], _last[1]), Math.Max(_last[2], 0));

    /// <inheritdoc/>
    public MediaFile Update(IByteSource source)
    {
        long length = source.Length;
        if (_position == 0)
        {
            _position = ReadFileHeader(source, length);
        }

        var cursor = new SourceCursor(source, _position, length, TagHeaderLength + HeadLength);
        while (TryReadTag(source, cursor))
        {
            _position = cursor.Position;
        }

        return _builder.Build(Math.Min(_position, length));
    }

    private static long ReadFileHeader(IByteSource source, long length)
    {
        var cursor = new SourceCursor(source, 0, length, FileHeaderLength);
        cursor.Skip(5);
        uint offset = cursor.ReadUInt32();
        return offset >= FileHeaderLength && offset <= length
            ? offset + TrailerLength
            : throw new MediaFileException("The header of the FLV file says that it is longer than the file.");
    }

    // Video File Format v10.1, E.4.1: type, size, timestamp with its high byte last, stream id; the body; the size of all that once more, which
    // is not looked at, as writers are known that get it wrong.
    private bool TryReadTag(IByteSource source, SourceCursor cursor)
    {
        ReadOnlySpan<byte> header = cursor.Peek(TagHeaderLength);
        if (header.Length < TagHeaderLength)
        {
            return false;
        }

        int type = header[0] & TypeMask;
        bool isFiltered = (header[0] & FilterFlag) != 0;
        int size = UInt24.ReadBigEndian(header[1..]);
        uint timestamp = ((uint)header[7] << 24) | (uint)UInt24.ReadBigEndian(header[4..]);
        long body = cursor.Position + TagHeaderLength;
        if (size > cursor.End - body)
        {
            return false;
        }

        ReadOnlySpan<byte> head = cursor.Peek(TagHeaderLength + Math.Min(size, HeadLength))[TagHeaderLength..];
        int before = _builder.Count;
        if (isFiltered)
        {
            _builder.LeaveOut("encrypted tags");
        }
        else if (size > 0)
        {
            var tag = new FlvTagPlace(source, body, size, timestamp);
            Take(type, in tag, head);
        }

        if (_builder.Count == before && ++_parts > MediaFileLimits.MaximumParts)
        {
            throw new MediaFileException($"The file has more than {MediaFileLimits.MaximumParts} tags that hold no frame.");
        }

        LastTagLength = TagHeaderLength + size;
        cursor.Position = body + size + TrailerLength;
        return true;
    }

    private void Take(int type, in FlvTagPlace tag, ReadOnlySpan<byte> head)
    {
        switch (type)
        {
            case AudioTag:
                TakeMedia(_audio, in tag, head);
                break;
            case VideoTag:
                TakeMedia(_video, in tag, head);
                break;
            case ScriptTag:
                TakeScript(in tag, head);
                break;
            default:
                break;
        }
    }

    private void TakeMedia(FlvTrackIndex track, in FlvTagPlace tag, ReadOnlySpan<byte> head)
    {
        FlvIndexed indexed = track.Read(in tag, head);
        if (indexed.Fault is not null)
        {
            _builder.LeaveOut(indexed.Fault);
        }
        else if (indexed.Format is { } format)
        {
            ushort entry = track.Entry is { } known && ReferenceEquals(_builder.Entry(known).Format, format)
                ? known
                : _builder.FindOrAddEntry(new MediaFileEntry(TrackOf(track.Kind), format, MillisecondRate, indexed.LengthSize));
            track.Entry = entry;
            Add(track.Kind, in tag, entry, in indexed);
        }
    }

    private int TrackOf(TrackKind kind) => _tracks[(int)kind] < 0 ? _tracks[(int)kind] = _builder.AddTrack() : _tracks[(int)kind];

    private void Add(TrackKind kind, in FlvTagPlace tag, ushort entry, in FlvIndexed indexed)
    {
        if (indexed.Offset >= tag.Size)
        {
            return;
        }

        long time = _clock.Unwrap(kind, tag.Timestamp);
        _origin ??= time >= LateStart ? time : 0;
        time = Math.Max(time - _origin.Value, 0);

        // Times never go back within a track.
        ref long last = ref _last[(int)kind];
        ref long step = ref _step[(int)kind];
        step = last >= 0 && time > last ? time - last : step;
        last = Math.Max(last, time);
        if (kind == TrackKind.Video && indexed.IsKeyframe)
        {
            keyframes?.Add(last, tag.Body - TagHeaderLength);
        }

        _builder.Add(
            new MediaSample(
                tag.Body + indexed.Offset, last, tag.Size - indexed.Offset, indexed.Composition, entry, indexed.IsKeyframe, indexed.FirstByte),
            step);
    }

    private void TakeScript(in FlvTagPlace tag, ReadOnlySpan<byte> head)
    {
        // AMF0 string: marker 2, length, then the name (E.4.4.1).
        ReadOnlySpan<byte> name = "\u0002\u0000\u000AonMetaData"u8;
        if (!head.StartsWith(name))
        {
            _scriptEntry ??= _builder.FindOrAddEntry(new MediaFileEntry(TrackOf(TrackKind.Data), ScriptDataFormat.Instance, MillisecondRate));
            Add(TrackKind.Data, in tag, _scriptEntry.Value, new FlvIndexed(ScriptDataFormat.Instance, IsKeyframe: true));
            return;
        }

        if (tag.Size > MediaFileLimits.MaximumMetadataBytes)
        {
            return;
        }

        var reader = new Amf0Reader(tag.ReadFrom(name.Length), AmfLimits.Default);
        if (reader.TryRead(out AmfValue? value) && value is AmfMap map)
        {
            _builder.Metadata = new StreamMetadata(map.Properties);
        }
    }
}
