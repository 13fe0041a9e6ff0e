using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;

namespace MediaGateway.Tests.Streams;

/// <summary>Makes <see cref="FakeTranscoder"/>s that break when told to.</summary>
internal sealed class FakeTranscoderFactory(BufferPool pool) : IAudioTranscoderFactory
{
    private int _created;
    private int _alive;
    private int _pushed;

    public int Created => _created;

    public int Alive => _alive;

    public int Pushed => _pushed;

    public int FailingCreations { get; set; }

    public int FailingPushes { get; set; }

    public List<long> Fills { get; } = [];

    public IAudioTranscoder Create(TrackFormat source, CodecId target)
    {
        Interlocked.Increment(ref _created);
        if (FailingCreations > 0)
        {
            FailingCreations--;
            throw new InvalidOperationException("No codec.");
        }

        Interlocked.Increment(ref _alive);
        return new FakeTranscoder(pool, this);
    }

    public void CountPush() => Interlocked.Increment(ref _pushed);

    public void Disposed() => Interlocked.Decrement(ref _alive);
}
