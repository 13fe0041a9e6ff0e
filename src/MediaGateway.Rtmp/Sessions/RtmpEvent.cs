namespace MediaGateway.Rtmp.Sessions;

/// <summary>Something the peer did that the owner of the session must know of or decide.</summary>
public abstract record RtmpEvent
{
    /// <summary>
    /// The peer wants to connect. Answer with <see cref="RtmpServerSession.AcceptConnect"/> or
    /// <see cref="RtmpServerSession.RejectConnect"/>; until then no input is taken.
    /// </summary>
    /// <param name="Request">What it said of itself.</param>
    public sealed record ConnectRequested(RtmpConnectRequest Request) : RtmpEvent;

    /// <summary>
    /// The peer wants to play. Answer with <see cref="RtmpServerSession.AcceptPlay"/> or <see cref="RtmpServerSession.RejectPlay"/>;
    /// until then no input is taken.
    /// </summary>
    /// <param name="MessageStreamId">The message stream to play on.</param>
    /// <param name="Url">Which stream, with the parameters of connection and stream.</param>
    /// <param name="Start">Live, recorded or either.</param>
    /// <param name="StartMilliseconds">Where to start in a recording; 0 unless <paramref name="Start"/> is Recorded.</param>
    /// <param name="DurationMilliseconds">How much to play; null for all.</param>
    public sealed record PlayRequested(
        uint MessageStreamId,
        RtmpUrl Url,
        RtmpPlayStart Start,
        long StartMilliseconds,
        long? DurationMilliseconds) : RtmpEvent;

    /// <summary>
    /// The peer wants to go over from what it plays to another stream. What it plays goes on; answer with
    /// <see cref="RtmpTransitions.Accept"/> or <see cref="RtmpTransitions.Reject"/>, until then no input is taken;
    /// then say how it ended with <see cref="RtmpTransitions.Complete"/> or <see cref="RtmpTransitions.Fail"/>. The
    /// next one may come before that and takes its place.
    /// </summary>
    /// <param name="Play">The message stream and the new stream.</param>
    /// <param name="Transition">How.</param>
    /// <param name="OffsetMilliseconds">The stream time from which the new stream is wanted at once; null for the next keyframe.</param>
    public sealed record TransitionRequested(PlayRequested Play, RtmpTransition Transition, long? OffsetMilliseconds) : RtmpEvent;

    /// <summary>
    /// The peer wants to publish. Answer with <see cref="RtmpServerSession.AcceptPublish"/> or
    /// <see cref="RtmpServerSession.RejectPublish"/>; until then no input is taken. The name is not checked against any grammar.
    /// </summary>
    /// <param name="MessageStreamId">The message stream to publish on.</param>
    /// <param name="Url">Under which name, with the parameters of connection and stream.</param>
    /// <param name="Type"><c>live</c>, <c>record</c> or <c>append</c>; <c>live</c> when the peer did not say.</param>
    public sealed record PublishRequested(uint MessageStreamId, RtmpUrl Url, string Type) : RtmpEvent;

    /// <summary>
    /// The peer no longer plays or publishes on this message stream, of its own will. Send nothing more on it; nothing more comes
    /// from it. What it published before was handed out by <see cref="RtmpServerSession.TryTakePublished"/>.
    /// </summary>
    /// <param name="MessageStreamId">The message stream.</param>
    public sealed record StreamClosed(uint MessageStreamId) : RtmpEvent;

    /// <summary>The peer paused or resumed; it has been told so. After resuming, start at a keyframe.</summary>
    /// <param name="MessageStreamId">The message stream.</param>
    /// <param name="IsPaused">Whether it is paused from now on.</param>
    /// <param name="Milliseconds">The stream time that the peer gave.</param>
    public sealed record PauseChanged(uint MessageStreamId, bool IsPaused, long Milliseconds) : RtmpEvent;

    /// <summary>The peer wants the sound or not. Comes right after playing was accepted when it said so before.</summary>
    /// <param name="MessageStreamId">The message stream.</param>
    /// <param name="IsWanted">Whether to send audio messages from now on.</param>
    public sealed record ReceiveAudioChanged(uint MessageStreamId, bool IsWanted) : RtmpEvent;

    /// <summary>The peer wants the pictures or not. Comes right after playing was accepted when it said so before.</summary>
    /// <param name="MessageStreamId">The message stream.</param>
    /// <param name="IsWanted">Whether to send video messages from now on.</param>
    public sealed record ReceiveVideoChanged(uint MessageStreamId, bool IsWanted) : RtmpEvent;

    /// <summary>
    /// The peer wants to see another place of the recording that it plays. Answer with <see cref="RtmpRecordings.AcceptSeek"/> or
    /// <see cref="RtmpRecordings.RejectSeek"/>.
    /// </summary>
    /// <param name="MessageStreamId">The message stream.</param>
    /// <param name="Milliseconds">The place.</param>
    public sealed record SeekRequested(uint MessageStreamId, long Milliseconds) : RtmpEvent;

    /// <summary>The peer wants to know how long a recording is. Answer with <see cref="RtmpRecordings.AnswerLength"/>.</summary>
    /// <param name="TransactionId">What the answer names.</param>
    /// <param name="Url">Which.</param>
    public sealed record LengthRequested(double TransactionId, RtmpUrl Url) : RtmpEvent;

    /// <summary>The peer told how much it buffers.</summary>
    /// <param name="MessageStreamId">The message stream; 0 before one is created.</param>
    /// <param name="Milliseconds">The length of its buffer.</param>
    public sealed record BufferLengthSet(uint MessageStreamId, long Milliseconds) : RtmpEvent;
}
