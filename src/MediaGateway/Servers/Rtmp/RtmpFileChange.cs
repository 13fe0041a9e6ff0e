using MediaGateway.Authorization;
using MediaGateway.Rtmp.Messages;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using MediaGateway.Vod;

namespace MediaGateway.Servers.Rtmp;

/// <summary>
/// How a client that plays a file goes over to another one by <c>play2</c>: asked about, opened, then at a keyframe. One at a time: the
/// next is refused until it is complete. The connection's receive loop owns it; others only leave notices.
/// </summary>
internal sealed class RtmpFileChange(RtmpDialogue dialogue, uint messageStreamId)
{
    private Task<VodOpening>? _opening;
    private StreamKey _key;
    private VodFile? _file;

    // Left by others, taken by the loop after it was woken.
    private volatile bool _isSent;
    private volatile bool _hasFailed;

    private RtmpTransitions Transitions => dialogue.Session.Transitions;

    /// <summary>The client asks for another file. Access control is asked as for any.</summary>
    public void Request(RtmpEvent.TransitionRequested request, MediaSession playing)
    {
        RtmpEvent.PlayRequested play = request.Play;
        if (_file is not null)
        {
            Transitions.Reject(messageStreamId, StatusCode.PlayFailed, "The transition before this one is not complete.");
            return;
        }

        if (!VodName.TryParse(RtmpFileServices.NameOf(play.Url), out VodName? name, out _)
            || !StreamKey.TryCreateFile(play.Url.Application, name.Path, out StreamKey key, out _))
        {
            Transitions.Reject(messageStreamId, StatusCode.PlayStreamNotFound, VodOpening.Missing.Refusal!); // Missing says why.
            return;
        }

        MediaSession question = playing.PlayingInstead(key, play.Url.Name.Parameters);
        dialogue.Ask(token => dialogue.Services.Access.PlayAsync(question, token), verdict => Answer(verdict, key, name));
    }

    /// <summary>Takes what others have left; the file and its name that play from now on, once its first frame was sent.</summary>
    /// <param name="reader">What reads for the player; null when nothing does.</param>
    public (VodFile File, StreamKey Key)? TakeNotices(FileReader? reader)
    {
        if (_opening is { IsCompleted: true } opening)
        {
            _opening = null;
            TakeOpening(opening, reader);
        }

        if (_hasFailed && _file is not null)
        {
            Stop();
            Transitions.Fail(messageStreamId, StatusCode.PlayFailed, "The other file has no keyframe so late.");
        }

        return _isSent ? TakeOver() : null;
    }

    /// <summary>The file that is on its way plays from now on; null when there is none.</summary>
    public (VodFile File, StreamKey Key)? TakeOver()
    {
        if (_file is not { } file)
        {
            return null;
        }

        (_file, _isSent, _hasFailed) = (null, false, false);
        Transitions.Complete(messageStreamId);
        return (file, _key);
    }

    /// <summary>Nothing is wanted any more: the playing has ended.</summary>
    public void Stop()
    {
        _file?.Dispose();
        (_file, _isSent, _hasFailed) = (null, false, false);
        if (_opening is { } opening)
        {
            _opening = null;
            _ = opening.ContinueWith(
                static done => done.Result.File?.Dispose(),
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }

    private void Answer(AccessVerdict verdict, StreamKey key, VodName name)
    {
        if (!verdict.IsAllowed)
        {
            Transitions.Reject(messageStreamId, StatusCode.PlayFailed, verdict.Reason ?? "You may not play this file.");
            return;
        }

        if (verdict.StreamName is { } other
            && (!VodName.TryParse(other, out name!, out _) || !StreamKey.TryCreateFile(key.Application, name.Path, out key, out _)))
        {
            Transitions.Reject(messageStreamId, StatusCode.PlayStreamNotFound, VodOpening.Missing.Refusal!); // Missing says why.
            return;
        }

        _key = key;
        _opening = dialogue.Services.Files.Catalog.OpenAsync(key.Application, name);
        _opening.GetAwaiter().UnsafeOnCompleted(dialogue.Wake);
    }

    private void TakeOpening(Task<VodOpening> opening, FileReader? reader)
    {
        if (!opening.IsCompletedSuccessfully || opening.Result.File is not { } file)
        {
            bool isMissing = opening.IsCompletedSuccessfully && opening.Result.IsMissing;
            string words = opening.IsCompletedSuccessfully ? opening.Result.Refusal ?? "" : "The file cannot be opened.";
            Transitions.Reject(messageStreamId, isMissing ? StatusCode.PlayStreamNotFound : StatusCode.PlayFailed, words);
            return;
        }

        RtmpPeerCapabilities capabilities = dialogue.Request.Capabilities;
        if (reader is null || FilePlan.FormatsAt(file.Index, 0, capabilities).Count == 0)
        {
            file.Dispose();
            Transitions.Reject(messageStreamId, StatusCode.PlayFailed, "The file holds nothing that this player has announced, or what plays has ended.");
            return;
        }

        _file = file;
        Transitions.Accept(messageStreamId);
        reader.Turn(new FileTurn(file, capabilities, NoteSent, NoteFailed));
    }

    private void NoteSent()
    {
        _isSent = true;
        dialogue.Wake();
    }

    private void NoteFailed()
    {
        _hasFailed = true;
        dialogue.Wake();
    }
}
