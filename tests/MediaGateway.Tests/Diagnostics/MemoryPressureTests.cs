using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Testing;
using MediaGateway.Tests.Api;
using Microsoft.Extensions.Options;
using Xunit;

namespace MediaGateway.Tests.Diagnostics;

public sealed class MemoryPressureTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly FakeMemoryMeter _meter = new();
    private readonly LogBook _log = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task FromThePercentageOn_NobodyIsTakenUntilItIsATenthBelow()
    {
        MemoryPressure memory = await StartAsync(80);
        foreach ((long percent, bool isNear) in ((long, bool)[])[(79, false), (80, true), (79, true), (73, true), (71, false), (79, false), (100, true), (0, false)])
        {
            _meter.Percent = percent;
            _time.Advance(MemoryPressure.Freshness);
            Assert.Equal((percent, isNear), (percent, memory.IsNear));
        }

        Assert.Equal(["Warning", "Information", "Warning", "Information"], _log.Lines.Select(line => line.Split(':')[0]));
        Assert.Contains("Limits:MemoryPercent", _log.Lines.First(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NobodyAsks_TheLogSaysSoWithinASecondAllTheSame()
    {
        MemoryPressure memory = await StartAsync(80);
        _meter.Percent = 90;
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.StartsWith("Warning: Memory is near its limit", Assert.Single(_log.Lines), StringComparison.Ordinal);
        await memory.StopAsync(TestContext.Current.CancellationToken);
        _meter.Percent = 0;
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Single(_log.Lines);
    }

    [Fact]
    public async Task ManyWhoAskAtOnce_AreOneReading()
    {
        MemoryPressure memory = await StartAsync(80);
        _meter.Percent = 90;
        Assert.All(Enumerable.Range(0, 1000), _ => Assert.True(memory.IsNear));
        Assert.Equal(1, _meter.Readings);
    }

    [Fact]
    public async Task SwitchedOff_TakesEverybody()
    {
        MemoryPressure memory = await StartAsync(0);
        _meter.Percent = 100;
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.False(memory.IsNear);
        Assert.Equal(new MemoryUse(100, 100), memory.Use);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task ProbeAndFiguresSaySo_AndWhoComesByWhipIsToldToTryAgain()
    {
        await using ApiHost host = await ApiHost.StartAsync(_time);
        host.Memory.Percent = 85;
        _time.Advance(TimeSpan.FromSeconds(1));
        ApiAnswer ready = await host.GetAsync("/readyz");
        Assert.Equal(503, ready.Status);
        Assert.Equal(MemoryPressure.Words + ".", ready.Json.GetProperty("problems")[0].GetString());
        Assert.Equal(200, (await host.GetAsync("/healthz")).Status);
        using var offer = new StringContent(TestPublisher.Offer(), new System.Net.Http.Headers.MediaTypeHeaderValue("application/sdp"));
        using (HttpResponseMessage refused = await host.Client.PostAsync(new Uri("/whip/camera", UriKind.Relative), offer, TestContext.Current.CancellationToken))
        {
            Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(2), refused.Headers.RetryAfter?.Delta);
        }

        string figures = (await host.GetAsync("/metrics")).Text;
        Assert.Contains("\nmediagateway_sessions_refused_total{reason=\"memory\"} 1\n", figures, StringComparison.Ordinal);
        Assert.Contains("\nmediagateway_memory_used_bytes 85\n", figures, StringComparison.Ordinal);
        Assert.Contains("\nmediagateway_memory_limit_bytes 100\n", figures, StringComparison.Ordinal);
        host.Memory.Percent = 50;
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await host.GetAsync("/readyz")).Status);
    }

    private async Task<MemoryPressure> StartAsync(int percent)
    {
        var memory = new MemoryPressure(
            _meter, new GatewayClock(_time), _time, Options.Create(new LimitsOptions { MemoryPercent = percent }), new LoggerFactory([_log]).CreateLogger<MemoryPressure>());
        await memory.StartAsync(TestContext.Current.CancellationToken);
        return memory;
    }
}
