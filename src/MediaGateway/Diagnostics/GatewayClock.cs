namespace MediaGateway.Diagnostics;

/// <summary>
/// The one monotonic clock of the gateway: time since this object was made. Every <c>now</c> that a core receives and every
/// <see cref="Media.Frames.MediaFrame.ReceivedAt"/> comes from here. Any thread.
/// </summary>
internal sealed class GatewayClock(TimeProvider timeProvider)
{
    private readonly long _start = timeProvider.GetTimestamp();

    /// <summary>Gateway time now. Never goes backwards.</summary>
    public TimeSpan Now => timeProvider.GetElapsedTime(_start);
}
