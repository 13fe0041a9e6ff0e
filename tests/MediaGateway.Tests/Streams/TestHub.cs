using System.Diagnostics.Metrics;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Memory;
using MediaGateway.Streams;
using MediaGateway.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace MediaGateway.Tests.Streams;

/// <summary>
/// A hub with virtual time and a transcoder without codecs. Audio workers have no threads: <see cref="RunAudio"/> takes their turns.
/// </summary>
internal sealed class TestHub : IDisposable
{
    private readonly AudioWorkerPool _workers;

    public TestHub(BufferPool pool, StreamOptions? options = null)
    {
        Clock = new GatewayClock(Time);
        Transcoders = new FakeTranscoderFactory(pool);
        Metrics = new GatewayMetrics(new PlainMeterFactory(), pool);
        _workers = new AudioWorkerPool(
            Transcoders, Options.Create(new AudioOptions { Workers = 1 }), Time, Clock, Metrics, NullLogger<AudioWorkerPool>.Instance);
        var services = new StreamServices(options ?? new StreamOptions(), Clock, Metrics, _workers);
        Registry = new StreamRegistry(services, NullLogger<StreamRegistry>.Instance);
    }

    public ManualTimeProvider Time { get; } = new();

    public GatewayClock Clock { get; }

    public GatewayMetrics Metrics { get; }

    public FakeTranscoderFactory Transcoders { get; }

    public StreamRegistry Registry { get; }

    public static StreamKey Key(string name) =>
        StreamKey.TryCreate(StreamKey.DefaultApplication, name, out StreamKey key, out string? refusal)
            ? key
            : throw new ArgumentException(refusal, nameof(name));

    public PublishLease Publish(string name, FakePublisher publisher, ExpectedTracks tracks = ExpectedTracks.AudioAndVideo) =>
        Registry.TryPublish(Key(name), tracks, publisher, out string? refusal) ?? throw new InvalidOperationException(refusal);

    public void RunAudio() => _workers.Workers[0].Turn();

    public void Dispose() => _workers.Dispose();

    private sealed class PlainMeterFactory : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(options);

        public void Dispose()
        {
        }
    }
}
