using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Media;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Streams;

namespace MediaGateway.Push;

/// <summary>
/// Turns what a push takes from its stream into RTMP messages: metadata and sequence headers before the first frame and at each change of
/// format, timestamps from zero. One per connection; one owner.
/// </summary>
/// <param name="messageStreamId">The message stream that the target made.</param>
/// <param name="chunkSize">The chunk size in force towards the target.</param>
/// <param name="capabilities">What the target can take.</param>
/// <param name="pool">Where the messages are written.</param>
internal sealed class PushMediaWriter(uint messageStreamId, int chunkSize, RtmpPeerCapabilities capabilities, BufferPool pool)
{
    private readonly Queue<(PooledBuffer Buffer, int Length)> _messages = new();
    private TrackFormat? _video;
    private TrackFormat? _audio;
    private StreamMetadata? _metadata;
    private bool _isDescribed;
    private long? _epoch;

    /// <summary>Frames written.</summary>
    public long Frames { get; private set; }

    /// <summary>The tracks at the start: what the first metadata promises.</summary>
    public void Start(StreamFormats formats) => (_video, _audio, _metadata) = (formats.Video, formats.Audio, formats.Metadata);

    /// <summary>Passes the publisher's words on.</summary>
    public void Describe(StreamMetadata metadata)
    {
        _metadata = metadata;
        if (_isDescribed)
        {
            WriteMetadata();
        }
    }

    /// <summary>Writes a frame, whose reference stays the caller's.</summary>
    /// <exception cref="PushTargetException">The stream's pictures cannot be sent to this target.</exception>
    public void Write(MediaFrame frame)
    {
        bool isMain = frame.Format is not FlvTagFormat { TrackId: > 0 };
        if (!RtmpMediaWriter.CanCarry(frame.Format, capabilities))
        {
            if (frame.Kind == TrackKind.Video && isMain)
            {
                throw new PushTargetException($"The stream sends {frame.Format.Codec}, which the target has not announced.");
            }

            return;
        }

        long stamp = frame.Decoding.ToMilliseconds();
        _epoch ??= stamp;
        stamp = Math.Max(0, stamp - _epoch.Value);
        if (isMain && frame.Kind != TrackKind.Data)
        {
            Announce(frame.Format, stamp);
        }

        Add(RtmpMediaWriter.WriteFrame(frame, stamp, messageStreamId, chunkSize, pool, out int length), length);
        Frames++;
    }

    /// <summary>Takes the next message; the caller owns the buffer.</summary>
    public bool TryTake(out (PooledBuffer Buffer, int Length) message) => _messages.TryDequeue(out message);

    private void Announce(TrackFormat format, long stamp)
    {
        TrackFormat? known = format.Kind == TrackKind.Video ? _video : _audio;
        bool isChanged = !ReferenceEquals(known, format) && !format.Equals(known);
        if (format.Kind == TrackKind.Video)
        {
            _video = format;
        }
        else
        {
            _audio = format;
        }

        if (_isDescribed && !isChanged)
        {
            return;
        }

        bool isFirst = !_isDescribed;
        WriteMetadata();
        foreach (TrackFormat track in Tracks())
        {
            if (RtmpMediaWriter.HasSequenceHeader(track) && (isFirst || ReferenceEquals(track, format)))
            {
                Add(RtmpMediaWriter.WriteSequenceHeader(track, stamp, messageStreamId, chunkSize, pool, out int length), length);
            }
        }
    }

    private void WriteMetadata()
    {
        _isDescribed = true;
        PooledBuffer message = RtmpMediaWriter.WriteMetadata(
            [.. Tracks()], _metadata, messageStreamId, chunkSize, pool, out int length, asPublisher: true);
        Add(message, length);
    }

    private IEnumerable<TrackFormat> Tracks()
    {
        if (_video is not null && RtmpMediaWriter.CanCarry(_video, capabilities))
        {
            yield return _video;
        }

        if (_audio is not null && RtmpMediaWriter.CanCarry(_audio, capabilities))
        {
            yield return _audio;
        }
    }

    private void Add(PooledBuffer buffer, int length) => _messages.Enqueue((buffer, length));
}
