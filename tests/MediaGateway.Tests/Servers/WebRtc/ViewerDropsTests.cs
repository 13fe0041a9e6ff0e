using MediaGateway.Media.Frames;
using MediaGateway.Servers.WebRtc;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Streams;
using MediaGateway.WebRtc.Rtp.Sending;
using Xunit;

namespace MediaGateway.Tests.Servers.WebRtc;

public sealed class ViewerDropsTests : IDisposable
{
    private const ushort Sent = 0;
    private const ushort NeverSent = 1000;
    private const long NothingPasses = 0;

    private readonly TrackingBufferPool _pool = new();
    private readonly TestHub _hub;
    private readonly StreamDrops _stream;
    private readonly Retransmitter _pictures = new();
    private readonly Retransmitter _sound = new();
    private readonly SenderStatistics _sender;
    private readonly ViewerDrops _viewer = new();

    public ViewerDropsTests()
    {
        _hub = new TestHub(_pool);
        _sender = new SenderStatistics([new SenderTrackStatistics(TrackKind.Video, _pictures), new SenderTrackStatistics(TrackKind.Audio, _sound)]);
        _pictures.Keep(new SentPacket { Part = new PayloadPart(PayloadForm.Plain, 0, 1) }, TimeSpan.Zero);
        _stream = new StreamDrops(_hub.Metrics);
    }

    public void Dispose()
    {
        _pictures.Dispose();
        _sound.Dispose();
        _hub.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public void EachReason_IsToldOnceAndByItsOwnWord()
    {
        Count();
        _viewer.Report(_stream, 1, _sender);
        _viewer.Report(_stream, 1, _sender);
        Assert.Equal(
            ["awaits_keyframe 4", "narrow_network 3", "send_queue_full 12", "worker_late 1"],
            _stream.Snapshot().Select(pair => $"{pair.Key} {pair.Value}").Order(StringComparer.Ordinal));
        Assert.Equal(["forgotten_packets 12", "postponed_packets 7"], _stream.Discards().Select(pair => $"{pair.Key} {pair.Value}"));
        Count();
        _viewer.Report(_stream, 1, _sender);
        Assert.Equal((8, 14), (_stream.Snapshot()["awaits_keyframe"], _stream.Discards()["postponed_packets"]));
    }

    [Fact]
    public void BeforeItSends_OnlyWhatTheLoopLeftOut()
    {
        _viewer.Report(_stream, 5, null);
        Assert.Equal(5, Assert.Single(_stream.Snapshot()).Value);
    }

    [Fact]
    public void Reporting_AllocatesNothing()
    {
        Count();
        _viewer.Report(_stream, 1, _sender);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < 100; round++)
        {
            Count();
            _viewer.Report(_stream, round, _sender);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private void Count()
    {
        _sender.CrowdedOutPictures += 2;
        _sender.DroppedSound += 10;
        _sender.ThinnedOutPictures += 3;
        _sender.UndecodablePictures += 4;
        Request(_pictures, NeverSent, 5);
        Request(_sound, NeverSent, 7);
        Request(_pictures, Sent, 7);
    }

    private static void Request(Retransmitter packets, ushort number, int times)
    {
        for (int time = 0; time < times; time++)
        {
            packets.Request(number, TimeSpan.Zero, NothingPasses, TimeSpan.Zero);
        }
    }
}
