using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;

namespace MediaGateway.Tests.Streams;

/// <summary>Makes <see cref="FakeTranscoder"/>s that break when told to.</summary>
internal sealed class FakeTranscoderFactory(BufferPool pool) : IAudioTranscoderFactory
{
    public int Created { get; private set; }

    public int Alive { get; set; }

    public int Pushed { get; set; }

    public int FailingCreations { get; set; }

    public int FailingPushes { get; set; }

    public List<long> Fills { get; } = [];

    public IAudioTranscoder Create(TrackFormat source, CodecId target)
    {
        Created++;
        if (FailingCreations > 0)
        {
            FailingCreations--;
            throw new InvalidOperationException("No codec.");
        }

        Alive++;
        return new FakeTranscoder(pool, this);
    }
}
