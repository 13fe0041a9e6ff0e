using MediaGateway.Media.Memory;
using MediaGateway.Servers.Rtmp.FanOut;
using MediaGateway.Servers.Rtmp.FanOut.Levels;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp.FanOut;

/// <summary>
/// A viewer whose level follows its network, in virtual time: three levels of 0.35, 1.2 and 2.5 Mbit/s with a keyframe each second, and a
/// link between the gateway and a player that has a second of media in its buffer.
/// </summary>
public sealed class LevelFollowingTests : IDisposable
{
    private const int Fast = 5_000_000;
    private const int Narrow = 600_000;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan PlayersBuffer = TimeSpan.FromSeconds(1);
    private static readonly long[] Rates = [350_000, 1_200_000, 2_500_000];

    private readonly TrackingBufferPool _buffers = new();
    private readonly FanOutBench _bench;
    private readonly RecordingOwner _owner = new();
    private readonly SlowLink _link;
    private readonly Viewer _viewer;
    private readonly PublishLease[] _levels;
    private readonly TimeSpan _start;
    private int _wishesTaken;

    public LevelFollowingTests()
    {
        _bench = new FanOutBench(_buffers);
        _link = new SlowLink(_bench.Context.Settings.ChunkSize);
        _levels = [_bench.Publish("low"), _bench.Publish("middle"), _bench.Publish("high")];
        _viewer = _bench.View(_link, _owner);
        _start = _bench.Clock.Now;
    }

    private TimeSpan Elapsed => _bench.Clock.Now - _start;

    public void Dispose()
    {
        foreach (PublishLease level in _levels)
        {
            level.Dispose();
        }

        _bench.Dispose();
        _link.Dispose();
        _buffers.Dispose();
    }

    [Fact]
    public void LinkBecomesNarrowAndWideAgain_LevelFollowsWithinFourSecondsAndNothingStalls()
    {
        Begin(Fast);
        RunTo(12);
        _link.BitsPerSecond = Narrow;
        RunTo(24);
        _link.BitsPerSecond = Fast;
        RunTo(36);

        Assert.InRange(FirstArrival(2, after: 0), 0, 5);
        Assert.Equal(2, LevelAt(11.9));
        Assert.InRange(FirstArrival(0, after: 12) - 12, 0, 4);
        Assert.All(Sources(16, 24), source => Assert.Equal(0, source));
        Assert.InRange(FirstArrival(2, after: 24) - 24, 0, 4);
        Assert.All(Sources(28, 36), source => Assert.Equal(2, source));
        Assert.InRange(LongestStall(), 0, 1);
        Assert.InRange(LongestGap(), 0, 1);
        Assert.Equal(_link.Pictures.Select(picture => picture.Stamp).Distinct().Order(), _link.Pictures.Select(picture => picture.Stamp));
    }

    [Theory]
    [InlineData(1_700_000, 1)]
    [InlineData(900_000, 0)]
    [InlineData(3_500_000, 2)]
    public void SteadyLink_GetsItsLevelAndKeepsIt(int bitsPerSecond, int level)
    {
        Begin(bitsPerSecond);
        RunTo(90);

        double share = Sources(10, 90).Count(source => source == level) / (double)Sources(10, 90).Count();
        Assert.InRange(share, 0.85, 1);
        Assert.InRange(_owner.Changes.Count, 0, 10);
        Assert.InRange(LongestStall(), 0, 1);
    }

    [Fact]
    public void LevelThatIsGone_IsNotWishedFor()
    {
        Begin(Fast, 0, 1);
        RunTo(10);

        Assert.DoesNotContain(_owner.Wishes, wish => wish.Key == _levels[2].Stream.Key);
        Assert.Equal(1, LevelAt(9.9));
    }

    [Fact]
    public void LinkThatTakesNearlyNothing_IsLeftOnTheLowestLevel()
    {
        Begin(200_000);
        RunTo(30);

        Assert.All(_link.Pictures, picture => Assert.Equal(0, picture.Source));
        Assert.Empty(_owner.Changes);
    }

    [Fact]
    public void Following_AllocatesNothingPerFrame()
    {
        var buffers = new BufferPool();
        using var bench = new FanOutBench(buffers, new FanOutSettings { MaxBytes = 500_000, MaxGroupBytes = 1_000_000 });
        using PublishLease lease = bench.Publish();
        lease.Publish(bench.Frames.Key(0));
        Viewer viewer = bench.Watch(lease.Stream, new RecordingSocket { CountsOnly = true });
        viewer.TryPost(new ViewerCommand(
            ViewerCommandKind.FollowLevels, Levels: [new LevelRate(lease.Stream.Key, 1000), new LevelRate(TestHub.Key("b"), 1_000_000_000)]));
        viewer.Serve(bench.Batch, bench.Feeds);
        MediaGateway.Media.Frames.MediaFrame frame = bench.Frames.Delta(40, 9_800);
        long allocated = Allocation.Of(1000, () =>
        {
            viewer.Feed!.Deliver(frame.AddReference());
            viewer.Feed.TakeInput();
            viewer.Serve(bench.Batch, bench.Feeds);
        });
        frame.Release();
        Assert.Equal(0, allocated);
    }

    private void Begin(int bitsPerSecond, params int[] levels)
    {
        _link.BitsPerSecond = bitsPerSecond;
        Publish(0);
        LevelRate[] rates = [.. (levels.Length > 0 ? levels : [0, 1, 2]).Select(level => new LevelRate(_levels[level].Stream.Key, Rates[level]))];
        _viewer.TryPost(new ViewerCommand(ViewerCommandKind.StartMedia, Stream: _levels[0].Stream, MessageStreamId: 1));
        _viewer.TryPost(new ViewerCommand(ViewerCommandKind.FollowLevels, Levels: rates));
    }

    private void RunTo(int seconds)
    {
        while (Elapsed < TimeSpan.FromSeconds(seconds))
        {
            _bench.Time.Advance(Step);
            int time = (int)Elapsed.TotalMilliseconds;
            if (time % 20 == 0)
            {
                Publish(time);
            }

            _link.Pass(Elapsed, Step);
            foreach (PublishLease level in _levels)
            {
                _bench.Feeds.Of(level.Stream).ToList().ForEach(feed => feed.TakeInput());
            }

            if (_link.HasRoom)
            {
                while (_viewer.Serve(_bench.Batch, _bench.Feeds) == ServeResult.MoreDue)
                {
                }
            }

            _viewer.FollowLevels(_bench.Clock);
            CarryOutWishes();
        }
    }

    private void CarryOutWishes()
    {
        for (; _wishesTaken < _owner.Wishes.Count; _wishesTaken++)
        {
            LevelWish wish = _owner.Wishes[_wishesTaken];
            LiveStream stream = _levels.Single(level => level.Stream.Key == wish.Key).Stream;
            _viewer.TryPost(new ViewerCommand(ViewerCommandKind.ChangeStream, Stream: stream, MessageStreamId: 1, IsUrgent: wish.IsUrgent));
        }
    }

    private void Publish(int time)
    {
        _bench.Frames.ReceivedAt = _bench.Clock.Now;
        for (int level = 0; level < _levels.Length; level++)
        {
            int perSecond = (int)(Rates[level] / 8);
            if (time % 1000 == 0)
            {
                _levels[level].Publish(_bench.Frames.Key(time, perSecond / 5, TestFrames.Picture360, (byte)level));
            }
            else if (time % 40 == 0)
            {
                _levels[level].Publish(_bench.Frames.Delta(time, perSecond * 4 / 5 / 24, TestFrames.Picture360, (byte)level));
            }

            _levels[level].Publish(_bench.Frames.EncoderSound(TestFrames.Aac, time));
        }
    }

    private double FirstArrival(int level, double after) =>
        _link.Pictures.First(picture => picture.Source == level && picture.At.TotalSeconds > after).At.TotalSeconds;

    private int LevelAt(double seconds) => _link.Pictures.Last(picture => picture.At.TotalSeconds <= seconds).Source;

    private IEnumerable<byte> Sources(double from, double to) =>
        _link.Pictures.Where(picture => picture.At.TotalSeconds >= from && picture.At.TotalSeconds < to).Select(picture => picture.Source);

    /// <summary>The longest time for which no picture arrived, in seconds.</summary>
    private double LongestGap() => _link.Pictures.Zip(_link.Pictures.Skip(1), (one, next) => (next.At - one.At).TotalSeconds).Max();

    /// <summary>The longest time for which the player's buffer was empty, in seconds.</summary>
    private double LongestStall()
    {
        (TimeSpan at, long first, _) = _link.Pictures[0];
        TimeSpan start = at + PlayersBuffer;
        TimeSpan longest = TimeSpan.Zero;
        foreach ((TimeSpan arrival, long stamp, _) in _link.Pictures)
        {
            TimeSpan late = arrival - start - TimeSpan.FromMilliseconds(stamp - first);
            if (late > TimeSpan.Zero)
            {
                longest = late > longest ? late : longest;
                start += late;
            }
        }

        return longest.TotalSeconds;
    }
}
