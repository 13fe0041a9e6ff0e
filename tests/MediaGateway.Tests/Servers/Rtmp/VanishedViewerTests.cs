using MediaGateway.Rtmp.Sessions;
using MediaGateway.Streams;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>Viewers to whom no media flows, whose machines vanish or whose programs answer nothing.</summary>
public sealed class VanishedViewerTests : IDisposable
{
    /// <summary>The kernel keeps no virtual time: what it is asked for is made short.</summary>
    private static readonly TimeSpan AcknowledgementTimeout = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan PingInterval = new RtmpSessionOptions().PingInterval;

    private readonly TrackingBufferPool _buffers = new();
    private readonly ManualTimeProvider _time = new();

    public void Dispose() => _buffers.Dispose();

    [Fact]
    public async Task PausedViewersMachineVanishes_ItIsGone_AndOneThatAnswersNothingStays()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers, time: _time, server: static options =>
            options with { Session = options.Session with { AcknowledgementTimeout = AcknowledgementTimeout } });
        using PublishLease lease = host.Publish("a");
        using TestPlayer vanished = await PausedAsync(host);
        using TestPlayer mute = await PausedAsync(host);
        vanished.Vanish();
        for (int ping = 1; lease.Stream.Viewers == 2; ping++)
        {
            Assert.InRange(ping, 1, 100);
            _time.Advance(PingInterval + TimeSpan.FromMilliseconds(1));
            await mute.ExpectAsync("UserControl 6");

            // The kernel takes some milliseconds to acknowledge the ping, in which no virtual time may pass.
            await Task.Delay(AcknowledgementTimeout, TestContext.Current.CancellationToken);
        }

        _time.Advance(TimeSpan.FromMinutes(1));
        await mute.SettleAsync();
        Assert.Equal(1, lease.Stream.Viewers);
    }

    private static async Task<TestPlayer> PausedAsync(RtmpServerHost host)
    {
        TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        await player.SendAsync(player.Client.CommandWithTransaction("pause", 0, 1, null, true, 0));
        await player.ExpectAsync("onStatus NetStream.Pause.Notify");
        return player;
    }
}
