using MediaGateway.Media.Frames;
using MediaGateway.Streams;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Streams;

public sealed class LiveStreamTests : IDisposable
{
    private static readonly SubscriptionOptions FromCache = new(AudioPreference.Opus, StartPoint.CachedGroup);
    private static readonly SubscriptionOptions FromNext = new(AudioPreference.Opus, StartPoint.NextKeyframe);

    private readonly TrackingBufferPool _pool = new();
    private readonly FakePublisher _publisher = new();
    private readonly RecordingOutlet _outlet = new();
    private readonly TestHub _hub;
    private readonly TestFrames _frames;
    private PublishLease _lease;

    public LiveStreamTests()
    {
        _hub = new TestHub(_pool);
        _frames = new TestFrames(_pool);
        _lease = _hub.Publish("test", _publisher, ExpectedTracks.AudioAndVideo);
    }

    private LiveStream Stream => _lease.Stream;

    public void Dispose()
    {
        _lease.Dispose();
        _hub.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public void CachedGroup_IsReplayedInDecodingOrderThenLiveFollows()
    {
        Publish(_frames.Key(0), _frames.Sound(10), _frames.Sound(30), _frames.Delta(33), _frames.Delta(66), _frames.Sound(50));
        Stream.Attach(_outlet, FromCache);
        Publish(_frames.Sound(70), _frames.Delta(100));
        Assert.Equal("K0 S10 S30 D33 S50 D66 S70 D100", _outlet.Text);
        Assert.Equal(new StreamFormats(TestFrames.Picture360, TestFrames.Opus), _outlet.Formats);
        Assert.Equal(0, _publisher.KeyframeRequests);
    }

    [Fact]
    public void NewKeyframe_StartsANewGroupWithTheSoundFromItsTimeOn()
    {
        Publish(_frames.Key(0), _frames.Sound(0), _frames.Sound(80), _frames.Sound(100), _frames.Sound(120), _frames.Key(100), _frames.Sound(90));
        Stream.Attach(_outlet, FromCache);
        Publish(_frames.Sound(95), _frames.Sound(140));
        Assert.Equal("K100 S100 S120 S140", _outlet.Text);
    }

    [Fact]
    public void NoGroup_AsksForAKeyframeAtOnceAndStartsThere()
    {
        Publish(_frames.Delta(0), _frames.Sound(0));
        Stream.Attach(_outlet, FromCache);
        Assert.Equal(1, _publisher.KeyframeRequests);
        Publish(_frames.Sound(20), _frames.Delta(33));
        Assert.Equal(0, _outlet.Starts);
        Publish(_frames.Key(66), _frames.Sound(60), _frames.Sound(80));
        Assert.Equal("K66 S80", _outlet.Text);
    }

    [Fact]
    public void NextKeyframe_IgnoresTheCachedGroupAndAsks()
    {
        Publish(_frames.Key(0), _frames.Sound(0));
        Stream.Attach(_outlet, FromNext);
        Assert.Equal(1, _publisher.KeyframeRequests);
        Publish(_frames.Delta(33), _frames.Key(66), _frames.Delta(100));
        Assert.Equal("K66 D100", _outlet.Text);
    }

    [Fact]
    public void ExpectedTrackIsMissing_StartWaitsForItsFormat()
    {
        Stream.Attach(_outlet, FromCache);
        Publish(_frames.Key(0), _frames.Delta(33));
        Assert.Equal(0, _outlet.Starts);
        Publish(_frames.Sound(40));
        Assert.Equal("K0 D33 S40", _outlet.Text);
        Assert.Equal(TestFrames.Opus, _outlet.Formats!.Value.Audio);
    }

    [Fact]
    public void ExpectedTrackNeverComes_StartAfterTwoSecondsWithoutIt()
    {
        Stream.Attach(_outlet, FromCache);
        Publish(_frames.Key(0));
        _hub.Time.Advance(TimeSpan.FromSeconds(1.9));
        Publish(_frames.Delta(1900));
        Assert.Equal(0, _outlet.Starts);
        _hub.Time.Advance(TimeSpan.FromSeconds(0.1));
        Publish(_frames.Delta(2000));
        Assert.Equal("K0 D1900 D2000", _outlet.Text);
        Assert.Equal(new StreamFormats(TestFrames.Picture360, null), _outlet.Formats);
        Publish(_frames.Sound(2010));
        Assert.EndsWith("S2010", _outlet.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void AudioOnly_StartsAtOnceWithTheLastMoments()
    {
        _lease.Dispose();
        _lease = _hub.Publish("test", _publisher, ExpectedTracks.Audio);
        for (int time = 0; time <= 2000; time += 20)
        {
            Publish(_frames.Sound(time));
        }

        Stream.Attach(_outlet, FromCache);
        Publish(_frames.Sound(2020));
        Assert.Equal("S1500", _outlet.Frames[0]);
        Assert.Equal("S2020", _outlet.Frames[^1]);
        Assert.Equal(27, _outlet.Frames.Count);
        Assert.Equal(0, _publisher.KeyframeRequests);
    }

    [Fact]
    public void VideoComesLate_StartsAtItsKeyframe()
    {
        _lease.Dispose();
        _lease = _hub.Publish("test", _publisher, ExpectedTracks.Audio);
        Publish(_frames.Sound(0));
        Stream.Attach(_outlet, FromCache);
        Publish(_frames.Delta(10));
        Assert.Equal(1, _publisher.KeyframeRequests);
        Publish(_frames.Sound(20), _frames.Key(43), _frames.Delta(76));
        Assert.Equal("S0 S20 K43 D76", _outlet.Text);
    }

    [Fact]
    public void NoAudioWanted_OnlyPicturesCome()
    {
        Publish(_frames.Key(0), _frames.Sound(0));
        Stream.Attach(_outlet, new SubscriptionOptions(AudioPreference.None, StartPoint.CachedGroup));
        Publish(_frames.Sound(20), _frames.Delta(33));
        Assert.Equal("K0 D33", _outlet.Text);
        Assert.Null(_outlet.Formats!.Value.Audio);
    }

    [Fact]
    public void End_TellsEveryOutletOnceAndNothingFollows()
    {
        var second = new RecordingOutlet();
        Publish(_frames.Key(0), _frames.Sound(0));
        Stream.Attach(_outlet, FromCache);
        Stream.Attach(second, FromNext);
        _lease.End(StreamEndReason.ServerShutdown);
        _lease.Dispose();
        Publish(_frames.Key(33));
        Assert.Equal([StreamEndReason.ServerShutdown], _outlet.Ends);
        Assert.Equal([StreamEndReason.ServerShutdown], second.Ends);
        Assert.Equal("K0 S0", _outlet.Text);
        Assert.False(Stream.Attach(new RecordingOutlet(), FromCache));
        Stream.Detach(_outlet);
    }

    [Fact]
    public void Detached_IsCalledNoMore()
    {
        var waiting = new RecordingOutlet();
        Publish(_frames.Key(0), _frames.Sound(0));
        Stream.Attach(_outlet, FromCache);
        Stream.Attach(waiting, FromNext);
        Stream.Detach(_outlet);
        Stream.Detach(waiting);
        Publish(_frames.Key(33));
        _lease.Dispose();
        Assert.Equal("K0 S0", _outlet.Text);
        Assert.Empty(_outlet.Ends);
        Assert.Equal(0, waiting.Starts);
        Assert.Empty(waiting.Ends);
    }

    [Fact]
    public void AttachedTwice_Throws()
    {
        Stream.Attach(_outlet, FromCache);
        Assert.Throws<InvalidOperationException>(() => Stream.Attach(_outlet, FromCache));
    }

    [Fact]
    public void ThreadsThatJoinWhileFramesFlow_SeeNoHoleAndNoDouble()
    {
        RecordingOutlet[] outlets = [.. Enumerable.Range(0, 200).Select(_ => new RecordingOutlet())];
        using var started = new ManualResetEventSlim();
        var joiner = new Thread(() =>
        {
            started.Wait();
            foreach (RecordingOutlet outlet in outlets)
            {
                Stream.Attach(outlet, FromCache);
            }
        });
        joiner.Start();
        int time = 0;
        for (; joiner.IsAlive || time < 3000; time += 10)
        {
            MediaFrame frame = time % 500 == 0 ? _frames.Key(time) : time % 20 == 0 ? _frames.Sound(time) : _frames.Delta(time);
            Publish(frame);
            started.Set();
        }

        foreach (RecordingOutlet outlet in outlets)
        {
            int[] times = [.. outlet.Frames.Select(frame => int.Parse(frame.AsSpan(1)))];
            Assert.StartsWith("K", outlet.Frames[0], StringComparison.Ordinal);
            Assert.Equal(Enumerable.Range(0, times.Length).Select(step => times[0] + (step * 10)), times);
            Assert.Equal(time - 10, times[^1]);
        }
    }

    private void Publish(params MediaFrame[] frames)
    {
        foreach (MediaFrame frame in frames)
        {
            _lease.Publish(frame);
        }
    }
}
