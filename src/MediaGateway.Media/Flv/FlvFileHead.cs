using System.Buffers;
using System.Diagnostics;
using MediaGateway.Media.Amf;
using MediaGateway.Media.Frames;

namespace MediaGateway.Media.Flv;

/// <summary>
/// The head of an FLV file: its header and the metadata. That of a file to seek in always has the same length, filled up with numbers that
/// nobody reads, so that it can be written anew in its place once duration and keyframes are known.
/// </summary>
/// <param name="tracks">The formats of the tracks.</param>
/// <param name="publisher">What the publisher says of its stream; null for nothing.</param>
/// <param name="index">The keyframes; null for a live transmission.</param>
/// <param name="duration">The last time in milliseconds.</param>
/// <param name="fileLength">Bytes of the file so far.</param>
internal sealed class FlvFileHead(
    IReadOnlyList<TrackFormat> tracks, StreamMetadata? publisher, FlvFileIndex? index, long duration, long fileLength)
{
    /// <summary>The property that fills the head of a file to seek in up to its length.</summary>
    public const string PaddingName = "padding";

    private const double MillisecondsPerSecond = 1000;

    // A number with its marker; a null is one byte.
    private const int NumberLength = 1 + sizeof(double);
    private const int EmptyPaddingLength = sizeof(ushort) + 7 + 1 + sizeof(int);

    // Two numbers for each keyframe. Beside them a size, a codec or a word of the publisher may come later.
    private const int Room = (FlvFileIndex.Capacity * 2 * NumberLength) + 1024;

    /// <summary>The length that the metadata may grow to.</summary>
    public int LongestMetadata => Metadata(publisher, length: null).WrittenCount + (index is null ? 0 : Room);

    /// <summary>Writes it.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="metadataLength">The length of the metadata: what <see cref="LongestMetadata"/> was at the beginning of the file.</param>
    public void Write(IBufferWriter<byte> output, int metadataLength)
    {
        bool fits = TryWrite(output, metadataLength);
        Debug.Assert(fits, "Without the publisher's words it always fits.");
    }

    /// <summary>Writes it, unless it cannot be made that long: the file is not one that was begun here.</summary>
    public bool TryWrite(IBufferWriter<byte> output, int metadataLength)
    {
        ArrayBufferWriter<byte> body = Metadata(publisher, metadataLength);
        if (body.WrittenCount != metadataLength)
        {
            body = Metadata(null, metadataLength); // The publisher has found many words since.
        }

        if (body.WrittenCount != metadataLength)
        {
            return false;
        }

        FlvTagWriter.WriteFileHeader(
            output, tracks.Any(static track => track.Kind == TrackKind.Audio), tracks.Any(static track => track.Kind == TrackKind.Video));
        FlvTagWriter.WriteTag(output, TrackKind.Data, milliseconds: 0, [], body.WrittenSpan);
        return true;
    }

    private ArrayBufferWriter<byte> Metadata(StreamMetadata? words, int? length)
    {
        List<KeyValuePair<string, AmfValue>> properties = [.. FlvMetadata.Build(tracks, words).Properties];
        if (index is not null)
        {
            AddRecording(properties, index);
        }

        ArrayBufferWriter<byte> body = Write(properties);
        int missing = (length ?? body.WrittenCount) - body.WrittenCount - EmptyPaddingLength;
        if (index is null || missing < 0)
        {
            return body;
        }

        AmfValue[] padding =
        [
            .. Enumerable.Repeat(new AmfNumber(0), missing / NumberLength),
            .. Enumerable.Repeat(new AmfNull(), missing % NumberLength),
        ];
        properties.Add(new(PaddingName, new AmfStrictArray(padding)));
        return Write(properties);
    }

    private static ArrayBufferWriter<byte> Write(List<KeyValuePair<string, AmfValue>> properties)
    {
        var body = new ArrayBufferWriter<byte>();
        var writer = new Amf0Writer(body);
        writer.WriteString(FlvMetadata.Name);
        writer.WriteValue(new AmfEcmaArray(properties));
        return body;
    }

    // What players that seek by places in the file read; times are in seconds.
    private void AddRecording(List<KeyValuePair<string, AmfValue>> properties, FlvFileIndex keyframes)
    {
        IEnumerable<AmfValue> times = keyframes.Entries.Select(static entry => new AmfNumber(entry.Milliseconds / MillisecondsPerSecond));
        IEnumerable<AmfValue> positions = keyframes.Entries.Select(static entry => new AmfNumber(entry.Position));
        properties.Insert(0, new("duration", new AmfNumber(duration / MillisecondsPerSecond)));
        properties.Add(new("filesize", new AmfNumber(fileLength)));
        properties.Add(new("lasttimestamp", new AmfNumber(duration / MillisecondsPerSecond)));
        properties.Add(new("hasKeyframes", new AmfBoolean(keyframes.Entries.Count > 0)));
        properties.Add(new("canSeekToEnd", new AmfBoolean(false)));
        properties.Add(new("keyframes", new AmfObject(
            null, [new("times", new AmfStrictArray([.. times])), new("filepositions", new AmfStrictArray([.. positions]))])));
    }
}
