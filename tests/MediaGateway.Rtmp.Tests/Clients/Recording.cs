using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Media;
using MediaGateway.Rtmp.Sessions;

namespace MediaGateway.Rtmp.Tests.Clients;

/// <summary>What a real publisher sent, kept frame by frame, to be looked at and sent to a real player again.</summary>
internal sealed class Recording : IDisposable
{
    private readonly List<MediaFrame> _frames = [];

    public IReadOnlyList<MediaFrame> Frames => _frames;

    public StreamMetadata? Metadata { get; private set; }

    /// <summary>Keeps an item, and with it its reference.</summary>
    public void Add(RtmpPublished item)
    {
        Metadata = item.Metadata ?? Metadata;
        if (item.Frame is not null)
        {
            _frames.Add(item.Frame);
        }
    }

    /// <summary>Sends everything, with headers wherever a format begins.</summary>
    public void Send(uint messageStreamId, int chunkSize, BufferPool pool, Action<PooledBuffer, int> send)
    {
        TrackFormat[] first = [.. new[] { TrackKind.Video, TrackKind.Audio }.Select(kind => _frames.Find(frame => frame.Kind == kind)?.Format).OfType<TrackFormat>()];
        send(RtmpMediaWriter.WriteMetadata(first, Metadata, messageStreamId, chunkSize, pool, out int length), length);
        var inForce = new Dictionary<TrackKind, TrackFormat>();
        foreach (MediaFrame frame in _frames)
        {
            bool isNew = !inForce.TryGetValue(frame.Kind, out TrackFormat? former) || !ReferenceEquals(former, frame.Format);
            inForce[frame.Kind] = frame.Format;
            if (isNew && RtmpMediaWriter.HasSequenceHeader(frame.Format))
            {
                send(RtmpMediaWriter.WriteSequenceHeader(frame.Format, frame.Decoding.Value, messageStreamId, chunkSize, pool, out length), length);
            }

            send(RtmpMediaWriter.WriteFrame(frame, frame.Decoding.Value, messageStreamId, chunkSize, pool, out length), length);
        }
    }

    public void Dispose() => _frames.ForEach(frame => frame.Release());
}
