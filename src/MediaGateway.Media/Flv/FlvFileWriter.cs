using System.Buffers;
using MediaGateway.Media.Frames;

namespace MediaGateway.Media.Flv;

/// <summary>
/// A stream as an FLV file (Video File Format v10.1, annex E): header, metadata, what configures the decoders, then a tag for each frame,
/// times from zero. A format that changes gets its configuration anew before the first frame that needs it, so that the file stays
/// playable. Carries everything that publishers send, newer codecs in the form of Enhanced RTMP v2. Used once, by one owner.
/// </summary>
/// <param name="output">Where the bytes go, in order. Each frame's payload is copied there once.</param>
/// <param name="index">
/// Makes a file to seek in: its head has room for duration and keyframes, which <see cref="WriteHead"/> fills in at the end. Null for a
/// live transmission, whose metadata has neither.
/// </param>
public sealed class FlvFileWriter(IBufferWriter<byte> output, FlvFileIndex? index = null)
{
    /// <summary>The last time that readers with signed numbers can take, in milliseconds: 24 days and 20 hours. A recording ends before.</summary>
    public const long LongestFile = int.MaxValue;

    private readonly List<FlvTagFormat> _further = [];
    private TrackFormat? _video;
    private TrackFormat? _audio;
    private StreamMetadata? _publisher;
    private int _metadataLength;
    private long? _epoch;

    /// <summary>Bytes written so far.</summary>
    public long Position { get; private set; }

    /// <summary>Bytes of the file's header and its metadata.</summary>
    public int HeadLength => FlvTagWriter.FileHeaderLength + FlvTagWriter.TagOverhead + _metadataLength;

    /// <summary>The latest time written, in milliseconds from the file's beginning.</summary>
    public long Duration { get; private set; }

    /// <summary>Frames written.</summary>
    public long Frames { get; private set; }

    /// <summary>Writes what stands before the first frame.</summary>
    /// <param name="formats">The tracks known so far; others may come.</param>
    /// <param name="publisher">What the publisher says of its stream; null for nothing.</param>
    public void Begin(IReadOnlyList<TrackFormat> formats, StreamMetadata? publisher)
    {
        ArgumentNullException.ThrowIfNull(formats);
        _publisher = publisher;
        foreach (TrackFormat format in formats)
        {
            Note(format);
        }

        FlvFileHead head = Head(fileLength: 0);
        _metadataLength = head.LongestMetadata;
        head.Write(output, _metadataLength);
        Position = HeadLength;
        foreach (TrackFormat format in formats)
        {
            WriteConfiguration(format, 0);
        }
    }

    /// <summary>Takes what the publisher says of its stream from now on; it goes into the head at the end.</summary>
    public void Describe(StreamMetadata publisher) => _publisher = publisher;

    /// <summary>Writes a frame, whose reference stays the caller's. Nothing is allocated unless its format is new.</summary>
    public void Write(MediaFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        long stamp = frame.Decoding.ToMilliseconds();
        _epoch ??= stamp;
        stamp = Math.Max(0, stamp - _epoch.Value);
        if (Note(frame.Format))
        {
            WriteConfiguration(frame.Format, stamp);
        }

        if (frame is { Kind: TrackKind.Video, IsKeyframe: true, Format: not FlvTagFormat { TrackId: > 0 } })
        {
            index?.Add(stamp, Position);
        }

        Span<byte> header = stackalloc byte[FlvTagBody.LongestHeader];
        int length = FlvTagBody.WriteHeader(frame, header);
        Position += FlvTagWriter.WriteTag(output, frame.Kind, stamp, header[..length], frame.Payload);
        Duration = Math.Max(Duration, stamp);
        Frames++;
    }

    /// <summary>Writes the first <see cref="HeadLength"/> bytes of the file anew, with what is known of it by now.</summary>
    public void WriteHead(IBufferWriter<byte> destination) => Head(Position).Write(destination, _metadataLength);

    private FlvFileHead Head(long fileLength)
    {
        List<TrackFormat> tracks = [.. _further];
        tracks.AddRange(new[] { _video, _audio }.OfType<TrackFormat>());
        return new FlvFileHead(tracks, _publisher, index, Duration, fileLength);
    }

    /// <summary>Notes the format of a track; false when it is known.</summary>
    private bool Note(TrackFormat format) => format switch
    {
        FlvTagFormat { TrackId: > 0 } further => !_further.Contains(further) && Replace(further),
        { Kind: TrackKind.Video } => Note(ref _video, format),
        { Kind: TrackKind.Audio } => Note(ref _audio, format),
        _ => false,
    };

    private bool Replace(FlvTagFormat further)
    {
        _further.RemoveAll(other => other.Kind == further.Kind && other.TrackId == further.TrackId);
        _further.Add(further);
        return true;
    }

    private static bool Note(ref TrackFormat? known, TrackFormat format)
    {
        if (ReferenceEquals(known, format))
        {
            return false;
        }

        bool isNew = !format.Equals(known);
        known = format;
        return isNew;
    }

    private void WriteConfiguration(TrackFormat format, long stamp)
    {
        if (!FlvTagBody.HasConfiguration(format))
        {
            return;
        }

        Span<byte> header = stackalloc byte[FlvTagBody.LongestHeader];
        int length = FlvTagBody.WriteConfigurationHeader(format, header, out ReadOnlySpan<byte> configuration);
        Position += FlvTagWriter.WriteTag(output, format.Kind, stamp, header[..length], configuration);
    }
}
