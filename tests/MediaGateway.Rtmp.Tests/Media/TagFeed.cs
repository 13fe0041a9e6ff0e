using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Media;
using MediaGateway.Rtmp.Messages;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Media;

/// <summary>Feeds bodies of messages to a media reader; fails a test that keeps memory.</summary>
internal sealed class TagFeed : IDisposable
{
    private readonly TrackingBufferPool _pool = new();
    private readonly Queue<RtmpPublished> _published = new();
    private readonly RtmpMediaReader _reader;

    public TagFeed() => _reader = new RtmpMediaReader(1, _pool);

    public static TimeSpan Now { get; } = TimeSpan.FromSeconds(5);

    public int Count => _published.Count;

    /// <summary>Reads a message; gives what the reader complained of.</summary>
    public string? Read(int type, byte[] body, uint timestamp = 0)
    {
        PooledBuffer? buffer = null;
        if (body.Length > 0)
        {
            buffer = _pool.Rent(body.Length, BufferOwner.RtmpMessage);
            body.CopyTo(buffer.Span);
        }

        return _reader.Read(new RtmpMessage(4, (RtmpMessageType)type, timestamp, 1, buffer, body.Length), Now, _published);
    }

    public string? Video(string hex, uint timestamp = 0) => Read(9, Wire.Hex(hex), timestamp);

    public string? Audio(string hex, uint timestamp = 0) => Read(8, Wire.Hex(hex), timestamp);

    /// <summary>The next frame, released, with a copy of its payload.</summary>
    public (TrackFormat Format, long Decoding, long Presentation, bool IsKeyframe, byte[] Payload) Frame()
    {
        Assert.True(_published.TryDequeue(out RtmpPublished item), "no frame");
        Assert.NotNull(item.Frame);
        MediaFrame frame = item.Frame;
        Assert.Equal((1000, 1000, Now), (frame.Decoding.Rate, frame.Presentation.Rate, frame.ReceivedAt));
        byte[] payload = frame.Payload.ToArray();
        frame.Release();
        return (frame.Format, frame.Decoding.Value, frame.Presentation.Value, frame.IsKeyframe, payload);
    }

    public StreamMetadata Metadata()
    {
        Assert.True(_published.TryDequeue(out RtmpPublished item), "no metadata");
        Assert.NotNull(item.Metadata);
        return item.Metadata;
    }

    /// <summary>Releases what was published and not looked at.</summary>
    public void Clear()
    {
        while (_published.TryDequeue(out RtmpPublished item))
        {
            item.Frame?.Release();
        }
    }

    public void Dispose()
    {
        Clear();
        _pool.Dispose();
    }
}
