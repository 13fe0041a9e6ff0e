using MediaGateway.Rtmp.Messages;

namespace MediaGateway.Rtmp.Sessions;

/// <summary>
/// What a player asks about recordings and is answered: their length, another place, their end (RTMP 1.0, 7.2.2.7, and Adobe's
/// <c>getStreamLength</c> and <c>onPlayStatus</c>). Owned by the session; writes replies and events.
/// </summary>
public sealed class RtmpRecordings
{
    private readonly NetStreamTable _streams;
    private readonly ReplyWriter _writer;
    private readonly Queue<RtmpEvent> _events;

    internal RtmpRecordings(NetStreamTable streams, ReplyWriter writer, Queue<RtmpEvent> events) =>
        (_streams, _writer, _events) = (streams, writer, events);

    /// <summary>
    /// Whether <see cref="RtmpEvent.LengthRequested"/> is raised when the peer asks for the length of a stream. Off, it is told 0, as is right
    /// for live streams.
    /// </summary>
    public bool AnswersLengths { get; set; }

    /// <summary>What the peer has said that it does not want before it played: a file may be read before the events that tell it are taken.</summary>
    public (bool Audio, bool Video) UnwantedOf(uint messageStreamId) =>
        _streams.Find(messageStreamId) is { } stream ? (stream.IsAudioUnwanted, stream.IsVideoUnwanted) : default;

    /// <summary>Answers <see cref="RtmpEvent.LengthRequested"/>; at any time later.</summary>
    /// <param name="transactionId">That of the request.</param>
    /// <param name="seconds">The length; 0 when it is not known.</param>
    public void AnswerLength(double transactionId, double seconds) => _writer.WriteResult(transactionId, seconds);

    /// <summary>
    /// Answers <see cref="RtmpEvent.SeekRequested"/>: what is sent from here on is of the other place. FFmpeg drops everything before.
    /// </summary>
    public void AcceptSeek(uint messageStreamId)
    {
        if (_streams.Find(messageStreamId) is not { IsPlaying: true } stream)
        {
            return;
        }

        stream.IsComplete = false;
        _writer.WriteUserControl(UserControlEventType.StreamEnd, messageStreamId);
        _writer.WriteUserControl(UserControlEventType.StreamIsRecorded, messageStreamId);
        _writer.WriteUserControl(UserControlEventType.StreamBegin, messageStreamId);
        _writer.WriteStatus(messageStreamId, "status", StatusCode.SeekNotify, "Seeking.");
        _writer.WriteStatus(messageStreamId, "status", StatusCode.PlayStart, "Started playing.");
    }

    /// <summary>Answers <see cref="RtmpEvent.SeekRequested"/>: no; what plays goes on.</summary>
    /// <param name="messageStreamId">The message stream.</param>
    /// <param name="description">The reason in words.</param>
    public void RejectSeek(uint messageStreamId, string description)
    {
        if (_streams.Find(messageStreamId) is { IsPlaying: true })
        {
            _writer.WriteStatus(messageStreamId, "error", StatusCode.SeekFailed, description);
        }
    }

    /// <summary>
    /// A recording was played to its end, or as far as was asked for. The peer may still go back in it until
    /// <see cref="RtmpServerSession.EndPlay"/>; unless there is a next stream in its list, which is then asked for.
    /// </summary>
    /// <param name="messageStreamId">The message stream.</param>
    /// <param name="seconds">How long it was.</param>
    /// <param name="bytes">Bytes of media that were sent.</param>
    /// <returns>Whether the next stream is asked for: then this one has ended.</returns>
    public bool Complete(uint messageStreamId, double seconds, double bytes)
    {
        if (_streams.Find(messageStreamId) is not { IsPlaying: true } stream)
        {
            return false;
        }

        _writer.WriteUserControl(UserControlEventType.StreamEnd, messageStreamId);
        stream.IsResetWanted = false;
        if (_streams.PlayNext(stream))
        {
            stream.IsRecorded = false;
            _writer.WritePlayStatus(messageStreamId, StatusCode.PlaySwitch, "The next stream of the list.", stream.PlayedName);
            return true;
        }

        stream.IsComplete = true;
        _writer.WriteStatus(messageStreamId, "status", StatusCode.PlayStop, "Stopped playing.");
        _writer.WritePlayStatus(messageStreamId, StatusCode.PlayComplete, "Played to its end.", stream.PlayedName, seconds, bytes);
        return false;
    }

    /// <summary>Carries out a command; false when it is none about a recording.</summary>
    internal bool TryHandle(Command command, uint messageStreamId)
    {
        switch (command.Name)
        {
            case "getStreamLength" when AnswersLengths
                && command.Argument(0)?.AsString is { } text
                && RtmpUrlPart.TryParse(text, out RtmpUrlPart? name):
                _events.Enqueue(new RtmpEvent.LengthRequested(command.TransactionId, new RtmpUrl(_streams.App, name)));
                return true;
            case "seek" when _streams.Find(messageStreamId) is { IsPlaying: true, IsRecorded: true }:
                double milliseconds = command.Argument(0)?.AsNumber is >= 0 and <= int.MaxValue and var number ? number : 0;
                _events.Enqueue(new RtmpEvent.SeekRequested(messageStreamId, (long)milliseconds));
                return true;
            default:
                return false;
        }
    }
}
