using MediaGateway.Media.Memory;

namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>
/// Where one viewer is in what was read for it of a file: at most one message of which a part is sent, then the messages of the queue. Used by
/// the worker's thread only.
/// </summary>
internal sealed class FileCursor
{
    private FileQueue? _queue;
    private PooledBuffer? _half;
    private int _halfLength;
    private int _halfOffset;
    private bool _isPaused;

    /// <summary>Whether a file is played.</summary>
    public bool IsAttached => _queue is not null;

    /// <summary>Frames that the viewer got.</summary>
    public long SentFrames { get; private set; }

    /// <summary>Whether everything is sent, or there is no file.</summary>
    public bool IsFinished => _half is null && (_queue is null || _queue.IsFinished);

    /// <summary>Begins with a queue.</summary>
    public void Attach(FileQueue queue, Viewer viewer)
    {
        Detach();
        _queue = queue;
        _isPaused = false;
        queue.Attach(viewer);
    }

    /// <summary>Lets the file go. The rest of a half-sent message still has to be sent.</summary>
    public void Detach()
    {
        _queue?.Close();
        _queue = null;
    }

    /// <summary>Lets everything go, also half a message: for a connection that is over.</summary>
    public void Abandon()
    {
        Detach();
        _half?.Dispose();
        _half = null;
    }

    /// <summary>Sends nothing until <see cref="Resume"/>.</summary>
    public void Pause() => _isPaused = true;

    /// <summary>Goes on where it stopped.</summary>
    public void Resume() => _isPaused = false;

    /// <summary>Adds what must go before anything else: the rest of a half-sent message.</summary>
    public void GatherHalfSent(SendBatch batch)
    {
        if (_half is not null)
        {
            batch.TryAdd(SegmentSource.HalfFile, _half.Memory[_halfOffset.._halfLength]);
        }
    }

    /// <summary>Adds the messages that wait.</summary>
    public void GatherMedia(SendBatch batch)
    {
        if (_queue is not { } queue || _isPaused)
        {
            return;
        }

        int count = queue.Count;
        for (int place = 0; place < count; place++)
        {
            FileMessage message = queue.Peek(place);
            if (!batch.TryAdd(SegmentSource.File, message.Buffer.Memory[..message.Length]))
            {
                return;
            }
        }
    }

    /// <summary>A segment of ours was accepted, whole or in part.</summary>
    public void Accept(SegmentSource source, int length, int accepted)
    {
        if (source == SegmentSource.HalfFile)
        {
            _halfOffset += accepted;
            if (accepted == length)
            {
                _half!.Dispose(); // It was gathered.
                _half = null;
            }

            return;
        }

        FileMessage message = _queue!.Take(); // It was gathered in this round.
        SentFrames += message.IsFrame ? 1 : 0;
        if (accepted == length)
        {
            message.Buffer.Dispose();
        }
        else
        {
            (_half, _halfLength, _halfOffset) = (message.Buffer, message.Length, accepted);
        }
    }
}
