using MediaGateway.Diagnostics;
using MediaGateway.Streams;

namespace MediaGateway.Tests.Streams;

/// <summary>A publisher's session that counts what the hub asks of it.</summary>
internal sealed class FakePublisher : IPublisherControl
{
    public string Protocol { get; init; } = "webrtc";

    public bool AnswersKeyframeRequests { get; init; } = true;

    private int _keyframeRequests;

    public int KeyframeRequests => Volatile.Read(ref _keyframeRequests);

    public SessionEndReason? Ended { get; private set; }

    public void RequestKeyframe() => Interlocked.Increment(ref _keyframeRequests);

    public void End(SessionEndReason reason, string detail) => Ended = reason;
}
