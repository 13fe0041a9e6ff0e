using MediaGateway.Configuration;
using MediaGateway.Media.Files;
using MediaGateway.Recording;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Push;
using MediaGateway.Tests.Streams;
using MediaGateway.Vod;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace MediaGateway.Tests.Recording;

/// <summary>Recordings into a temporary folder, on virtual time; the test takes the turns of the writers' threads.</summary>
internal sealed class RecordingBench : IDisposable, IRecordingListener
{
    private readonly TrackingBufferPool _pool = new();
    private readonly RecordingWriters _writers;

    public RecordingBench(Action<RecordingOptions>? configure = null)
    {
        Outside = Directory.CreateTempSubdirectory("recording-").FullName;
        Options = new RecordingOptions { Root = Path.Combine(Outside, "root"), Format = "flv", NameTemplate = "{app}/{name}" };
        configure?.Invoke(Options);
        Hub = new TestHub(_pool);
        Hub.Time.Advance(TimeSpan.FromSeconds(5));
        IOptions<RecordingOptions> options = Microsoft.Extensions.Options.Options.Create(Options);
        Catalog = new RecordingCatalog(options, NullLogger<RecordingCatalog>.Instance);
        Disk = new RecordingDisk(Catalog, options) { Measure = _ => FreeBytes };
        Keeper = NewKeeper(Catalog);
        _writers = new RecordingWriters(options, Hub.Clock, Hub.Metrics);
        Services = new RecordingServices(
            Options, Catalog, Disk, _writers, [this], _pool, Hub.Clock, Hub.Time, Hub.Metrics, NullLogger.Instance);
        Frames = new PushFrames(_pool);
        Sound = new TestFrames(_pool);
    }

    /// <summary>The folder that the root lies in.</summary>
    public string Outside { get; }

    public string Root => Options.Root!;

    public RecordingOptions Options { get; }

    public TestHub Hub { get; }

    public RecordingCatalog Catalog { get; }

    public RecordingDisk Disk { get; }

    /// <summary>What the disk says is free.</summary>
    public long FreeBytes { get; set; } = long.MaxValue;

    public RecordingKeeper Keeper { get; }

    public RecordingServices Services { get; }

    public PushFrames Frames { get; }

    public TestFrames Sound { get; }

    /// <summary>What listeners heard: state and file.</summary>
    public List<string> Told { get; } = [];

    public PublishLease Publish(ExpectedTracks tracks = ExpectedTracks.Video, string name = "name") =>
        Hub.Publish(name, new FakePublisher { AnswersKeyframeRequests = false }, tracks);

    /// <summary>The files as a gateway finds them that has just been started.</summary>
    public RecordingCatalog Restart()
    {
        var catalog = new RecordingCatalog(Microsoft.Extensions.Options.Options.Create(Options), NullLogger<RecordingCatalog>.Instance);
        using RecordingKeeper keeper = NewKeeper(catalog);
        keeper.Load();
        return catalog;
    }

    private RecordingKeeper NewKeeper(RecordingCatalog catalog) =>
        new(catalog, Disk, [this], Options, Hub.Time, NullLogger<RecordingKeeper>.Instance);

    public StreamRecording Record(PublishLease lease)
    {
        var recording = new StreamRecording(lease.Stream, null, isAsked: false, Services, _ => { });
        recording.Start();
        return recording;
    }

    /// <summary>The index of a recorded file.</summary>
    public MediaFile Open(string file)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle handle = File.OpenHandle(PathOf(file), share: FileShare.ReadWrite);
        return MediaFileFormat.Open(new FileByteSource(handle));
    }

    /// <summary>When the pictures of a file are decoded, in milliseconds.</summary>
    public int[] TimesOf(string file)
    {
        MediaFile index = Open(file);
        return [.. Enumerable.Range(0, index.Count).Select(number => (int)index.DecodingOf(index[number]).ToTimeSpan().TotalMilliseconds)];
    }

    public string PathOf(string file) => Path.Combine(Root, file);

    public void RecordingChanged(RecordingEntry entry, string path, MediaSession? session) => Told.Add($"{entry.State} {entry.File}");

    public void Dispose()
    {
        foreach (LiveStream stream in Hub.Registry.Streams)
        {
            stream.Lease?.End(StreamEndReason.Unpublished);
        }

        Keeper.Dispose();
        _writers.Dispose();
        Hub.Dispose();
        Directory.Delete(Outside, recursive: true);
        _pool.Dispose();
    }
}
