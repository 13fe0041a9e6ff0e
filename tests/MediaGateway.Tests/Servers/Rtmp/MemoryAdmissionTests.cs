using MediaGateway.Authorization;
using MediaGateway.Diagnostics;
using MediaGateway.Testing;
using MediaGateway.Tests.Diagnostics;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>Memory that comes near its limit while an encoder publishes and a player plays.</summary>
public sealed class MemoryAdmissionTests : IDisposable
{
    private readonly TrackingBufferPool _buffers = new();

    public void Dispose() => _buffers.Dispose();

    [Fact]
    public async Task NearTheLimit_NobodyNewIsTaken_ThoseHereGoOn_AndThenEverybodyIsTakenAgain()
    {
        var meter = new FakeMemoryMeter();
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers, services: services =>
            services.AddSingleton<IMemoryMeter>(meter).AddSingleton<IAccessControl>(static provider => new MemoryAccess(
                new OpenAccess(), provider.GetRequiredService<MemoryPressure>(), provider.GetRequiredService<GatewayMetrics>())));
        MemoryPressure memory = host.Get<MemoryPressure>();
        using TestEncoder encoder = await TestEncoder.PublishAsync(host.Port, "a");
        await encoder.SendHeadersAsync();
        await encoder.SendPictureAsync(1, isKeyframe: true, 0);
        await encoder.SendSoundAsync(0);
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        await player.UntilAsync(static message => message is { Type: 9, Body: [_, 1, ..] });

        meter.Percent = 80;
        await RtmpServerHost.UntilAsync(() => memory.IsNear, "the limit");
        using TestPlayer refused = await TestPlayer.PlayAsync(host.Port, "a");
        Assert.Equal("NetStream.Play.Failed", refused.Messages[^1].Code);
        using TestEncoder other = await TestEncoder.ConnectAsync(host.Port);
        await other.AskToPublishAsync("b");
        await other.Wire.ExpectAsync("onStatus NetStream.Publish.Denied");
        await encoder.SendPictureAsync(2, isKeyframe: true, 40);
        await player.UntilAsync(static message => message is { Type: 9, Body: [_, 1, ..], Timestamp: 40 });

        meter.Percent = 50;
        await RtmpServerHost.UntilAsync(() => !memory.IsNear, "the relief");
        using TestPlayer taken = await TestPlayer.PlayAsync(host.Port, "a");
        Assert.Contains(taken.Messages, static message => message.Code == "NetStream.Play.Start");
        using TestEncoder admitted = await TestEncoder.PublishAsync(host.Port, "b");
    }
}
