using MediaGateway.Media.Amf;
using MediaGateway.Media.Files;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Media;
using MediaGateway.Servers.Rtmp.FanOut;
using MediaGateway.Vod;

namespace MediaGateway.Servers.Rtmp;

/// <summary>
/// Reads a file for one RTMP player from one place on, without a jump: metadata and sequence headers first, then frames as they are due. A seek
/// is the end of one and the start of another. A thread of the <see cref="VodPump"/> reads; the playback's loop only sets what is any thread's.
/// </summary>
/// <param name="file">The file, which stays the playback's.</param>
/// <param name="plan">What to send.</param>
/// <param name="pacer">When.</param>
/// <param name="buffers">Where messages are rented.</param>
/// <param name="ended">Called once on the reading thread, when everything was read, with null, or with what was wrong.</param>
internal sealed class FileReader(VodFile file, FilePlan plan, VodPacer pacer, BufferPool buffers, Action<FileReader, string?> ended) : VodTask
{
    /// <summary>Messages in one turn, before others have theirs.</summary>
    private const int MessagesPerTurn = 64;

    /// <summary>Metadata and sequence headers.</summary>
    private const int MessagesOfTurn = 6;

    // A recording that is being written grows in lots, with each fragment.
    private static readonly TimeSpan GrowthInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan GrowthPatience = TimeSpan.FromSeconds(10);

    private readonly TrackFormat?[] _sentFormats = new TrackFormat?[3];
    private FileQueue? _queue;
    private VodFile _file = file;
    private FilePlan _plan = plan;
    private FileTurn? _turn;
    private Action? _firstSent;
    private SentTimes _sent;
    private int _picturesFrom;
    private long _soundFrom = long.MinValue;
    private int _next = plan.Start;
    private bool _hasStarted;
    private TimeSpan? _idleSince;
    private bool _owesPicture = pacer.IsPaused;
    private bool _needsKeyframe;
    private volatile bool _wantsAudio = true;
    private volatile bool _wantsVideo = true;

    /// <summary>What was read and is to be sent.</summary>
    public FileQueue Queue => _queue ??= new FileQueue(Wake);

    /// <summary>When frames are due.</summary>
    public VodPacer Pacer => pacer;

    /// <summary>Whether sound is sent. Any thread.</summary>
    public bool WantsAudio
    {
        get => _wantsAudio;
        set => _wantsAudio = value;
    }

    /// <summary>Whether pictures are sent. Any thread.</summary>
    public bool WantsVideo
    {
        get => _wantsVideo;
        set => _wantsVideo = value;
    }

    /// <summary>Goes over to another file at a keyframe; only one turn at a time. Any thread.</summary>
    public void Turn(FileTurn turn)
    {
        Volatile.Write(ref _turn, turn);
        Wake();
    }

    /// <inheritdoc/>
    public override TimeSpan? Work(TimeSpan now)
    {
        if (Queue.IsClosed)
        {
            Queue.Abandon();
            return null;
        }

        if (pacer.IsPaused)
        {
            ShowPlace(now);
            return TimeSpan.MaxValue;
        }

        if (!_hasStarted)
        {
            Begin(now);
        }

        TimeSpan? next = Send(now);
        Queue.Announce();
        return next;
    }

    /// <inheritdoc/>
    public override void Abandon(string? failure)
    {
        End(failure ?? "The server is going down.");
    }

    /// <summary>In a pause in which the player has sought: the one picture that shows where it is now.</summary>
    private void ShowPlace(TimeSpan now)
    {
        if (!_owesPicture)
        {
            return;
        }

        _owesPicture = false;
        Begin(now);
        MediaFile index = _file.Index;
        if (_next < index.Count && index[_next] is var first && index.FormatOf(in first).Kind == TrackKind.Video && IsWanted(index, in first))
        {
            _next++;
            SendSample(index, in first);
        }

        Queue.Announce();
    }

    private void Begin(TimeSpan now)
    {
        _hasStarted = true;
        MediaFile index = _file.Index;
        TimeSpan start = _plan.Start < index.Count ? index.DecodingOf(index[_plan.Start]).ToTimeSpan() : TimeSpan.Zero;
        pacer.Start(now, start);
        AmfEcmaArray metadata = MediaFileMetadata.Build(index, _plan.Formats);
        SendHeaders(metadata, (long)start.TotalMilliseconds);
    }

    private void SendHeaders(AmfEcmaArray metadata, long milliseconds)
    {
        Add(RtmpMediaWriter.WriteMetadata(metadata, _plan.MessageStreamId, _plan.ChunkSize, buffers, out int length), length, isFrame: false);
        foreach (TrackFormat format in _plan.Formats)
        {
            SendHeader(format, milliseconds);
        }
    }

    /// <summary>Goes over to the other file when this one has come to the keyframe at which it begins; false while there is no room.</summary>
    private bool TryTurn()
    {
        if (Volatile.Read(ref _turn) is not { } turn)
        {
            return true;
        }

        if (!turn.FindKeyframe(_sent.Reached ?? long.MinValue))
        {
            Volatile.Write(ref _turn, null);
            turn.Failed();
            return true;
        }

        MediaFile index = _file.Index;
        if (_next < index.Count && !turn.IsReached(index, index[_next]))
        {
            return true;
        }

        if (!Queue.HasRoom(MessagesOfTurn))
        {
            return false;
        }

        Volatile.Write(ref _turn, null);
        _soundFrom = _sent.NextSound ?? turn.Time;
        (_picturesFrom, _next) = (turn.Keyframe, turn.FirstSound(_soundFrom));
        (_file, _plan, _firstSent) = (turn.File, turn.Plan(_plan), turn.Sent);
        Array.Clear(_sentFormats);
        long first = _file.Index.DecodingOf(_file.Index[_next]).ToMilliseconds();
        SendHeaders(MediaFileMetadata.Build(_file.Index, _plan.Formats), first);
        return true;
    }

    private TimeSpan? Send(TimeSpan now)
    {
        for (int count = 0; count < MessagesPerTurn;)
        {
            if (!TryTurn())
            {
                return TimeSpan.MaxValue;
            }

            MediaFile index = _file.Index;
            if (_next >= index.Count)
            {
                return AtEnd(now);
            }

            MediaSample sample = index[_next];
            TimeSpan time = index.DecodingOf(in sample).ToTimeSpan();
            if (time >= _plan.End)
            {
                return Finish();
            }

            TimeSpan due = pacer.DueAt(time);
            if (due > now)
            {
                return pacer.NextTurn(due);
            }

            // A new format comes with a header of its own.
            if (!Queue.HasRoom())
            {
                return TimeSpan.MaxValue;
            }

            bool isAfterTurn = IsAfterTurn(index.FormatOf(in sample).Kind, _next, time);
            _next++;
            _idleSince = null;
            if (isAfterTurn && IsWanted(index, in sample))
            {
                count++;
                SendSample(index, in sample);
            }
        }

        return now;
    }

    /// <summary>Whether a frame is none of those before the turn: pictures before its keyframe, sound that was heard.</summary>
    private bool IsAfterTurn(TrackKind kind, int number, TimeSpan time) => kind switch
    {
        TrackKind.Video => number >= _picturesFrom,
        _ => (long)time.TotalMilliseconds >= _soundFrom,
    };

    private bool IsWanted(MediaFile index, in MediaSample sample)
    {
        TrackFormat format = index.FormatOf(in sample);
        return _plan.Carries(format) && format.Kind switch
        {
            TrackKind.Audio => _wantsAudio,
            TrackKind.Video => IsPictureWanted(index, in sample),
            _ => true,
        };
    }

    /// <summary>Pictures that are wanted again come from a keyframe on.</summary>
    private bool IsPictureWanted(MediaFile index, in MediaSample sample)
    {
        _needsKeyframe = !_wantsVideo || (_needsKeyframe && !sample.IsKeyframe && index.Keyframes.Length > 0);
        return !_needsKeyframe;
    }

    private void SendSample(MediaFile index, in MediaSample sample)
    {
        TrackFormat format = index.FormatOf(in sample);
        if (!ReferenceEquals(_sentFormats[(int)format.Kind], format))
        {
            SendHeader(format, index.DecodingOf(in sample).ToMilliseconds());
        }

        using PooledBuffer payload = index.ReadPayload(_file.Source, in sample, buffers, out int length);
        PooledBuffer message = RtmpMediaWriter.WriteSample(
            index, in sample, payload.Span[..length], _plan.MessageStreamId, _plan.ChunkSize, buffers, out int written);
        Note(format.Kind, index.DecodingOf(in sample).ToMilliseconds());
        Add(message, written, isFrame: true);
    }

    private void SendHeader(TrackFormat format, long milliseconds)
    {
        _sentFormats[(int)format.Kind] = format;
        if (RtmpMediaWriter.HasSequenceHeader(format))
        {
            Add(
                RtmpMediaWriter.WriteSequenceHeader(format, milliseconds, _plan.MessageStreamId, _plan.ChunkSize, buffers, out int length),
                length,
                isFrame: false);
        }
    }

    private void Note(TrackKind kind, long stamp)
    {
        if (kind == TrackKind.Video)
        {
            _sent.NotePicture(stamp);
        }
        else if (kind == TrackKind.Audio)
        {
            _sent.NoteSound(stamp);
        }
    }

    private void Add(PooledBuffer buffer, int length, bool isFrame)
    {
        Queue.Add(new FileMessage(buffer, length, isFrame, isFrame ? _firstSent : null));
        _firstSent = isFrame ? null : _firstSent;
    }

    /// <summary>A file that is being written goes on when it has grown; any other is at its end.</summary>
    private TimeSpan? AtEnd(TimeSpan now)
    {
        if (_file.Refresh() || _next < _file.Index.Count)
        {
            return now;
        }

        _idleSince ??= now;
        return _file.IsGrowing && now - _idleSince < GrowthPatience ? now + GrowthInterval : Finish();
    }

    private TimeSpan? Finish()
    {
        End(failure: null);
        return null;
    }

    private void End(string? failure)
    {
        Queue.Complete();
        Queue.Abandon();
        ended(this, failure);
    }
}
