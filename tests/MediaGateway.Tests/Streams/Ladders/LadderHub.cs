using MediaGateway.Configuration;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Streams;
using MediaGateway.Streams.Ladders;
using MediaGateway.Tests.Streams.Renditions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace MediaGateway.Tests.Streams.Ladders;

/// <summary>A hub with one stream <c>live/a</c> of 1280×720 and a ladder of three levels; <see cref="Run"/> takes the turns of the workers.</summary>
internal sealed class LadderHub : IDisposable
{
    public static readonly H264Format Picture720 = new(new byte[] { 1, 0x42, 0xE0, 0x1F, 0xFF }, 1280, 720);

    private readonly RenditionHub _renditions;
    private readonly TestFrames _frames;

    public LadderHub(BufferPool pool, LadderOptions? options = null, int workers = 1, bool answersKeyframeRequests = true)
    {
        LadderOptions ladder = options ?? new LadderOptions { Default = LadderOptions.StandardName };
        ladder.Ladders.TryAdd(LadderOptions.StandardName, Levels());
        IOptions<LadderOptions> settings = Options.Create(ladder);
        Budget = new ConversionBudget(settings);
        _renditions = new RenditionHub(pool, new VideoOptions { MaximumTranscoders = workers }, Budget);
        _frames = new TestFrames(pool);
        Ladders = new FakeVideoLadders(pool);
        var plans = new LadderPlans(settings, new FixedSettings<ApplicationsOptions>(new ApplicationsOptions()));
        Converted = new ConvertedLevels(
            Hub.Registry, plans, _renditions.Workers, Ladders, Budget, settings, NullLogger<ConvertedLevels>.Instance);
        Ladder = new LiveLadder(Hub.Registry, plans, Converted);
        Publisher = new FakePublisher { AnswersKeyframeRequests = answersKeyframeRequests };
        Lease = Hub.Publish("a", Publisher);
        Lease.Publish(_frames.Sound(0));
        Lease.Publish(_frames.Key(0, format: Picture720));
        Hub.Time.Advance(TimeSpan.FromMilliseconds(1)); // What was received before is the cached group.
    }

    public TestHub Hub => _renditions.Hub;

    public FakeVideoLadders Ladders { get; }

    public ConversionBudget Budget { get; }

    public ConvertedLevels Converted { get; }

    public LiveLadder Ladder { get; }

    public FakePublisher Publisher { get; }

    public PublishLease Lease { get; }

    public StreamSearch Find(string name) => Converted.Find(new StreamQuery(TestHub.Key(name)));

    /// <summary>Finds a level and watches it.</summary>
    public RecordingOutlet Watch(string name)
    {
        var outlet = new RecordingOutlet();
        StreamSearch search = Find(name);
        if (search.Stream is not { } stream || !stream.Attach(outlet, new SubscriptionOptions(AudioPreference.Opus, StartPoint.CachedGroup)))
        {
            throw new InvalidOperationException(search.Refusal);
        }

        return outlet;
    }

    /// <summary>Publishes a picture that comes in now, and lets the workers convert it.</summary>
    public void Picture(int milliseconds, bool isKeyframe = false)
    {
        _frames.ReceivedAt = Hub.Clock.Now;
        Lease.Publish(isKeyframe ? _frames.Key(milliseconds, format: Picture720) : _frames.Delta(milliseconds, format: Picture720));
        Run();
    }

    public void Sound(int milliseconds) => Lease.Publish(_frames.Sound(milliseconds));

    public void Run() => _renditions.Run();

    private static Dictionary<string, LadderLevelOptions> Levels() => new(StringComparer.Ordinal)
    {
        ["720p"] = new LadderLevelOptions { Height = 720, BitsPerSecond = 2_500_000 },
        ["480p"] = new LadderLevelOptions { Height = 480, BitsPerSecond = 1_200_000 },
        ["360p"] = new LadderLevelOptions { Height = 360, BitsPerSecond = 700_000 },
    };

    public void Dispose()
    {
        Lease.Dispose();
        _renditions.Dispose();
    }
}
