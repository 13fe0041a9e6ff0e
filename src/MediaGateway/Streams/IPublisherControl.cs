using MediaGateway.Diagnostics;

namespace MediaGateway.Streams;

/// <summary>What the hub may ask of the session that publishes a stream. Any thread calls it; an implementation only posts.</summary>
internal interface IPublisherControl
{
    /// <summary>Asks for a keyframe soon. The hub asks at most every 300 ms; the session paces what really goes out.</summary>
    void RequestKeyframe();

    /// <summary>Ends the publishing session, which disposes its lease.</summary>
    void End(SessionEndReason reason, string detail);
}
