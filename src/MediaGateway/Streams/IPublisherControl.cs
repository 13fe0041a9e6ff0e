using MediaGateway.Diagnostics;

namespace MediaGateway.Streams;

/// <summary>What the hub may ask of the session that publishes a stream. Any thread calls it; an implementation only posts.</summary>
internal interface IPublisherControl
{
    /// <summary><c>webrtc</c>, <c>rtmp</c>, <c>rtmps</c>, <c>rtmpt</c>, <c>rtmpts</c> or <c>relay</c>.</summary>
    string Protocol { get; }

    /// <summary>
    /// Whether the publisher can be asked for a keyframe, as browsers can. An encoder that cannot sends one at its own interval, often of
    /// 10 s: its group of pictures is kept longer.
    /// </summary>
    bool AnswersKeyframeRequests { get; }

    /// <summary>
    /// Whether any other publisher may take the stream over, whatever <c>Streams:TakeOver</c> says: a pull from an origin does so, and never
    /// takes over itself.
    /// </summary>
    bool GivesWay => false;

    /// <summary>Asks for a keyframe soon. The hub asks at most every 300 ms; the session paces what really goes out.</summary>
    void RequestKeyframe();

    /// <summary>Ends the publishing session, which disposes its lease.</summary>
    void End(SessionEndReason reason, string detail);
}
