using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Servers.Rtmp.FanOut;
using MediaGateway.Servers.Rtmp.FanOut.Levels;
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

    public List<LiveStream> Changes { get; } = [];

    public List<LiveStream> FailedChanges { get; } = [];

    public List<LevelWish> Wishes { get; } = [];

    public void OnStreamChanged(LiveStream stream) => Changes.Add(stream);

    public void OnStreamChangeFailed(LiveStream stream) => FailedChanges.Add(stream);

    public void OnLevelWanted(LevelWish wish) => Wishes.Add(wish);

    public void OnFramesLost() => LossReports++;

    public void OnReported() => _reports++;

    public void OnViewerEnded(SessionEndReason reason) => Volatile.Write(ref _end, (int)reason);
}
