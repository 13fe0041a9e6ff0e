using System.Buffers;
using MediaGateway.Media.Amf;
using MediaGateway.Media.Files;
using MediaGateway.Media.Flv;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Chunks;
using MediaGateway.Rtmp.Messages;
using MediaGateway.Rtmp.Sessions;

namespace MediaGateway.Rtmp.Media;

/// <summary>
/// Frames and track formats as complete RTMP messages, chunked with absolute headers: every viewer with the same message stream and
/// chunk size can be sent the same bytes, from any message on. Stateless; any thread. The caller owns the buffers returned.
/// Timestamps are stream time in milliseconds and leave modulo 2^32; the stream's owner keeps them from being negative, as −1 would
/// read as 49 days.
/// </summary>
public static class RtmpMediaWriter
{
    private const int AudioChunkStreamId = 4;
    private const int DataChunkStreamId = 5;
    private const int VideoChunkStreamId = 6;

    /// <summary>Whether a track can be sent to a peer that announced <paramref name="capabilities"/>.</summary>
    public static bool CanCarry(TrackFormat format, RtmpPeerCapabilities capabilities)
    {
        ArgumentNullException.ThrowIfNull(format);
        ArgumentNullException.ThrowIfNull(capabilities);
        return format switch
        {
            ScriptDataFormat => true,
            OpusFormat or FlvTagFormat { IsEnhanced: true, TrackId: 0 } => capabilities.IsEnhanced && capabilities.Codecs.Contains(format.Codec),
            FlvTagFormat { IsEnhanced: true } => capabilities.TakesMultitrack && capabilities.Codecs.Contains(format.Codec),
            _ => capabilities.Codecs.Contains(format.Codec),
        };
    }

    /// <summary>Whether tracks of this format begin with a message that configures the decoder.</summary>
    public static bool HasSequenceHeader(TrackFormat format) => FlvTagBody.HasConfiguration(format);

    /// <summary>
    /// A frame as an audio, video or data message. The frame's reference stays with the caller; its payload is copied once. Nothing is
    /// allocated but the buffer.
    /// </summary>
    /// <param name="frame">A frame of any format.</param>
    /// <param name="timestampMilliseconds">The decoding time on the stream's own timeline.</param>
    /// <param name="messageStreamId">The viewers' message stream.</param>
    /// <param name="chunkSize">The chunk size in force towards the viewers.</param>
    /// <param name="pool">Where the buffer is rented, for <see cref="BufferOwner.WireImage"/>.</param>
    /// <param name="length">Bytes written to the buffer.</param>
    public static PooledBuffer WriteFrame(
        MediaFrame frame,
        long timestampMilliseconds,
        uint messageStreamId,
        int chunkSize,
        BufferPool pool,
        out int length)
    {
        ArgumentNullException.ThrowIfNull(frame);
        Span<byte> tag = stackalloc byte[FlvTagBody.LongestHeader];
        int tagLength = FlvTagBody.WriteHeader(frame, tag);
        var target = new Target(timestampMilliseconds, messageStreamId, chunkSize, pool);
        return Write(frame.Kind, tag[..tagLength], frame.Payload, target, out length);
    }

    /// <summary>The sequence header of a track: an audio or video message that configures the viewer's decoder.</summary>
    /// <param name="format">A format that <see cref="HasSequenceHeader"/>.</param>
    /// <param name="timestampMilliseconds">The stream time of the first frame that needs it.</param>
    /// <param name="messageStreamId">The viewers' message stream.</param>
    /// <param name="chunkSize">The chunk size in force towards the viewers.</param>
    /// <param name="pool">Where the buffer is rented, for <see cref="BufferOwner.WireImage"/>.</param>
    /// <param name="length">Bytes written to the buffer.</param>
    public static PooledBuffer WriteSequenceHeader(
        TrackFormat format,
        long timestampMilliseconds,
        uint messageStreamId,
        int chunkSize,
        BufferPool pool,
        out int length)
    {
        ArgumentNullException.ThrowIfNull(format);
        var target = new Target(timestampMilliseconds, messageStreamId, chunkSize, pool);
        Span<byte> tag = stackalloc byte[FlvTagBody.LongestHeader];
        int tagLength = FlvTagBody.WriteConfigurationHeader(format, tag, out ReadOnlySpan<byte> configuration);
        return Write(format.Kind, tag[..tagLength], configuration, target, out length);
    }

    /// <summary>
    /// The <c>onMetaData</c> message of a live stream: an ECMA array that names the codecs of exactly the tracks given, as a promised
    /// track that never comes stalls players, and no duration, as players take a stream that has one for a recording. Its timestamp is
    /// always 0: FFmpeg, and so VLC, takes metadata with any other for a subtitle track and ignores what it says.
    /// </summary>
    /// <param name="formats">The formats of the tracks that the receiver will get.</param>
    /// <param name="publisher">What the publisher said of its stream, passed on where it is true for the receiver; null for nothing.</param>
    /// <param name="messageStreamId">The receivers' message stream.</param>
    /// <param name="chunkSize">The chunk size in force towards them.</param>
    /// <param name="pool">Where the buffer is rented, for <see cref="BufferOwner.WireImage"/>.</param>
    /// <param name="length">Bytes written to the buffer.</param>
    /// <param name="asPublisher">Whether the receiver is a server that is to keep it (<c>@setDataFrame</c>), not a player.</param>
    public static PooledBuffer WriteMetadata(
        IReadOnlyList<TrackFormat> formats,
        StreamMetadata? publisher,
        uint messageStreamId,
        int chunkSize,
        BufferPool pool,
        out int length,
        bool asPublisher = false)
    {
        ArgumentNullException.ThrowIfNull(formats);
        var body = new ArrayBufferWriter<byte>();
        var writer = new Amf0Writer(body);
        if (asPublisher)
        {
            writer.WriteString("@setDataFrame");
        }

        writer.WriteString(FlvMetadata.Name);
        writer.WriteValue(FlvMetadata.Build(formats, publisher));
        var target = new Target(TimestampMilliseconds: 0, messageStreamId, chunkSize, pool);
        return Write(TrackKind.Data, [], body.WrittenSpan, target, out length);
    }

    /// <summary>The <c>onMetaData</c> message of a recording. Its timestamp is always 0, as that of a live stream.</summary>
    /// <param name="properties">What is said.</param>
    /// <param name="messageStreamId">The receiver's message stream.</param>
    /// <param name="chunkSize">The chunk size in force towards it.</param>
    /// <param name="pool">Where the buffer is rented, for <see cref="BufferOwner.WireImage"/>.</param>
    /// <param name="length">Bytes written to the buffer.</param>
    public static PooledBuffer WriteMetadata(AmfEcmaArray properties, uint messageStreamId, int chunkSize, BufferPool pool, out int length)
    {
        var body = new ArrayBufferWriter<byte>();
        var writer = new Amf0Writer(body);
        writer.WriteString(FlvMetadata.Name);
        writer.WriteValue(properties);
        return Write(TrackKind.Data, [], body.WrittenSpan, new Target(TimestampMilliseconds: 0, messageStreamId, chunkSize, pool), out length);
    }

    /// <summary>A frame of a file as an audio, video or data message, stamped with its decoding time. Nothing is allocated but the buffer.</summary>
    /// <param name="file">The file.</param>
    /// <param name="sample">One of its frames.</param>
    /// <param name="payload">The frame's payload.</param>
    /// <param name="messageStreamId">The receiver's message stream.</param>
    /// <param name="chunkSize">The chunk size in force towards it.</param>
    /// <param name="pool">Where the buffer is rented, for <see cref="BufferOwner.WireImage"/>.</param>
    /// <param name="length">Bytes written to the buffer.</param>
    public static PooledBuffer WriteSample(
        MediaFile file, in MediaSample sample, ReadOnlySpan<byte> payload, uint messageStreamId, int chunkSize, BufferPool pool, out int length)
    {
        ArgumentNullException.ThrowIfNull(file);
        TrackFormat format = file.FormatOf(in sample);
        MediaTime decoding = file.DecodingOf(in sample);
        Span<byte> tag = stackalloc byte[FlvTagBody.LongestHeader];
        int tagLength = FlvTagBody.WriteHeader(format, file.PresentationOf(in sample), decoding, sample.IsKeyframe, tag);
        var target = new Target(decoding.ToMilliseconds(), messageStreamId, chunkSize, pool);
        return Write(format.Kind, tag[..tagLength], payload, target, out length);
    }

    private static PooledBuffer Write(TrackKind kind, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> payload, Target target, out int length) =>
        kind switch
        {
            TrackKind.Video => Write(VideoChunkStreamId, RtmpMessageType.Video, tag, payload, target, out length),
            TrackKind.Audio => Write(AudioChunkStreamId, RtmpMessageType.Audio, tag, payload, target, out length),
            _ => Write(DataChunkStreamId, RtmpMessageType.DataAmf0, tag, payload, target, out length),
        };

    private static PooledBuffer Write(
        int chunkStreamId,
        RtmpMessageType type,
        ReadOnlySpan<byte> tag,
        ReadOnlySpan<byte> payload,
        Target target,
        out int length)
    {
        uint timestamp = unchecked((uint)target.TimestampMilliseconds);
        int messageLength = tag.Length + payload.Length;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(messageLength, UInt24.MaxValue, nameof(payload));
        length = ChunkWriter.SizeOf(chunkStreamId, timestamp, messageLength, target.ChunkSize);
        PooledBuffer buffer = target.Pool.Rent(length, BufferOwner.WireImage);
        var writer = new ChunkWriter(
            buffer.Span,
            chunkStreamId,
            type,
            timestamp,
            target.MessageStreamId,
            messageLength,
            target.ChunkSize);
        writer.Append(tag);
        writer.Append(payload);
        return buffer;
    }

    /// <summary>To whom a message goes, and when.</summary>
    private readonly record struct Target(long TimestampMilliseconds, uint MessageStreamId, int ChunkSize, BufferPool Pool);
}
