using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;

namespace MediaGateway.Tests.Streams;

/// <summary>
/// A transcoder without codecs: counts 960 samples per packet from the first packet's time on, less 1024 of priming, fills what is
/// missing, and cuts frames of 1024.
/// </summary>
internal sealed class FakeTranscoder(BufferPool pool, FakeTranscoderFactory factory, TrackFormat output) : IAudioTranscoder
{
    private const int PacketSamples = 960;
    private const int FrameSamples = 1024;

    private long? _nextOut;
    private long _end;
    private TimeSpan _receivedAt;

    public TrackFormat OutputFormat => output;

    public long ConcealedFrames { get; private set; }

    public void Push(MediaFrame frame)
    {
        factory.CountPush();
        if (factory.FailingPushes > 0)
        {
            factory.FailingPushes--;
            throw new InvalidOperationException("The codec broke.");
        }

        long start = frame.Presentation.Rescale(48_000).Value;
        if (_nextOut is null)
        {
            _nextOut = start - FrameSamples;
            _end = start;
        }

        ConcealedFrames += start > _end ? 1 : 0;
        _end = Math.Max(_end, start + PacketSamples);
        _receivedAt = frame.ReceivedAt;
    }

    public void FillUntil(MediaTime streamTime, TimeSpan now)
    {
        factory.Fills.Add(streamTime.ToMilliseconds());
        _end = Math.Max(_end, streamTime.Rescale(48_000).Value);
        _receivedAt = now;
    }

    public bool TryTake(out MediaFrame? frame)
    {
        frame = null;
        if (_nextOut is not { } next || next + FrameSamples > _end - FrameSamples)
        {
            return false;
        }

        _nextOut = next + FrameSamples;
        frame = new TestFrames(pool).DerivedAt(output, next, _receivedAt);
        return true;
    }

    public void Dispose() => factory.Disposed();
}
