using System.Buffers;
using MediaGateway.Media.Amf;
using MediaGateway.Media.Flv;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Chunks;
using MediaGateway.Rtmp.Messages;

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

    // AAC decoders give 16-bit samples; Video File Format v10.1, E.5 onMetaData.
    private const int AudioSampleBits = 16;

    private const string EncoderName = "MediaGateway";

    /// <summary>Whether a track of this codec can be sent to a peer that announced nothing beyond plain RTMP.</summary>
    public static bool CanCarry(CodecId codec) => codec is CodecId.H264 or CodecId.Aac;

    /// <summary>A frame as an audio or video message. The frame's reference stays with the caller; its payload is copied once.</summary>
    /// <param name="frame">An H.264 or AAC frame.</param>
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
        Span<byte> tag = stackalloc byte[FlvVideoTag.Length];
        int tagLength;
        if (frame.Format.Codec == CodecId.H264)
        {
            // Both rounded on their own, so that decoding time plus this is the rounded presentation time.
            long composition = frame.Presentation.ToMilliseconds() - frame.Decoding.ToMilliseconds();
            new FlvVideoTag(frame.IsKeyframe, FlvPacketType.Frame, (int)Math.Clamp(composition, int.MinValue, int.MaxValue)).Write(tag);
            tagLength = FlvVideoTag.Length;
        }
        else
        {
            ThrowIfNotCarried(frame.Format);
            new FlvAudioTag(FlvPacketType.Frame).Write(tag);
            tagLength = FlvAudioTag.Length;
        }

        var target = new Target(timestampMilliseconds, messageStreamId, chunkSize, pool);
        return Write(frame.Kind, tag[..tagLength], frame.Payload, target, out length);
    }

    /// <summary>The sequence header of a track: an audio or video message that configures the viewer's decoder.</summary>
    /// <param name="format">The format of an H.264 or AAC track.</param>
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
        ThrowIfNotCarried(format);
        var target = new Target(timestampMilliseconds, messageStreamId, chunkSize, pool);
        Span<byte> tag = stackalloc byte[FlvVideoTag.Length];
        if (format is H264Format video)
        {
            new FlvVideoTag(IsKeyframe: true, FlvPacketType.SequenceHeader, CompositionMilliseconds: 0).Write(tag);
            return Write(TrackKind.Video, tag, video.ConfigurationRecord.Span, target, out length);
        }

        var audio = (AacFormat)format; // the only other format carried
        new FlvAudioTag(FlvPacketType.SequenceHeader).Write(tag);
        return Write(TrackKind.Audio, tag[..FlvAudioTag.Length], audio.AudioSpecificConfig.Span, target, out length);
    }

    /// <summary>
    /// The <c>onMetaData</c> message of a live stream: an ECMA array that names the codecs of exactly the tracks given, as a promised
    /// track that never comes stalls players, and no duration, as players take a stream that has one for a recording. Its timestamp is
    /// always 0: FFmpeg, and so VLC, takes metadata with any other for a subtitle track and ignores what it says.
    /// </summary>
    /// <param name="formats">The formats of the H.264 and AAC tracks that the viewer will get.</param>
    /// <param name="messageStreamId">The viewers' message stream.</param>
    /// <param name="chunkSize">The chunk size in force towards the viewers.</param>
    /// <param name="pool">Where the buffer is rented, for <see cref="BufferOwner.WireImage"/>.</param>
    /// <param name="length">Bytes written to the buffer.</param>
    public static PooledBuffer WriteMetadata(
        IReadOnlyList<TrackFormat> formats,
        uint messageStreamId,
        int chunkSize,
        BufferPool pool,
        out int length)
    {
        ArgumentNullException.ThrowIfNull(formats);
        var body = new ArrayBufferWriter<byte>();
        var writer = new Amf0Writer(body);
        writer.WriteString("onMetaData");
        writer.WriteEcmaArrayStart(CountProperties(formats));
        foreach (TrackFormat format in formats)
        {
            WriteTrackProperties(writer, format);
        }

        writer.WriteProperty("encoder", EncoderName);
        writer.WriteObjectEnd();
        var target = new Target(TimestampMilliseconds: 0, messageStreamId, chunkSize, pool);
        return Write(DataChunkStreamId, RtmpMessageType.DataAmf0, [], body.WrittenSpan, target, out length);
    }

    private static int CountProperties(IReadOnlyList<TrackFormat> formats)
    {
        int count = 1;
        foreach (TrackFormat format in formats)
        {
            ThrowIfNotCarried(format);
            count += format.Kind == TrackKind.Video ? 3 : 4;
        }

        return count;
    }

    private static void WriteTrackProperties(Amf0Writer writer, TrackFormat format)
    {
        if (format is H264Format video)
        {
            writer.WriteProperty("width", video.Width);
            writer.WriteProperty("height", video.Height);
            writer.WriteProperty("videocodecid", FlvVideoTag.AvcCodecId);
            return;
        }

        var audio = (AacFormat)format; // checked when the properties were counted
        writer.WriteProperty("audiocodecid", FlvAudioTag.AacSoundFormat);
        writer.WriteProperty("audiosamplerate", audio.SampleRate);
        writer.WriteProperty("audiosamplesize", AudioSampleBits);
        writer.WriteProperty("stereo", audio.Channels > 1);
    }

    private static PooledBuffer Write(TrackKind kind, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> payload, Target target, out int length) =>
        kind == TrackKind.Video
            ? Write(VideoChunkStreamId, RtmpMessageType.Video, tag, payload, target, out length)
            : Write(AudioChunkStreamId, RtmpMessageType.Audio, tag, payload, target, out length);

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

    private static void ThrowIfNotCarried(TrackFormat format)
    {
        if (!CanCarry(format.Codec))
        {
            throw new ArgumentException($"Plain RTMP does not carry {format.Codec}.", nameof(format));
        }
    }

    /// <summary>To whom a message goes, and when.</summary>
    private readonly record struct Target(long TimestampMilliseconds, uint MessageStreamId, int ChunkSize, BufferPool Pool);
}
