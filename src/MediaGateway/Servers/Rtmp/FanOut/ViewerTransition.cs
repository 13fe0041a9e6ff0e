using MediaGateway.Streams;

namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>
/// One viewer's way from the stream that it watches to another one. The old stream goes on up to a keyframe of the new one that is later
/// than every picture sent; there the new one takes over, so that no picture is missing and none comes twice. A new stream that comes
/// later than the old one holds the old one back until then, as long as it comes. When it is urgent, pictures in between are left out.
/// Streams with another clock are shifted onto the viewer's timeline. Used by the worker's thread only.
/// </summary>
internal sealed class ViewerTransition(Viewer viewer)
{
    /// <summary>How long a keyframe of the new stream is waited for; pauses do not count.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(12);

    /// <summary>How long media is held back for an urgent keyframe: what the network still has to take lasts about as long.</summary>
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(1);

    /// <summary>When the new stream is so far past its keyframe, in milliseconds, an old stream that has nothing more has fallen silent.</summary>
    private const long SilentAfter = 1000;

    /// <summary>Streams of which the clocks differ by no more, in milliseconds, have the same clock: encoders and networks take their time.</summary>
    private const long ClockTolerance = 2000;

    /// <summary>A new stream of which nothing has come for so long holds nothing back.</summary>
    private static readonly TimeSpan LongestGap = TimeSpan.FromMilliseconds(500);

    private const long None = -1;

    private StreamFeed? _target;
    private bool _isUrgent;
    private bool _isClockKnown;
    private TimeSpan _deadline;
    private TimeSpan _holdUntil;
    private long _keyframe;
    private long _searchedTo;
    private long _newestPicture;
    private long? _seenTo;
    private TimeSpan? _cameAt;

    /// <summary>Whether there is one.</summary>
    public bool IsUnderWay => _target is not null;

    /// <summary>Begins, in the place of one that is under way.</summary>
    public void Begin(FeedTable feeds, in ViewerCommand command)
    {
        Cancel(feeds);
        LiveStream stream = command.Stream!; // The command for changing names its stream.
        ViewerVariant variant = command.Variant ?? ViewerVariant.Plain;
        if (viewer.Feed is { } current && ReferenceEquals(current.Stream, stream) && current.Variant == variant)
        {
            viewer.Owner.OnStreamChanged(stream);
            return;
        }

        _target = feeds.JoinAsCandidate(viewer, stream, command.MessageStreamId, variant, shift: 0);
        if (_target is null)
        {
            viewer.NoteChangeFailed(stream, feeds.Context.Clock.Now);
            return;
        }

        TimeSpan now = feeds.Context.Clock.Now;
        _isUrgent = command.IsUrgent;
        _isClockKnown = false;
        _deadline = now + Patience;
        _holdUntil = now + LongestHold;
        (_keyframe, _searchedTo, _newestPicture) = (None, 0, long.MinValue);
        (_seenTo, _cameAt) = (null, null);
        stream.RequestKeyframe();
    }

    /// <summary>Gives it up: the viewer stays where it is.</summary>
    public void Cancel(FeedTable feeds)
    {
        if (_target is { } target)
        {
            _target = null;
            viewer.Cursor.GoOn();
            feeds.LeaveAsCandidate(viewer, target);
        }
    }

    /// <summary>It cannot be carried out: the viewer stays where it is and the owner is told.</summary>
    public void Fail(FeedTable feeds)
    {
        if (_target is { } target)
        {
            Cancel(feeds);
            viewer.NoteChangeFailed(target.Stream, feeds.Context.Clock.Now);
        }
    }

    /// <summary>Looks how far the new stream is, and crosses over if that is possible. Before media is gathered.</summary>
    public void Proceed(FeedTable feeds)
    {
        if (_target is null)
        {
            return;
        }

        TimeSpan now = feeds.Context.Clock.Now;
        if (viewer.Cursor.IsPaused)
        {
            _deadline = now + Patience;
            return;
        }

        NoteComing(_target, now);
        if (IsHopeless(_target, now))
        {
            Fail(feeds);
        }
        else if (_target.IsReady && MatchClock(feeds) && FindKeyframe(_target.Ring))
        {
            GoTowards(feeds, _target!); // MatchClock leaves one when it is true.
        }
        else if (_target is null or { HasEnded: true })
        {
            Fail(feeds);
        }
        else if (_isUrgent && now < _holdUntil)
        {
            viewer.Cursor.Hold();
        }
        else if (now - _cameAt < LongestGap && _isClockKnown && _newestPicture != long.MinValue)
        {
            viewer.Cursor.CutBefore(_newestPicture + 1);
        }
        else
        {
            viewer.Cursor.GoOn();
        }
    }

    /// <summary>Crosses over when the old stream has come as far as it is to go; true when it did. After media was gathered.</summary>
    public bool CrossAtCut(FeedTable feeds)
    {
        if (_target is null || _keyframe == None || !viewer.Cursor.IsAtCut)
        {
            return false;
        }

        Cross(feeds, _target);
        return true;
    }

    /// <summary>Notes when something of the new stream came last, besides what was there at the beginning.</summary>
    private void NoteComing(StreamFeed target, TimeSpan now)
    {
        if (target.Ring.Next != _seenTo)
        {
            _cameAt = _seenTo is null ? null : now;
            _seenTo = target.Ring.Next;
        }
    }

    private bool IsHopeless(StreamFeed target, TimeSpan now) => target.Unplayable is not null || now >= _deadline;

    private void GoTowards(FeedTable feeds, StreamFeed target)
    {
        MediaCursor cursor = viewer.Cursor;
        long stamp = target.Ring[_keyframe].Description.Stamp;
        bool isOldOver = cursor.HasSentAll && (viewer.Feed is null or { HasEnded: true } || target.Ring.NewestStamp - stamp >= SilentAfter);
        if (cursor.IsBetweenGroups || isOldOver || (_isUrgent && cursor.HasSentAll))
        {
            Cross(feeds, target);
        }
        else if (_isUrgent)
        {
            cursor.SkipTo(stamp);
        }
        else
        {
            cursor.CutBefore(stamp);
        }
    }

    private void Cross(FeedTable feeds, StreamFeed target)
    {
        _target = null;
        MediaCursor cursor = viewer.Cursor;
        cursor.ContinueAt(target, _keyframe);
        feeds.Move(viewer, target);
        viewer.NoteCrossing(target.Stream);
    }

    /// <summary>Finds the first keyframe after everything sent, or the newest one where pictures must begin anew anyway.</summary>
    private bool FindKeyframe(WireImageRing ring)
    {
        MediaCursor cursor = viewer.Cursor;
        long reached = cursor.Sent.Reached ?? long.MinValue;
        if (cursor.IsBetweenGroups)
        {
            _keyframe = ring.Start;
            return _keyframe != WireImageRing.NoStart && ring[_keyframe].Description.Stamp > reached;
        }

        if (_keyframe >= ring.First && ring[_keyframe].Description.Stamp > reached)
        {
            return true;
        }

        _keyframe = None;
        for (long index = Math.Max(_searchedTo, ring.First); index < ring.Next && _keyframe == None; index++)
        {
            WireImageDescription image = ring[index].Description;
            _keyframe = image.StartsGroup && image.Stamp > reached ? index : None;
            _newestPicture = image.Kind == WireImageKind.Video || !ring.HasPictures ? Math.Max(_newestPicture, image.Stamp) : _newestPicture;
            _searchedTo = index + 1;
        }

        return _keyframe != None;
    }

    /// <summary>Sees to it that the new stream's times are those of the viewer's timeline; false while they cannot be compared.</summary>
    private bool MatchClock(FeedTable feeds)
    {
        StreamFeed target = _target!; // Asked for only while there is one.
        if (_isClockKnown)
        {
            return true;
        }

        if (Epoch(target.Ring) is not { } newEpoch)
        {
            return false;
        }

        _isClockKnown = true;
        long difference = viewer.Feed is { } current && Epoch(current.Ring) is { } epoch ? newEpoch - epoch : 0;
        if (Math.Abs(difference) <= ClockTolerance)
        {
            return true;
        }

        (_searchedTo, _newestPicture, _seenTo) = (0, long.MinValue, null);
        _target = feeds.JoinAsCandidate(viewer, target.Stream, target.MessageStreamId, target.Variant, target.Shift - difference);
        feeds.LeaveAsCandidate(viewer, target);
        if (_target is null)
        {
            viewer.Cursor.GoOn();
            viewer.NoteChangeFailed(target.Stream, feeds.Context.Clock.Now);
        }

        return _target is { IsReady: true };
    }

    /// <summary>The time on a feed's clock at the start of gateway time, in milliseconds; null while it has no frame.</summary>
    private static long? Epoch(WireImageRing ring)
    {
        for (long index = ring.Next - 1; index >= ring.First; index--)
        {
            WireImageDescription image = ring[index].Description;
            if (image.Kind is WireImageKind.Video or WireImageKind.Audio)
            {
                return image.Stamp - (long)image.ReceivedAt.TotalMilliseconds;
            }
        }

        return null;
    }
}
