using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Servers.Rtmp;
using MediaGateway.Servers.Rtmp.FanOut;
using MediaGateway.Testing;
using MediaGateway.Tests.Vod;
using MediaGateway.Vod;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>What a viewer of a file costs in memory: nothing per frame, and all viewers share one file and one index.</summary>
public sealed class FileReaderAllocationTests : IDisposable
{
    private const int FramesPerSecond = SmallMp4.PicturesPerSecond + SmallMp4.SoundsPerSecond;

    private readonly VodFolder _folder = new();
    private readonly BufferPool _buffers = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Reading_AllocatesNothingPerFrame()
    {
        const int Seconds = 60;
        _folder.Write("clip.mp4", SmallMp4.Make(Seconds, pictureBytes: 4000));
        using VodFile file = (await _folder.OpenAsync("clip")).File!;
        using VodFile same = (await _folder.OpenAsync("clip")).File!;
        Assert.Same(file.Index, same.Index);
        Assert.Same(file.Source, same.Source);

        // The first viewer fills the pool.
        Read(file, TimeSpan.FromSeconds(Seconds));
        long shorter = Measure(same, TimeSpan.FromSeconds(Seconds / 4));
        long longer = Measure(same, TimeSpan.FromSeconds(Seconds / 2));

        // What is the same for a short and for a long time is the viewer's own.
        const int More = Seconds / 4 * FramesPerSecond;
        Assert.InRange(longer - shorter, long.MinValue, More - 1);
    }

    private long Measure(VodFile file, TimeSpan length)
    {
        // The least of several: a collection, which other threads may cause, counts what was left of this thread's block of memory.
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 5; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Read(file, length);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    /// <summary>Reads in time and takes everything out of the queue, as a worker does whose player reads well.</summary>
    private void Read(VodFile file, TimeSpan length)
    {
        var plan = new FilePlan(
            0, TimeSpan.MaxValue, FilePlan.FormatsAt(file.Index, 0, RtmpPeerCapabilities.Plain), RtmpPeerCapabilities.Plain, 1, 4096);
        var reader = new FileReader(file, plan, new VodPacer(TimeSpan.Zero), _buffers, static (_, _) => { });
        int frames = 0;
        for (TimeSpan now = TimeSpan.Zero; now < length; now += TimeSpan.FromMilliseconds(100))
        {
            Assert.NotNull(reader.Work(now));
            while (reader.Queue.Count > 0)
            {
                FileMessage message = reader.Queue.Take();
                frames += message.IsFrame ? 1 : 0;
                message.Buffer.Dispose();
            }
        }

        Assert.InRange(frames, (int)(length.TotalSeconds - 1) * FramesPerSecond, int.MaxValue);
        reader.Queue.Close();
        Assert.Null(reader.Work(length));
    }
}
