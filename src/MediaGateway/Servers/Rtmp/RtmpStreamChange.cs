using MediaGateway.Authorization;
using MediaGateway.Rtmp.Messages;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Servers.Rtmp.FanOut;
using MediaGateway.Sessions;
using MediaGateway.Streams;

namespace MediaGateway.Servers.Rtmp;

/// <summary>
/// How a client that plays a live stream goes over to another one: because it asks for it (<c>play2</c>), or because the gateway chooses
/// another level for it. One at a time; a newer wish takes the place of an older one. The connection's receive loop owns it; others only
/// leave notices.
/// </summary>
internal sealed class RtmpStreamChange(RtmpDialogue dialogue, uint messageStreamId)
{
    private Wish? _wish;
    private IDisposable? _wait;
    private bool _isAsking;

    // Left by others, taken by the loop after it was woken.
    private volatile LiveStream? _arrived;
    private volatile string? _givenUp;
    private volatile LiveStream? _changed;
    private volatile LiveStream? _failed;

    /// <summary>Whether something is asked about, waited for, or on its way.</summary>
    public bool IsUnderWay => _isAsking || _wish is not null;

    /// <summary>When to be called at the latest.</summary>
    public TimeSpan Deadline { get; private set; } = TimeSpan.MaxValue;

    private RtmpTransitions Transitions => dialogue.Session.Transitions;

    /// <summary>Any thread: the player has got the first frame of a stream.</summary>
    public void NoteChanged(LiveStream stream) => _changed = stream;

    /// <summary>Any thread: the player cannot go over to a stream.</summary>
    public void NoteFailed(LiveStream stream) => _failed = stream;

    /// <summary>The client asks for another stream. Access control is asked as for any: nobody gets by a change what he may not play.</summary>
    /// <param name="request">What it asks.</param>
    /// <param name="playing">The session that plays.</param>
    public void Request(RtmpEvent.TransitionRequested request, MediaSession playing)
    {
        RtmpEvent.PlayRequested play = request.Play;
        if (!StreamKey.TryCreate(play.Url.Application, play.Url.StreamName, out StreamKey key, out string? refusal))
        {
            Transitions.Reject(messageStreamId, StatusCode.PlayStreamNotFound, refusal);
            return;
        }

        string? codec = dialogue.Services.Applications.Value.Of(key.Application).AudioCodec;
        if (!ViewerWishes.TryRead(play.Url, dialogue.Request.Capabilities, codec, out ViewerVariant? variant, out refusal))
        {
            Transitions.Reject(messageStreamId, StatusCode.PlayFailed, refusal);
            return;
        }

        MediaSession question = playing.PlayingInstead(key, play.Url.Name.Parameters);
        _isAsking = true;
        dialogue.Ask(
            token => dialogue.Services.Access.PlayAsync(question, token),
            verdict => Answer(new Wish(key, variant, IsUrgent: false, IsPlayers: true), verdict));
    }

    /// <summary>The gateway wants another stream to be sent; false when it is not to be had.</summary>
    public bool Follow(StreamKey key, ViewerVariant variant, bool isUrgent)
    {
        var wish = new Wish(key, variant, isUrgent, IsPlayers: false);
        StreamSearch search = Find(key);
        return search.Stream is { } stream ? Begin(wish, stream) : search.Patience > TimeSpan.Zero && Wait(wish, search.Patience);
    }

    /// <summary>Takes what others have left, and the time; the stream that is played from now on, if that has changed.</summary>
    public LiveStream? TakeNotices()
    {
        if (Interlocked.Exchange(ref _arrived, null) is { } arrived && _wish is { Stream: null } waiting)
        {
            Begin(waiting, arrived);
        }

        if (Interlocked.Exchange(ref _failed, null) is { } failed && _wish is { } refused && ReferenceEquals(refused.Stream, failed))
        {
            GiveUp(StatusCode.PlayFailed, "The other stream has ended, sends no keyframe, or cannot be sent to this player.");
        }

        if (dialogue.Now >= Deadline || (_givenUp is not null && _wait is not null))
        {
            GiveUp(StatusCode.PlayStreamNotFound, _givenUp ?? "The other stream has not come.");
        }

        LiveStream? changed = Interlocked.Exchange(ref _changed, null);
        if (changed is not null && _wish is { } carriedOut && ReferenceEquals(carriedOut.Stream, changed))
        {
            _wish = null;
            if (carriedOut.IsPlayers)
            {
                Transitions.Complete(messageStreamId);
            }
        }

        return changed;
    }

    /// <summary>Nothing is wanted any more: the playing has ended.</summary>
    public void Stop()
    {
        EndWait();
        _wish = null;
    }

    private StreamSearch Find(StreamKey key) =>
        dialogue.Services.Finder.Find(new StreamQuery(key, dialogue.Connection!.RelayPath)); // There is a connection before anything is played.

    private void Answer(Wish wish, AccessVerdict verdict)
    {
        _isAsking = false;
        StreamKey key = wish.Key;
        if (!verdict.IsAllowed)
        {
            Transitions.Reject(messageStreamId, StatusCode.PlayFailed, verdict.Reason ?? "You may not play this stream.");
            return;
        }

        if (verdict.StreamName is { } name && !StreamKey.TryCreate(key.Application, name, out key, out string? refusal))
        {
            Transitions.Reject(messageStreamId, StatusCode.PlayFailed, refusal);
            return;
        }

        StreamSearch search = Find(key);
        if (search.Stream is null && search.Patience <= TimeSpan.Zero)
        {
            string code = search.Refusal is null ? StatusCode.PlayStreamNotFound : StatusCode.PlayFailed;
            Transitions.Reject(messageStreamId, code, search.Refusal ?? "There is no such stream.");
            return;
        }

        Transitions.Accept(messageStreamId);
        wish = wish with { Key = key };
        if (search.Stream is { } stream)
        {
            Begin(wish, stream);
        }
        else if (!Wait(wish, search.Patience))
        {
            Transitions.Fail(messageStreamId, StatusCode.PlayStreamNotFound, "The other stream is not here, and too many wait for others.");
        }
    }

    private bool Begin(Wish wish, LiveStream stream)
    {
        EndWait();
        _wish = wish with { Stream = stream };
        dialogue.Outbox.Post(new ViewerCommand(
            ViewerCommandKind.ChangeStream, Stream: stream, MessageStreamId: messageStreamId, Variant: wish.Variant, IsUrgent: wish.IsUrgent));
        return true;
    }

    private bool Wait(Wish wish, TimeSpan patience)
    {
        EndWait();
        _wish = wish;
        Deadline = dialogue.Now + patience;
        _wait = dialogue.Services.Streams.WaitFor(wish.Key, stream =>
        {
            _arrived = stream;
            dialogue.Wake();
        }, words =>
        {
            _givenUp = words;
            dialogue.Wake();
        });
        if (_wait is null)
        {
            Stop();
        }

        return _wait is not null;
    }

    private void GiveUp(string code, string words)
    {
        bool isPlayers = _wish is { IsPlayers: true };
        Stop();
        if (isPlayers)
        {
            Transitions.Fail(messageStreamId, code, words);
        }
    }

    private void EndWait()
    {
        _wait?.Dispose();
        (_wait, _arrived, _givenUp, Deadline) = (null, null, null, TimeSpan.MaxValue);
    }

    /// <summary>A stream that is to be sent instead.</summary>
    /// <param name="Key">Its name.</param>
    /// <param name="Variant">What of it.</param>
    /// <param name="IsUrgent">Whether pictures may be left out for it.</param>
    /// <param name="IsPlayers">Whether the player has asked for it, and so hears how it fares.</param>
    private sealed record Wish(StreamKey Key, ViewerVariant Variant, bool IsUrgent, bool IsPlayers)
    {
        /// <summary>The stream, once it is here.</summary>
        public LiveStream? Stream { get; init; }
    }
}
