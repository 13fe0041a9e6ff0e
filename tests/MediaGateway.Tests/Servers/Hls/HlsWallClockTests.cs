using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Servers.Rtmp;
using Xunit;

namespace MediaGateway.Tests.Servers.Hls;

/// <summary>HLS tells the time of day beside its segments; that time may be set while a stream plays.</summary>
public sealed class HlsWallClockTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(24)]
    [InlineData(-24)]
    public async Task WallClockIsSet_PlaylistAndViewerGoOn(int hours)
    {
        await using HlsHost host = await HlsHost.StartAsync();
        (PublishLease lease, string media) = await host.PlayAsync("a");
        HlsPlaylist before = await host.ReadAsync(media);
        host.Time.StepWallClock(TimeSpan.FromHours(hours));
        host.Feed(lease, 4700, 12_000);
        HlsPlaylist after = await host.ReadAsync(media);
        while (after.Segments.Count < 5)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
            after = await host.ReadAsync(media);
        }

        after.Check().CheckAfter(before);
        Assert.Equal(before.Segments[0].Address, after.Segments[0].Address);
        Assert.Equal(1, host.Viewers.Count);
        lease.Dispose();
        await RtmpServerHost.UntilAsync(() => host.Streams.Streams.Count == 0, "the end of the stream");
    }
}
