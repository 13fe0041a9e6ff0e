using MediaGateway.Media.Flv;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Messages;
using MediaGateway.Rtmp.Sessions;

namespace MediaGateway.Rtmp.Media;

/// <summary>
/// The audio, video and data messages of one publisher as frames and metadata. Frames keep the message's block: nothing is copied but
/// H.264 with short lengths and messages that carry several tracks. Frames are stamped in milliseconds, unwrapped from the 32 bits on
/// the wire, in the order and with the jumps that the publisher sent. What cannot be read is left out, with the reason: it is no
/// breach of the protocol. One owner, one thread.
/// </summary>
internal sealed class RtmpMediaReader
{
    /// <summary>The longest decoder configuration, in bytes; parameter sets take some hundred.</summary>
    public const int MaximumConfigurationBytes = 64 * 1024;

    private readonly uint _messageStreamId;
    private readonly VideoTagReader _video;
    private readonly AudioTagReader _audio;
    private readonly EnhancedTagReader _enhancedVideo;
    private readonly EnhancedTagReader _enhancedAudio;
    private readonly ScriptDataReader _data;
    private TimestampUnwrapper _clock = new(32);

    /// <summary>Makes a reader for a publisher that has sent nothing.</summary>
    /// <param name="messageStreamId">The message stream that what it reads is marked with.</param>
    /// <param name="pool">Where the few copies are rented.</param>
    public RtmpMediaReader(uint messageStreamId, BufferPool pool)
    {
        _messageStreamId = messageStreamId;
        var h264 = new H264Track(pool);
        var aac = new AacTrack();
        _video = new VideoTagReader(h264);
        _audio = new AudioTagReader(aac);
        _enhancedVideo = new EnhancedTagReader(TrackKind.Video, h264, aac, pool);
        _enhancedAudio = new EnhancedTagReader(TrackKind.Audio, h264, aac, pool);
        _data = new ScriptDataReader(pool);
    }

    /// <summary>Reads a message of type 8, 9, 15 or 18 and disposes it; what it holds is appended.</summary>
    /// <param name="message">The message; its buffer goes to the reader.</param>
    /// <param name="now">Gateway time at which it was received.</param>
    /// <param name="published">Where frames and metadata go; each frame with one reference.</param>
    /// <returns>Why it could not be read, in words for the log; null when all is well, also for an empty message, which is legal.</returns>
    public string? Read(in RtmpMessage message, TimeSpan now, Queue<RtmpPublished> published)
    {
        if (message.Buffer is null || message.Length == 0)
        {
            message.Dispose();
            return null;
        }

        // Data and configurations may be stamped 0 whatever the time of the stream: only frames move the clock.
        var body = new FlvBody(message.Buffer, message.Length, _clock.Peek(message.Timestamp), now);
        return message.Type switch
        {
            RtmpMessageType.Audio => ReadTag(TrackKind.Audio, in body, published),
            RtmpMessageType.Video => ReadTag(TrackKind.Video, in body, published),
            _ => _data.Read(in body, message.Type, _messageStreamId, published),
        };
    }

    private string? ReadTag(TrackKind kind, in FlvBody body, Queue<RtmpPublished> published)
    {
        byte first = body.Bytes[0];
        if (!FlvEnhancedTag.IsEnhanced(kind, first))
        {
            return Take(kind == TrackKind.Video ? _video.Read(in body) : _audio.Read(in body), in body, published);
        }

        EnhancedTagReader reader = kind == TrackKind.Video ? _enhancedVideo : _enhancedAudio;
        bool isRead = FlvEnhancedTag.TryRead(kind, body.Bytes, out FlvEnhancedTag tag);
        if (kind == TrackKind.Video && FlvVideoCodec.IsCommand(first) && tag.PacketType != FlvEnhancedPacketType.Metadata)
        {
            return Take(TagOutcome.Nothing, in body, published);
        }

        if (!isRead)
        {
            return Take(TagOutcome.Bad("enhanced tag header cannot be read"), in body, published);
        }

        if (tag.Tracks == FlvTrackLayout.Single)
        {
            return Take(reader.Read(in body, in tag), in body, published);
        }

        string? fault = reader.ReadTracks(in body, in tag, _messageStreamId, published);
        body.Buffer.Dispose();
        _clock.Unwrap(unchecked((uint)body.Milliseconds));
        return fault;
    }

    private string? Take(TagOutcome outcome, in FlvBody body, Queue<RtmpPublished> published)
    {
        if (outcome.Frame is null)
        {
            body.Buffer.Dispose();
            return outcome.Fault;
        }

        _clock.Unwrap(unchecked((uint)body.Milliseconds));
        published.Enqueue(new RtmpPublished(_messageStreamId, outcome.Frame, Metadata: null));
        return null;
    }
}
