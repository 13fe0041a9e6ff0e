using MediaGateway.Media.Amf;
using MediaGateway.Media.Frames;
using MediaGateway.Streams;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Streams;

public sealed class AdditionalTracksTests : IDisposable
{
    private static readonly SubscriptionOptions FromCache = new(AudioPreference.Opus, StartPoint.CachedGroup);
    private static readonly FlvTagFormat Second = TestFrames.FurtherFormat(TrackKind.Video, 1);
    private static readonly FlvTagFormat SecondSound = TestFrames.FurtherFormat(TrackKind.Audio, 1);

    private readonly TrackingBufferPool _pool = new();
    private readonly RecordingOutlet _outlet = new();
    private readonly TestHub _hub;
    private readonly TestFrames _frames;
    private readonly PublishLease _lease;

    public AdditionalTracksTests()
    {
        _hub = new TestHub(_pool);
        _frames = new TestFrames(_pool);
        _lease = _hub.Publish("test", new FakePublisher());
    }

    private LiveStream Stream => _lease.Stream;

    public void Dispose()
    {
        _lease.Dispose();
        _hub.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public void FurtherTrack_IsDeliveredLiveAndNeverCached()
    {
        Publish(_frames.Key(0), _frames.Sound(0), _frames.Further(Second, 0), _frames.Further(SecondSound, 0));
        Assert.Equal(1050, Stream.Snapshot().CachedBytes);
        Stream.Attach(_outlet, FromCache);
        Publish(_frames.Further(Second, 40, key: false), _frames.Further(SecondSound, 40), _frames.Further(Second, 80), _frames.Delta(80));
        Publish(_frames.Further(Second, 120, key: false));
        Assert.Equal("K0 S0 x1:40 x1:80 D80 x1:120", _outlet.Text);
    }

    [Fact]
    public void FurtherTrack_IsNeitherTheStreamsPicturesNorItsSound()
    {
        Publish(_frames.Further(Second, 0), _frames.Further(SecondSound, 0));
        StreamSnapshot snapshot = Stream.Snapshot();
        Assert.Null(snapshot.Video);
        Assert.Null(snapshot.Audio);
        Assert.Equal((0, 0, 60), (snapshot.VideoFrames, snapshot.AudioFrames, snapshot.Bytes));
        Assert.Equal([Second, SecondSound], snapshot.Additional);
    }

    [Fact]
    public void Viewers_LearnTheFormatsOfFurtherTracksWhenTheyStart()
    {
        FlvTagFormat changed = TestFrames.FurtherFormat(TrackKind.Video, 1, configuration: 7);
        Publish(_frames.Key(0), _frames.Sound(0), _frames.Further(Second, 0));
        Stream.Attach(_outlet, FromCache);
        Publish(_frames.Further(SecondSound, 0), _frames.Further(changed, 20));
        var later = new RecordingOutlet();
        Stream.Attach(later, FromCache);
        Assert.Equal([Second], _outlet.Formats!.Value.Additional);
        Assert.Equal([changed, SecondSound], later.Formats!.Value.Additional);
    }

    [Fact]
    public void TooManyTracks_TheRestIsLeftOut()
    {
        Publish(_frames.Key(0), _frames.Sound(0));
        Stream.Attach(_outlet, FromCache);
        for (int track = 1; track <= AdditionalTracks.Maximum + 3; track++)
        {
            Publish(_frames.Further(TestFrames.FurtherFormat(TrackKind.Audio, track), 10));
        }

        Assert.Equal(AdditionalTracks.Maximum, Stream.Snapshot().Additional.Count);
        Assert.EndsWith($"x{AdditionalTracks.Maximum}:10", _outlet.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_IsDeliveredInOrderAndNeverCachedOrCounted()
    {
        Publish(_frames.Key(0), _frames.Sound(0), _frames.Data(5));
        Stream.Attach(_outlet, FromCache);
        Publish(_frames.Data(10), _frames.Sound(20), _frames.Data(30));
        Assert.Equal("K0 S0 T10 S20 T30", _outlet.Text);
        StreamSnapshot snapshot = Stream.Snapshot();
        Assert.Equal((1, 2, 1100), (snapshot.VideoFrames, snapshot.AudioFrames, snapshot.CachedBytes));
    }

    [Fact]
    public void DataAlone_StartsNobody()
    {
        Stream.Attach(_outlet, FromCache);
        Publish(_frames.Data(0));
        _hub.Time.Advance(TimeSpan.FromSeconds(10));
        Publish(_frames.Data(10_000));
        Assert.Equal(0, _outlet.Starts);
    }

    [Fact]
    public void Metadata_IsToldToThoseWhoWatchAndToThoseWhoJoin()
    {
        StreamMetadata first = Named("first");
        StreamMetadata second = Named("second");
        _lease.Describe(first);
        Publish(_frames.Key(0), _frames.Sound(0));
        Stream.Attach(_outlet, FromCache);
        Assert.Same(first, _outlet.Formats!.Value.Metadata);
        Assert.Null(_outlet.Metadata);
        _lease.Describe(second);
        Assert.Same(second, _outlet.Metadata);
        var later = new RecordingOutlet();
        Stream.Attach(later, FromCache);
        Assert.Same(second, later.Formats!.Value.Metadata);
    }

    private static StreamMetadata Named(string name) => new([KeyValuePair.Create("name", (AmfValue)new AmfString(name))]);

    private void Publish(params MediaFrame[] frames)
    {
        foreach (MediaFrame frame in frames)
        {
            _lease.Publish(frame);
        }
    }
}
