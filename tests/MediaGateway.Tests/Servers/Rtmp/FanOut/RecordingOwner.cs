using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Servers.Rtmp.FanOut;
using MediaGateway.Streams;

namespace MediaGateway.Tests.Servers.Rtmp.FanOut;

/// <summary>A connection's owner that writes down what it is told.</summary>
internal sealed class RecordingOwner : IViewerOwner
{
    private volatile LiveStream? _ended;
    private volatile int _reports;
    private int _end = -1;

    public LiveStream? EndedStream => _ended;

    public int Reports => _reports;

    public SessionEndReason? End => Volatile.Read(ref _end) is >= 0 and var reason ? (SessionEndReason)reason : null;

    public void OnStreamEnded(LiveStream stream) => _ended = stream;

    public CodecId? Unplayable { get; private set; }

    public int LossReports { get; private set; }

    public void OnStreamUnplayable(LiveStream stream, CodecId codec) => Unplayable = codec;

    public void OnFramesLost() => LossReports++;

    public void OnReported() => _reports++;

    public void OnViewerEnded(SessionEndReason reason) => Volatile.Write(ref _end, (int)reason);
}
