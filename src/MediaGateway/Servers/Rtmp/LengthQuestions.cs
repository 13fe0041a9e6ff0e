using MediaGateway.Rtmp.Sessions;
using MediaGateway.Vod;

namespace MediaGateway.Servers.Rtmp;

/// <summary>
/// Tells one player how long files are: FFmpeg asks before each play, JW Player for the sake of MP3. One question at a time; to any further one the
/// answer is 0, which means unknown. The connection's receive loop owns it.
/// </summary>
internal sealed class LengthQuestions(RtmpDialogue dialogue)
{
    private Task<VodOpening>? _opening;
    private double _transactionId;

    /// <summary>The player asks.</summary>
    public void Take(RtmpEvent.LengthRequested request)
    {
        VodCatalog catalog = dialogue.Services.Files.Catalog;
        bool isName = VodName.TryParse(RtmpFileServices.NameOf(request.Url), out VodName? name, out _);
        if (_opening is not null || name is null || !isName)
        {
            dialogue.Session.Recordings.AnswerLength(request.TransactionId, 0);
            return;
        }

        _transactionId = request.TransactionId;
        _opening = catalog.OpenAsync(request.Url.Application, name);
        _opening.GetAwaiter().UnsafeOnCompleted(dialogue.Wake);
    }

    /// <summary>Answers, when the file is open.</summary>
    public void TakeNotices()
    {
        if (_opening is not { IsCompleted: true } opening)
        {
            return;
        }

        _opening = null;
        using VodFile? file = opening.IsCompletedSuccessfully ? opening.Result.File : null;
        dialogue.Session.Recordings.AnswerLength(_transactionId, file?.Index.Duration.TotalSeconds ?? 0);
    }

    /// <summary>The connection has ended.</summary>
    public async Task EndAsync()
    {
        if (_opening is { } opening)
        {
            _opening = null;
            await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (opening.IsCompletedSuccessfully)
            {
                opening.Result.File?.Dispose();
            }
        }
    }
}
