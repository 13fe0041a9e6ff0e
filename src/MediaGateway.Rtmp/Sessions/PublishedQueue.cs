using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Media;
using MediaGateway.Rtmp.Messages;

namespace MediaGateway.Rtmp.Sessions;

/// <summary>
/// The media that a peer sends, between its messages and the owner of the session. Bounded: while it is full no input is taken, so that
/// nothing is lost; an aggregate message is taken apart only as its parts are asked for. Owned by the session.
/// </summary>
/// <param name="readerOf">What reads the media of a message stream; null where none is expected.</param>
/// <param name="pool">Where the few copies are rented.</param>
internal sealed class PublishedQueue(Func<uint, RtmpMediaReader?> readerOf, BufferPool pool) : IDisposable
{
    /// <summary>Items that may wait before no more input is taken. One message more can add its tracks.</summary>
    public const int MaximumItems = 64;

    private readonly Queue<RtmpPublished> _items = new();
    private AggregateReader? _aggregate;
    private TimeSpan _aggregateReceivedAt;

    /// <summary>Whether another message may be read.</summary>
    public bool HasRoom => _aggregate is null && _items.Count < MaximumItems;

    /// <summary>Messages that came where nothing was being published.</summary>
    public long Unexpected { get; private set; }

    /// <summary>Messages that could not be read.</summary>
    public long Unreadable { get; private set; }

    /// <summary>Why the last of them could not be read; null while there is none.</summary>
    public string? LastFault { get; private set; }

    /// <summary>Whether a message of that type is for <see cref="Add"/>.</summary>
    public static bool Takes(RtmpMessageType type) => type
        is RtmpMessageType.Audio
        or RtmpMessageType.Video
        or RtmpMessageType.DataAmf0
        or RtmpMessageType.DataAmf3
        or RtmpMessageType.Aggregate;

    /// <summary>Takes a message of media or data, or an aggregate of them, and disposes it.</summary>
    public void Add(in RtmpMessage message, TimeSpan now)
    {
        if (message.Type != RtmpMessageType.Aggregate)
        {
            Read(in message, now);
            return;
        }

        if (readerOf(message.MessageStreamId) is null)
        {
            Unexpected++;
            message.Dispose();
            return;
        }

        _aggregate = new AggregateReader(message, pool);
        _aggregateReceivedAt = now;
    }

    /// <summary>Takes the next item; its frame is the caller's to release.</summary>
    public bool TryTake(out RtmpPublished item)
    {
        while (_items.Count == 0 && _aggregate is not null)
        {
            ReadPart(_aggregate);
        }

        return _items.TryDequeue(out item);
    }

    /// <summary>Releases what nobody took.</summary>
    public void Dispose()
    {
        while (_items.TryDequeue(out RtmpPublished item))
        {
            item.Frame?.Release();
        }

        _aggregate?.Dispose();
        _aggregate = null;
    }

    private void ReadPart(AggregateReader aggregate)
    {
        if (!aggregate.TryTake(out RtmpMessage part))
        {
            Note(aggregate.HasFailed ? "aggregate message is cut short" : null);
            aggregate.Dispose();
            _aggregate = null;
            return;
        }

        if (part.Type is RtmpMessageType.Audio or RtmpMessageType.Video or RtmpMessageType.DataAmf0 or RtmpMessageType.DataAmf3)
        {
            Read(in part, _aggregateReceivedAt);
            return;
        }

        Note("aggregate message holds something that is not media");
        part.Dispose();
    }

    private void Read(in RtmpMessage message, TimeSpan now)
    {
        RtmpMediaReader? reader = readerOf(message.MessageStreamId);
        if (reader is null)
        {
            Unexpected++;
            message.Dispose();
            return;
        }

        Note(reader.Read(in message, now, _items));
    }

    private void Note(string? fault)
    {
        if (fault is not null)
        {
            Unreadable++;
            LastFault = fault;
        }
    }
}
