using System.Buffers;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Servers.Flv;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Servers.Flv;

public sealed class FlvPlaybackTests : IDisposable
{
    private readonly TrackingBufferPool _pool = new();
    private readonly TestHub _hub;
    private readonly TestFrames _frames;
    private readonly PublishLease _lease;

    public FlvPlaybackTests()
    {
        _hub = new TestHub(_pool);
        _frames = new TestFrames(_pool);
        _lease = _hub.Publish("name", new FakePublisher(), ExpectedTracks.Video);
    }

    public void Dispose()
    {
        _lease.Dispose();
        _hub.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public async Task SlowViewer_GoesOnAtTheNewestKeyframe()
    {
        _lease.Publish(_frames.Key(0));
        var target = new HeldTarget();
        FlvPlayback playback = Playback(new RtmpOptions { ViewerQueueDuration = TimeSpan.FromSeconds(2) });
        Task<SessionEndReason> playing = playback.PlayAsync(target, TestContext.Current.CancellationToken);
        await target.HeldAsync();
        for (int time = 40; time <= 4000; time += 40)
        {
            _hub.Time.Advance(TimeSpan.FromMilliseconds(40));
            _lease.Publish(time % 1000 == 0 ? _frames.Key(time) : _frames.Delta(time));
        }

        target.Release();
        _lease.End(StreamEndReason.Unpublished);
        Assert.Equal(SessionEndReason.Completed, await playing);
        int[] times = [.. FlvFile.Read(target.Written).Where(tag => tag.Type == 9 && tag.Body[1] == 1).Select(tag => tag.Timestamp)];
        Assert.Equal(0, times[0]);
        Assert.Equal(0, times[1] % 1000);
        Assert.InRange(times[1], 2000, 4000);
        Assert.Equal(4000, times[^1]);
        Assert.Equal(101, times.Length + playback.DroppedFrames);
        Assert.Equal(times.Length, playback.Frames);
    }

    [Fact]
    public async Task ViewerThatTakesNothing_IsDisconnected()
    {
        _lease.Publish(_frames.Key(0));
        var target = new HeldTarget();
        var options = new RtmpOptions();
        Task<SessionEndReason> playing = Playback(options).PlayAsync(target, TestContext.Current.CancellationToken);
        await target.HeldAsync();
        _hub.Time.Advance(options.SlowViewerTimeout);
        Assert.Equal(SessionEndReason.SlowConsumer, await playing);
        Assert.Equal((0, 0), (_lease.Stream.Viewers, _lease.Stream.Outlets));
    }

    [Fact]
    public async Task StopWhileNothingComes_EndsIt()
    {
        using var stop = new CancellationTokenSource();
        Task<SessionEndReason> playing = Playback(new RtmpOptions()).PlayAsync(new HeldTarget(), stop.Token);
        Assert.False(playing.IsCompleted);
        await stop.CancelAsync();
        Assert.Equal(SessionEndReason.PeerClosed, await playing);
    }

    [Fact]
    public async Task FrameAndViewer_AllocateNothing()
    {
        MediaFrame[] group = [_frames.Key(0), .. Enumerable.Range(1, 19).Select(number => _frames.Delta(number * 40))];
        _lease.Publish(_frames.Key(0));
        var target = new FeedingTarget(_lease, group);
        Assert.Equal(SessionEndReason.Completed, await Playback(new RtmpOptions()).PlayAsync(target, TestContext.Current.CancellationToken));
        Assert.Equal(0, target.LeastAllocated);
        foreach (MediaFrame frame in group)
        {
            frame.Release();
        }
    }

    private FlvPlayback Playback(RtmpOptions options) =>
        new(_lease.Stream, AudioPreference.Aac, new FlvServices(options, _hub.Clock, _hub.Time, _hub.Metrics));

    /// <summary>
    /// A viewer that takes everything at once and has the next frame published then, so that frame after frame passes through the playback
    /// on one thread, which counts what it allocates for a group of pictures.
    /// </summary>
    private sealed class FeedingTarget(PublishLease lease, MediaFrame[] group) : IFlvTarget, IBufferWriter<byte>
    {
        private const int Groups = 40;

        private readonly byte[] _bytes = new byte[256 * 1024];
        private int _next;
        private long _before;

        /// <summary>
        /// Bytes allocated for the cheapest group: code that is not optimized yet and what grows to its size once are left out.
        /// </summary>
        public long LeastAllocated { get; private set; } = long.MaxValue;

        public IBufferWriter<byte> Output => this;

        public void Advance(int count)
        {
        }

        public Memory<byte> GetMemory(int sizeHint = 0) => _bytes;

        public Span<byte> GetSpan(int sizeHint = 0) => _bytes;

        public ValueTask FlushAsync(CancellationToken cancellationToken)
        {
            if (_next % group.Length == 0)
            {
                long now = GC.GetAllocatedBytesForCurrentThread();
                LeastAllocated = _next == 0 ? LeastAllocated : Math.Min(LeastAllocated, now - _before);
                _before = now;
            }

            if (_next == group.Length * Groups)
            {
                lease.End(StreamEndReason.Unpublished);
            }
            else if (_next < group.Length * Groups)
            {
                lease.Publish(group[_next % group.Length].AddReference());
            }

            _next++;
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>A viewer that takes nothing until it is released.</summary>
    private sealed class HeldTarget : IFlvTarget
    {
        private readonly ArrayBufferWriter<byte> _output = new();
        private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IBufferWriter<byte> Output => _output;

        public ReadOnlySpan<byte> Written => _output.WrittenSpan;

        public Task HeldAsync() => _held.Task;

        public void Release() => _released.TrySetResult();

        public async ValueTask FlushAsync(CancellationToken cancellationToken)
        {
            _held.TrySetResult();
            await _released.Task.WaitAsync(cancellationToken);
        }
    }
}
