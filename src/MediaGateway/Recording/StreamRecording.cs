using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Sessions;
using MediaGateway.Streams;

namespace MediaGateway.Recording;

/// <summary>
/// The recording of one stream, from somebody's wish to the end of the stream: one file after the other where one is not enough. The
/// stream's frames wait in a bounded outlet; a writer's thread takes them, and nobody else waits for the disk. A disk that is too slow
/// costs frames up to the next keyframe; one that refuses ends the file, and ten seconds later another one is tried.
/// </summary>
internal sealed class StreamRecording : IWriterWork
{
    /// <summary>How long after a refusal the disk is tried again.</summary>
    public static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(10);

    private static readonly SubscriptionOptions FromCache =
        new(new AudioPreference(null, CodecSet.Of(CodecId.Aac, CodecId.Mp3), CodecId.Aac), StartPoint.CachedGroup, IsIncidental: true);

    private static readonly SubscriptionOptions FromNext = FromCache with { StartAt = StartPoint.NextKeyframe };

    private readonly bool _isAsked;
    private readonly LiveStream _stream;
    private readonly RecordingServices _services;
    private readonly Action<StreamRecording> _ended;
    private readonly WriterPlace _place;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isStopAsked;

    // Written by the writer's thread; the outlet is attached before its first turn.
    private BoundedOutlet _outlet;
    private RecordingPart? _part;
    private StreamFormats _formats;
    private TimeSpan _flushedAt;
    private TimeSpan _retryAt = TimeSpan.MaxValue;
    private long _dropped;
    private int _parts;
    private volatile RecordingEntry? _entry;
    private volatile string? _fault;
    private readonly IDisposable _held;
    private bool _isOver;

    /// <summary>Makes a recording; <see cref="Start"/> begins it.</summary>
    /// <param name="stream">What is recorded.</param>
    /// <param name="session">The publisher's session; null when the stream has none.</param>
    /// <param name="isAsked">
    /// Whether somebody has asked for just this: then it keeps up what is only there on demand, a pull or a level, as a viewer does.
    /// </param>
    /// <param name="services">The rest of the gateway.</param>
    /// <param name="ended">Called once, when it has ended, by a writer's thread.</param>
    public StreamRecording(
        LiveStream stream, MediaSession? session, bool isAsked, RecordingServices services, Action<StreamRecording> ended)
    {
        (_stream, Session, _isAsked, _services, _ended) = (stream, session, isAsked, services, ended);
        StartedAt = services.Time.GetUtcNow();
        _held = services.Metrics.Resources.Hold(ResourceKind.Recording);
        _place = new WriterPlace(services.Writers, this);
        _outlet = NewOutlet();
    }

    /// <summary>Names it.</summary>
    public string Id { get; } = Guid.NewGuid().ToString("N");

    /// <summary>What is recorded.</summary>
    public StreamKey Key => _stream.Key;

    /// <summary>The publisher's session; null when the stream had none.</summary>
    public MediaSession? Session { get; }

    /// <summary>When somebody wished for it.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>The file of now, or the last one; null before the first keyframe.</summary>
    public RecordingEntry? Entry => _entry;

    /// <summary>Why nothing is recorded at the moment; null when all is well.</summary>
    public string? Fault => _fault;

    /// <summary>Done when it has ended.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Whether it records that stream, not another one of its name.</summary>
    public bool IsOf(LiveStream stream) => ReferenceEquals(stream, _stream);

    /// <summary>Begins with the cached group of pictures.</summary>
    public void Start()
    {
        if (!_stream.Attach(_outlet, FromCache with { IsIncidental = !_isAsked }))
        {
            Stop();
        }
    }

    /// <summary>Ends it, soon: what waits is written.</summary>
    public void Stop()
    {
        _isStopAsked = true;
        Wake();
    }

    /// <summary>Something may be due: frames, a flush, another try.</summary>
    public void Wake() => _place.Wake();

    /// <inheritdoc/>
    public void Turn()
    {
        if (_isOver)
        {
            return;
        }

        try
        {
            TakeTurn();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Fail(exception.Message);
        }
        catch (Exception exception)
        {
            // A fault of ours ends this recording and nothing else.
            _services.Logger.RecordingFault(exception, Key);
            ClosePart(RecordingState.Failed, "A fault of the gateway");
            End();
        }
    }

    private void TakeTurn()
    {
        TimeSpan now = _services.Clock.Now;
        if (now >= _retryAt)
        {
            _retryAt = TimeSpan.MaxValue;
            (_outlet, _dropped) = (NewOutlet(), 0);
            if (!_stream.Attach(_outlet, FromNext with { IsIncidental = !_isAsked }))
            {
                End();
                return;
            }
        }

        while (_outlet.TryTake(out OutletItem item))
        {
            if (Take(item))
            {
                return;
            }
        }

        NoteDropped();
        if (_isStopAsked)
        {
            Finish();
        }
        else if (_part is not null && now - _flushedAt >= _services.Options.FlushInterval)
        {
            _flushedAt = now;
            _part.Flush();
            Note(_part);
            if (_services.Disk.Refuse(hasFailed: false) is { } refusal)
            {
                Fail(refusal, RecordingState.Finished);
            }
        }
    }

    /// <summary>Takes one entry; true when it was the end.</summary>
    private bool Take(in OutletItem item)
    {
        switch (item.Kind)
        {
            case OutletItemKind.Start:
                _formats = item.Formats;
                return false;
            case OutletItemKind.Frame:
                TakeFrame(item.Frame!); // an entry of this kind carries one
                return false;
            case OutletItemKind.End:
                Finish();
                return true;
            default:
                _formats = _formats with { Metadata = item.Metadata };
                return false;
        }
    }

    private void TakeFrame(MediaFrame frame)
    {
        try
        {
            bool isMain = frame.Kind != TrackKind.Data && frame.Format is not FlvTagFormat { TrackId: > 0 };
            if (isMain)
            {
                _formats = frame.Kind == TrackKind.Video ? _formats with { Video = frame.Format } : _formats with { Audio = frame.Format };
            }

            bool isStart = isMain && (frame.Kind == TrackKind.Video ? frame.IsKeyframe : _formats.Video is null);
            if (isStart && _part is { } part && (!part.Fits(_formats) || part.Duration >= _services.Options.MaximumDuration))
            {
                ClosePart(RecordingState.Finished, null);
            }

            if (_part is null && isStart)
            {
                OpenPart();
            }

            _part?.Write(frame);
        }
        finally
        {
            frame.Release();
        }
    }

    private void OpenPart()
    {
        if (_services.Disk.Refuse(_fault is not null) is { } refusal)
        {
            throw new IOException(refusal);
        }

        _part = RecordingPart.Open(this, _parts + 1, _formats, _services);
        _parts++;
        _fault = null;
        _flushedAt = _services.Clock.Now;
        Note(_part);
        _services.Logger.RecordingBegun(_part.Entry.Stream, _part.Entry.File);
        Tell(_part.Entry);
    }

    private void ClosePart(RecordingState state, string? reason)
    {
        if (_part is not { } part)
        {
            return;
        }

        _part = null;
        NoteDropped();
        RecordingEntry entry = part.Close(state, reason, _dropped);
        _entry = entry;
        _services.Catalog.Save(entry);
        _services.Logger.RecordingReady(
            entry.Stream, entry.File, entry.Reason ?? entry.State.ToString(), entry.Duration, entry.Bytes, entry.Frames, entry.DroppedFrames);
        Tell(entry);
    }

    private void Finish()
    {
        ClosePart(RecordingState.Finished, null);
        End();
    }

    /// <summary>The disk refuses, or has no room: nothing of the stream is held any more, and later it is tried again.</summary>
    private void Fail(string reason, RecordingState state = RecordingState.Failed)
    {
        bool isNew = _fault is null;
        _fault = reason;
        _services.Logger.RecordingFailed(Key, RetryDelay.TotalSeconds, reason);
        _stream.Detach(_outlet);
        _outlet.Close();
        if (_part is null && isNew)
        {
            _entry = RecordingEntry.Refused(Id, Key, Session, reason, _services.Time.GetUtcNow());
            Tell(_entry);
        }

        ClosePart(state, reason);
        if (_isStopAsked || _stream.State == StreamState.Ended)
        {
            End();
            return;
        }

        _retryAt = _services.Clock.Now + RetryDelay;
    }

    private void End()
    {
        _isOver = true;
        _stream.Detach(_outlet);
        _outlet.Close();
        _ended(this);
        _held.Dispose();
        _completion.TrySetResult();
    }

    private void Note(RecordingPart part)
    {
        _entry = part.Entry with { DroppedFrames = _dropped };
        _services.Catalog.Note(_entry);
    }

    private void NoteDropped()
    {
        long dropped = _outlet.DroppedFrames;
        if (dropped > _dropped)
        {
            _services.Logger.RecordingFramesDropped(Key, dropped - _dropped);
            _stream.Drops.Add(StreamDropReason.SlowDisk, dropped - _dropped);
            _dropped = dropped;
        }
    }

    private void Tell(RecordingEntry entry)
    {
        string path = entry.File.Length > 0 ? _services.Catalog.PathOf(entry) : "";
        foreach (IRecordingListener listener in _services.Listeners)
        {
            listener.RecordingChanged(entry, path, Session);
        }
    }

    private BoundedOutlet NewOutlet() => new(TimeSpan.MaxValue, _services.Options.QueueBytes, _services.Clock, Wake);
}
