using MediaGateway.Configuration;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Streams.Ladders;
using MediaGateway.Streams.Renditions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace MediaGateway.Tests.Streams.Renditions;

/// <summary>A hub with renditions whose threads are not started: <see cref="Run"/> takes their turns.</summary>
internal sealed class RenditionHub : IDisposable
{
    public RenditionHub(BufferPool pool, VideoOptions? options = null, ConversionBudget? budget = null)
    {
        Hub = new TestHub(pool);
        Transcoders = new FakeVideoTranscoders(pool);
        IOptions<VideoOptions> video = Options.Create(options ?? new VideoOptions { MaximumTranscoders = 1 });
        Workers = new VideoWorkers(Transcoders, video, Hub.Clock, Hub.Metrics, NullLogger<VideoWorkers>.Instance);
        Budget = budget ?? new ConversionBudget(Options.Create(new LadderOptions()));
        Renditions = new VideoRenditions(Hub.Registry, Workers, Budget, video, NullLogger<VideoRenditions>.Instance);
    }

    public TestHub Hub { get; }

    public FakeVideoTranscoders Transcoders { get; }

    public VideoWorkers Workers { get; }

    public ConversionBudget Budget { get; }

    public VideoRenditions Renditions { get; }

    /// <summary>A picture that is shown at one time and decoded at another.</summary>
    public static MediaFrame Picture(BufferPool pool, int presentation, int decoding, bool key = false, TimeSpan receivedAt = default, TrackFormat? format = null)
    {
        PooledBuffer buffer = pool.Rent(100, BufferOwner.Frame);
        return new MediaFrame(
            format ?? TestFrames.Picture360, new MediaTime(presentation, 1000), new MediaTime(decoding, 1000), key, buffer, 0, 100, receivedAt);
    }

    /// <summary>Lets the threads do what they have to do.</summary>
    public void Run()
    {
        for (int round = 0; round < 3; round++)
        {
            foreach (VideoWorker worker in Workers.Workers)
            {
                worker.Turn();
            }
        }
    }

    public void Dispose()
    {
        Run();
        Hub.Dispose();
    }
}
