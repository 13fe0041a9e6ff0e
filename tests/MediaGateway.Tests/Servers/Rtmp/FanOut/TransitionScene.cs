using MediaGateway.Media.Frames;
using MediaGateway.Servers.Rtmp.FanOut;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp.FanOut;

/// <summary>Three levels of a stream and a viewer: pictures each 40 ms, keyframes each second, sound each 20 ms.</summary>
public abstract class TransitionScene : IDisposable
{
    private protected TransitionScene()
    {
        Bench = new FanOutBench(Buffers);
        Sent = new SentMedia(Bench.Context.Settings.ChunkSize);
        Levels = [Bench.Publish("a"), Bench.Publish("b"), Bench.Publish("c")];
        Viewer = Bench.View(Socket, Owner);
    }

    private protected TrackingBufferPool Buffers { get; } = new();

    private protected FanOutBench Bench { get; }

    private protected RecordingSocket Socket { get; } = new();

    private protected RecordingOwner Owner { get; } = new();

    private protected SentMedia Sent { get; }

    private protected Viewer Viewer { get; }

    private protected PublishLease[] Levels { get; }

    public void Dispose()
    {
        Sent.Dispose();
        foreach (PublishLease level in Levels)
        {
            level.Dispose();
        }

        Bench.Dispose();
        Buffers.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static IEnumerable<long> Times(long from, long to, long step)
    {
        for (long time = from; time < to; time += step)
        {
            yield return time;
        }
    }

    private protected void Watch(int level) =>
        Command(new ViewerCommand(ViewerCommandKind.StartMedia, Stream: Levels[level].Stream, MessageStreamId: 1));

    private protected void Change(int level) =>
        Command(new ViewerCommand(ViewerCommandKind.ChangeStream, Stream: Levels[level].Stream, MessageStreamId: 1));

    private protected void Command(in ViewerCommand command)
    {
        Assert.True(Viewer.TryPost(command));
        Serve();
    }

    /// <summary>Media of some levels with one clock, from a time up to another one.</summary>
    private protected void Run(int from, int to, params int[] levels)
    {
        for (int time = from; time < to; time += 20)
        {
            Bench.Frames.ReceivedAt = TimeSpan.FromMilliseconds(time);
            foreach (int level in levels)
            {
                Publish(level, time);
            }

            Serve();
        }
    }

    private protected void RunShifted(int from, int to, int level, int shift)
    {
        for (int time = from; time < to; time += 20)
        {
            Bench.Frames.ReceivedAt = TimeSpan.FromMilliseconds(time);
            Publish(level, time + shift);
        }

        Serve();
    }

    private protected void Publish(int level, int time)
    {
        if (time % 40 == 0)
        {
            Levels[level].Publish(Picture(level, time, time % 1000 == 0));
        }

        Levels[level].Publish(Bench.Frames.EncoderSound(TestFrames.Aac, time));
    }

    private protected MediaFrame Picture(int level, int time, bool isKeyframe)
    {
        H264Format format = level == 0 ? TestFrames.Picture360 : TestFrames.Picture180;
        return isKeyframe
            ? Bench.Frames.Key(time, 1000, format, (byte)level)
            : Bench.Frames.Delta(time, 100, format, (byte)level);
    }

    private protected void Serve()
    {
        foreach (PublishLease level in Levels)
        {
            TakeInput(level.Stream);
        }

        while (Viewer.Serve(Bench.Batch, Bench.Feeds) == ServeResult.MoreDue)
        {
        }
    }

    private void TakeInput(LiveStream stream) => Bench.Feeds.Of(stream).ToList().ForEach(feed => feed.TakeInput());
}
