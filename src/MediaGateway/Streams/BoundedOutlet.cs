using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>
/// The place in a stream of a consumer with a pace of its own: a push, a recording, a viewer over HTTP. Takes the stream's frames and keeps
/// them until its one reader takes them. Bounded in time and bytes, descriptions in number; when full, frames are dropped up to the newest
/// keyframe that waits, or to the next that comes: the reader never sees a picture that lacks one before it. The stream writes, one reader
/// takes, any thread.
/// </summary>
/// <param name="maximumAge">How long a frame may wait; <see cref="TimeSpan.MaxValue"/> when only the bytes count.</param>
/// <param name="maximumBytes">Payload bytes that may wait.</param>
/// <param name="clock">Gateway time.</param>
/// <param name="wake">Called after each entry, when there is something to take, under the stream's lock; must not block.</param>
internal sealed class BoundedOutlet(TimeSpan maximumAge, long maximumBytes, GatewayClock clock, Action wake) : IStreamOutlet
{
    /// <summary>Descriptions of the stream that may wait; when more come the newest alone stays, for it replaces those before it.</summary>
    public const int MaximumDescriptions = 16;

    private readonly Lock _lock = new();
    private readonly Queue<OutletItem> _items = new();
    private long _bytes;
    private long _dropped;
    private int _descriptions;
    private bool _hasPictures;
    private bool _awaitsKeyframe;
    private bool _isClosed;

    /// <summary>Frames dropped so far.</summary>
    public long DroppedFrames => Volatile.Read(ref _dropped);

    /// <inheritdoc/>
    public int WaitingFrames
    {
        get
        {
            lock (_lock)
            {
                return _items.Count;
            }
        }
    }

    /// <inheritdoc/>
    public void Start(StreamFormats formats)
    {
        _hasPictures = formats.Video is not null;
        Enqueue(new OutletItem(OutletItemKind.Start, clock.Now, Formats: formats));
    }

    /// <inheritdoc/>
    public void Deliver(MediaFrame frame) => Enqueue(new OutletItem(OutletItemKind.Frame, clock.Now, frame));

    /// <inheritdoc/>
    public void Describe(StreamMetadata metadata) => Enqueue(new OutletItem(OutletItemKind.Metadata, clock.Now, Metadata: metadata));

    /// <inheritdoc/>
    public void End(StreamEndReason reason) => Enqueue(new OutletItem(OutletItemKind.End, clock.Now, EndReason: reason));

    /// <summary>Takes the oldest entry; the caller owns its frame.</summary>
    public bool TryTake(out OutletItem item)
    {
        lock (_lock)
        {
            if (!_items.TryDequeue(out item))
            {
                return false;
            }

            _bytes -= item.Frame?.Length ?? 0;
            _descriptions -= item.Kind == OutletItemKind.Metadata ? 1 : 0;
            return true;
        }
    }

    /// <summary>Lets everything go; what comes later is let go at once.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            while (_items.TryDequeue(out OutletItem item))
            {
                item.Frame?.Release();
            }

            _bytes = 0;
        }
    }

    private void Enqueue(in OutletItem item)
    {
        lock (_lock)
        {
            if (item.Frame is { } frame && !Accept(frame))
            {
                frame.Release();
                return;
            }

            if (_isClosed)
            {
                return;
            }

            _items.Enqueue(item);
            if (item.Kind == OutletItemKind.Metadata && ++_descriptions > MaximumDescriptions)
            {
                KeepNewestDescription();
            }

            if (_bytes > maximumBytes || item.EnteredAt - _items.Peek().EnteredAt > maximumAge)
            {
                DropToNewestKeyframe();
            }
        }

        wake();
    }

    private bool Accept(MediaFrame frame)
    {
        bool isPicture = frame.Kind == TrackKind.Video;
        _hasPictures |= isPicture;
        _awaitsKeyframe &= !(isPicture && frame.IsKeyframe);
        if (_isClosed || _awaitsKeyframe)
        {
            _dropped += _isClosed ? 0 : 1;
            return false;
        }

        _bytes += frame.Length;
        return true;
    }

    private void KeepNewestDescription()
    {
        for (int left = _items.Count; left > 0; left--)
        {
            OutletItem item = _items.Dequeue();
            if (item.Kind != OutletItemKind.Metadata || --_descriptions == 0)
            {
                _items.Enqueue(item);
            }
        }

        _descriptions = 1;
    }

    // Without pictures every frame is a start. What is not a frame stays, in order.
    private void DropToNewestKeyframe()
    {
        OutletItem[] items = [.. _items];
        int start = Array.FindLastIndex(items, item => IsStart(item.Frame));
        int first = Array.FindIndex(items, item => item.Frame is not null);
        bool goesOnLater = start <= first;
        start = goesOnLater ? items.Length : start;
        _items.Clear();
        for (int index = 0; index < items.Length; index++)
        {
            if (items[index].Frame is { } frame && index < start)
            {
                _bytes -= frame.Length;
                _dropped++;
                frame.Release();
            }
            else
            {
                // Words about the stream have no age.
                _items.Enqueue(items[index].Frame is null ? items[index] with { EnteredAt = items[^1].EnteredAt } : items[index]);
            }
        }

        _awaitsKeyframe = goesOnLater && _hasPictures;
    }

    private bool IsStart(MediaFrame? frame) => frame is not null && (_hasPictures ? frame.Kind == TrackKind.Video && frame.IsKeyframe : true);
}
