using MediaGateway.Media.Amf;
using MediaGateway.Rtmp.Messages;

namespace MediaGateway.Rtmp.Sessions;

/// <summary>
/// The command <c>play2</c> (Adobe's dynamic streaming; not in RTMP 1.0): one object that names a stream and how to go over to it. Only
/// the name is needed: JW Player leaves the rest empty or undefined. Owned by the session; writes replies and events.
/// </summary>
public sealed class RtmpTransitions
{
    private const double MillisecondsPerSecond = 1000;

    private readonly NetStreamTable _streams;
    private readonly ReplyWriter _writer;

    internal RtmpTransitions(NetStreamTable streams, ReplyWriter writer) => (_streams, _writer) = (streams, writer);

    /// <summary>Answers <see cref="RtmpEvent.TransitionRequested"/>: it has begun. Nothing happens when the playing has ended meanwhile.</summary>
    public void Accept(uint messageStreamId)
    {
        if (TakeRequested(messageStreamId) is not { IsPlaying: true } stream)
        {
            return;
        }

        stream.NameBefore ??= stream.PlayedName;
        stream.PlayedName = stream.TransitionName;
        WriteBegun(stream, stream.TransitionName);
    }

    /// <summary>Answers <see cref="RtmpEvent.TransitionRequested"/>: no; what plays goes on.</summary>
    /// <param name="messageStreamId">The message stream of the request.</param>
    /// <param name="code">One of the codes of <see cref="StatusCode"/> for playing.</param>
    /// <param name="description">The reason in words.</param>
    public void Reject(uint messageStreamId, string code, string description)
    {
        if (TakeRequested(messageStreamId) is { IsPlaying: true })
        {
            Refuse(messageStreamId, code, description);
        }
    }

    /// <summary>The first frame of the new stream was sent. JW Player asks for no other transition before it hears this.</summary>
    public void Complete(uint messageStreamId)
    {
        if (_streams.Find(messageStreamId) is { IsPlaying: true } stream)
        {
            stream.NameBefore = null;
            _writer.WritePlayStatus(messageStreamId, StatusCode.PlayTransitionComplete, "The transition is complete.", stream.PlayedName);
        }
    }

    /// <summary>A transition that had begun could not be completed: the stream that played before goes on.</summary>
    /// <param name="messageStreamId">The message stream.</param>
    /// <param name="code">One of the codes of <see cref="StatusCode"/> for playing.</param>
    /// <param name="description">The reason in words.</param>
    public void Fail(uint messageStreamId, string code, string description)
    {
        if (_streams.Find(messageStreamId) is { IsPlaying: true } stream)
        {
            stream.PlayedName = stream.NameBefore ?? stream.PlayedName;
            stream.NameBefore = null;
            Refuse(messageStreamId, code, description);
        }
    }

    /// <summary>Carries out the command; false when it is another one.</summary>
    internal bool TryHandle(Command command, uint messageStreamId, TimeSpan now)
    {
        if (command.Name != "play2")
        {
            return false;
        }

        if (_streams.Find(messageStreamId) is not { } stream)
        {
            Refuse(messageStreamId, StatusCode.PlayFailed, "Play2 was called before createStream.");
        }
        else if (command.Argument(0) is not AmfMap options)
        {
            Refuse(messageStreamId, StatusCode.PlayFailed, "Play2 needs an object that names a stream.");
        }
        else
        {
            Handle(stream, options, now);
        }

        return true;
    }

    private void Handle(NetStream stream, AmfMap options, TimeSpan now)
    {
        string? transition = Text(options, "transition");
        if (transition == "stop")
        {
            Stop(stream, now);
            return;
        }

        if (Text(options, "streamName") is not { } text || !RtmpUrlPart.TryParse(text, out RtmpUrlPart? name))
        {
            Refuse(stream.MessageStreamId, StatusCode.PlayStreamNotFound, "The stream name cannot be read.");
            return;
        }

        var url = new RtmpUrl(_streams.App, name);
        var item = new PlayList.Item(text, ReadRequest(stream, url, options));
        switch (transition)
        {
            case "switch" or null when stream.IsPlaying:
                Change(stream, item, options, RtmpTransition.Switch);
                break;
            case "swap" when stream.IsPlaying:
                Change(stream, item, options, RtmpTransition.Swap);
                break;
            case "append" or "appendAndWait":
                _streams.Append(stream, item, starts: transition == "append", now);
                break;
            case "resume":
                Play(stream, item with { Request = Resumed(item.Request, options) }, isReset: false, now);
                break;
            case "reset" or "switch" or "swap" or null:
                Play(stream, item, isReset: true, now);
                break;
            default:
                Refuse(stream.MessageStreamId, StatusCode.PlayFailed, "There is no such transition.");
                break;
        }
    }

    /// <summary>The object holds seconds, other than the arguments of play; some clients write milliseconds for the two special values.</summary>
    private static RtmpEvent.PlayRequested ReadRequest(NetStream stream, RtmpUrl url, AmfMap options)
    {
        (RtmpPlayStart start, long milliseconds) = Seconds(options, "start") is { } seconds
            ? (RtmpPlayStart.Recorded, seconds)
            : (Number(options, "start") is -1 or -1000 ? RtmpPlayStart.Live : RtmpPlayStart.LiveOrRecorded, 0);
        return new RtmpEvent.PlayRequested(stream.MessageStreamId, url, start, milliseconds, Seconds(options, "len"));
    }

    private static RtmpEvent.PlayRequested Resumed(RtmpEvent.PlayRequested request, AmfMap options) => Seconds(options, "offset") is { } offset
        ? request with { Start = RtmpPlayStart.Recorded, StartMilliseconds = offset }
        : request;

    private static double? Number(AmfMap options, string name) => options.Find(name)?.AsNumber;

    /// <summary>A time of the object in milliseconds; null when it is absent, undefined or one of the special values.</summary>
    private static long? Seconds(AmfMap options, string name) =>
        Number(options, name) is >= 0 and <= int.MaxValue / MillisecondsPerSecond and var seconds ? (long)(seconds * MillisecondsPerSecond) : null;

    private static string? Text(AmfMap options, string name) => options.Find(name)?.AsString is { Length: > 0 } text ? text : null;

    private NetStream? TakeRequested(uint messageStreamId)
    {
        NetStream? stream = _streams.TakeTransition(messageStreamId);
        if (stream is not null)
        {
            stream.IsTransitionRequested = false;
        }

        return stream;
    }

    private void Change(NetStream stream, PlayList.Item item, AmfMap options, RtmpTransition transition)
    {
        string? old = Text(options, "oldStreamName");
        if (old is not null && old != stream.PlayedName)
        {
            // What is still to come can be exchanged too. A name that is neither must not stop a player that spells its stream differently.
            if (stream.PlayList.TryReplace(old, item))
            {
                WriteBegun(stream, item.Name);
                return;
            }

            if (transition == RtmpTransition.Swap)
            {
                Refuse(stream.MessageStreamId, StatusCode.PlayFailed, "What is to be swapped is neither played nor to come.");
                return;
            }
        }

        stream.TransitionName = item.Name;
        _streams.AskTransition(stream, new RtmpEvent.TransitionRequested(item.Request, transition, Seconds(options, "offset")));
    }

    private void Play(NetStream stream, PlayList.Item item, bool isReset, TimeSpan now)
    {
        _streams.Stop(stream, now);
        stream.PlayList.Clear();
        stream.IsResetWanted = isReset;
        _streams.AskToPlay(stream, item.Name, item.Request);
    }

    private void Stop(NetStream stream, TimeSpan now)
    {
        stream.PlayList.Clear();
        if (stream.IsPlaying && _streams.Stop(stream, now))
        {
            _writer.WriteUserControl(UserControlEventType.StreamEnd, stream.MessageStreamId);
            _writer.WriteStatus(stream.MessageStreamId, "status", StatusCode.PlayStop, "Stopped playing.");
        }
    }

    private void WriteBegun(NetStream stream, string name) =>
        _writer.WriteTransition(stream.MessageStreamId, "The transition has begun.", name);

    private void Refuse(uint messageStreamId, string code, string description) =>
        _writer.WriteStatus(messageStreamId, "error", code, description);
}
