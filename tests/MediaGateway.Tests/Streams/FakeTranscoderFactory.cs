using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;

namespace MediaGateway.Tests.Streams;

/// <summary>Makes <see cref="FakeTranscoder"/>s that break when told to.</summary>
internal sealed class FakeTranscoderFactory(BufferPool pool) : IAudioTranscoderFactory
{
    private readonly List<string> _made = [];
    private int _created;
    private int _alive;
    private int _pushed;

    public int Created => _created;

    public int Alive => _alive;

    public int Pushed => _pushed;

    public int FailingCreations { get; set; }

    public int FailingPushes { get; set; }

    /// <summary>Sources that there is no transcoder for.</summary>
    public HashSet<CodecId> Unsupported { get; } = [];

    public List<long> Fills { get; } = [];

    /// <summary>What was asked for, as <c>Opus>Aac</c>.</summary>
    public IReadOnlyList<string> Asked => _made;

    public TrackFormat? OutputOf(CodecId target) => TestFrames.SoundFormat(target);

    public IAudioTranscoder Create(TrackFormat source, CodecId target)
    {
        lock (_made)
        {
            _made.Add($"{source.Codec}>{target}");
        }

        Interlocked.Increment(ref _created);
        if (FailingCreations > 0)
        {
            FailingCreations--;
            throw new InvalidOperationException("No codec.");
        }

        if (Unsupported.Contains(source.Codec))
        {
            throw new NotSupportedException($"There is no way from {source.Codec}.");
        }

        Interlocked.Increment(ref _alive);
        return new FakeTranscoder(pool, this, TestFrames.SoundFormat(target));
    }

    public void CountPush() => Interlocked.Increment(ref _pushed);

    public void Disposed() => Interlocked.Decrement(ref _alive);
}
