using System.Diagnostics.Metrics;
using MediaGateway.Configuration;
using MediaGateway.Streams;
using Microsoft.Extensions.Options;

namespace MediaGateway.Diagnostics.Export;

/// <summary>
/// Figures of single streams: snapshots taken when somebody asks, so that media pays nothing for them. At most
/// <see cref="MetricsOptions.LabelledStreams"/> streams, those published first, stand under their names; the rest is one series.
/// </summary>
internal sealed class StreamMetrics(IMeterFactory meters, IOptions<MetricsOptions> options, StreamRegistry streams, GatewayClock clock) : IHostedService
{
    /// <summary>How old what was taken for one instrument may be for the next one: all of them are asked in one go.</summary>
    private static readonly TimeSpan Freshness = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private IReadOnlyList<StreamFigures> _figures = [];
    private TimeSpan _takenAt = TimeSpan.MinValue;

    /// <summary>Makes the instruments.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Meter meter = meters.Create(GatewayMetrics.StreamMeterName);
        meter.CreateObservableGauge(
            "mediagateway.stream.viewers", () => Take().Select(stream => Of(stream, stream.Viewers)), "{viewer}", "Viewers of a stream on every protocol.");
        meter.CreateObservableGauge(
            "mediagateway.stream.bitrate", () => Take().Select(stream => Of(stream, stream.BitsPerSecond)), "bit/s", "What its publisher sends.");
        meter.CreateObservableGauge(
            "mediagateway.stream.skew", () => Take().SelectMany(stream => Maybe(stream, stream.Skew)), "s", "How much later its sound comes than its pictures.");
        meter.CreateObservableGauge(
            "mediagateway.stream.keyframe.age", () => Take().SelectMany(stream => Maybe(stream, stream.KeyframeAge)), "s", "Age of its newest keyframe.");
        meter.CreateObservableGauge(
            "mediagateway.stream.audio_bridge.delay", () => Take().SelectMany(stream => Maybe(stream, stream.BridgeDelay)), "s", "Delay of its newest converted sound.");
        meter.CreateObservableGauge(
            "mediagateway.stream.queue", () => Take().SelectMany(Queues), "{frame}", "Frames that wait to be sent on, and packets of sound that wait to be converted.");
        meter.CreateObservableCounter(
            "mediagateway.stream.frames.dropped", () => Take().SelectMany(Drops), "{frame}", "Its frames that did not go where they were to go.");
        meter.CreateObservableCounter("mediagateway.stream.discarded", () => Take().SelectMany(Discards), null, "Packets and segments of it that were discarded.");
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static KeyValuePair<string, object?> Tag(StreamFigures stream) => new("stream", stream.Name);

    private static Measurement<long> Of(StreamFigures stream, long value) => new(value, Tag(stream));

    private static IEnumerable<Measurement<double>> Maybe(StreamFigures stream, double? value) => value is { } known ? [new(known, Tag(stream))] : [];

    private static IEnumerable<Measurement<long>> Queues(StreamFigures stream) =>
    [
        new(stream.WaitingForOutlets, Tag(stream), new KeyValuePair<string, object?>("queue", "outlets")),
        new(stream.WaitingForBridges, Tag(stream), new KeyValuePair<string, object?>("queue", "audio_bridge")),
    ];

    private static IEnumerable<Measurement<long>> Drops(StreamFigures stream) =>
        stream.Drops.Select(drop => new Measurement<long>(drop.Value, Tag(stream), new KeyValuePair<string, object?>("reason", drop.Key)));

    private static IEnumerable<Measurement<long>> Discards(StreamFigures stream) =>
        stream.Discards.Select(discard => new Measurement<long>(discard.Value, Tag(stream), new KeyValuePair<string, object?>("what", discard.Key)));

    private IReadOnlyList<StreamFigures> Take()
    {
        lock (_lock)
        {
            TimeSpan now = clock.Now;
            if (_takenAt == TimeSpan.MinValue || now - _takenAt >= Freshness)
            {
                (_figures, _takenAt) = (TakeNow(), now);
            }

            return _figures;
        }
    }

    private List<StreamFigures> TakeNow()
    {
        StreamFigures[] all = [.. streams.Streams.Select(stream => stream.Snapshot()).OrderBy(stream => stream.PublishedAt).Select(StreamFigures.From)];
        int labelled = Math.Min(all.Length, options.Value.LabelledStreams);
        return labelled == all.Length ? [.. all] : [.. all[..labelled], StreamFigures.Merge(all[labelled..])];
    }
}
