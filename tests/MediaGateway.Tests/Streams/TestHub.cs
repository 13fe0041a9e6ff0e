using System.Diagnostics.Metrics;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Streams;
using MediaGateway.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace MediaGateway.Tests.Streams;

/// <summary>
/// A hub with virtual time and a transcoder without codecs. Until <see cref="Workers"/> is started, <see cref="RunAudio"/>
/// takes the turns of the audio workers.
/// </summary>
internal sealed class TestHub : IDisposable
{
    public TestHub(BufferPool pool, StreamOptions? options = null, int workers = 1, IAudioTranscoderFactory? transcoders = null)
    {
        Clock = new GatewayClock(Time);
        Transcoders = new FakeTranscoderFactory(pool);
        Metrics = new GatewayMetrics(new PlainMeterFactory(), pool, new ResourceLedger());
        Workers = new AudioWorkerPool(
            transcoders ?? Transcoders, Options.Create(new AudioOptions { Workers = workers }), Time, Clock, Metrics, NullLogger<AudioWorkerPool>.Instance);
        var services = new StreamServices(options ?? new StreamOptions(), Time, Clock, Metrics, Workers);
        Registry = new StreamRegistry(services, NullLogger<StreamRegistry>.Instance);
    }

    public ManualTimeProvider Time { get; } = new();

    public GatewayClock Clock { get; }

    public GatewayMetrics Metrics { get; }

    public AudioWorkerPool Workers { get; }

    public FakeTranscoderFactory Transcoders { get; }

    public StreamRegistry Registry { get; }

    public static StreamKey Key(string name) =>
        StreamKey.TryCreate(StreamKey.DefaultApplication, name, out StreamKey key, out string? refusal)
            ? key
            : throw new ArgumentException(refusal, nameof(name));

    public PublishLease Publish(string name, IPublisherControl publisher, ExpectedTracks tracks = ExpectedTracks.AudioAndVideo) =>
        Registry.TryPublish(Key(name), tracks, publisher, out string? refusal) ?? throw new InvalidOperationException(refusal);

    public void RunAudio() => Workers.Workers[0].Turn();

    public void Dispose() => Workers.Dispose();

    private sealed class PlainMeterFactory : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(options);

        public void Dispose()
        {
        }
    }
}
