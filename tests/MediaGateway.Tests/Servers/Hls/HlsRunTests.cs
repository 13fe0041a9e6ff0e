using MediaGateway.Servers.Hls;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Servers.Rtmp;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Xunit;

namespace MediaGateway.Tests.Servers.Hls;

/// <summary>What a player sees of the gateway that is under its address: rates, restarts, its end, and others that fill it.</summary>
public sealed class HlsRunTests
{
    // Numbers follow the wall clock, from 2026 on.
    private static readonly TimeSpan Later = new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero) - new ManualTimeProvider().GetUtcNow();

    [Fact]
    public async Task RequestThatWaits_IsNotCutByTheLeastRatesOfTheWebServer()
    {
        // The rates count what is being sent, not what is waited for: were it otherwise, this one would be cut after the grace period.
        var rate = new MinDataRate(1e9, TimeSpan.FromSeconds(1.1));
        await using HlsHost host = await HlsHost.StartAsync(TimeSpan.Zero, services => services.Configure<KestrelServerOptions>(kestrel =>
            (kestrel.Limits.MinResponseDataRate, kestrel.Limits.MinRequestBodyDataRate) = (rate, rate)));
        (PublishLease lease, string media) = await host.PlayAsync("a");
        HlsPlaylist first = await host.ReadAsync(media);
        Task<HlsPlaylist> reload = host.ReadAsync(media, $"&_HLS_msn={first.Segments[^1].Number}");
        await RtmpServerHost.UntilAsync(() => host.Get<HlsWaits>().Count == 1, "it waits");

        await Task.Delay(TimeSpan.FromSeconds(2.5), TestContext.Current.CancellationToken);
        Assert.False(reload.IsCompleted);
        host.Feed(lease, 4700, 7400);

        Assert.Contains(await Segments(reload), number => number >= first.Segments[^1].Number);
    }

    [Fact]
    public async Task GatewayIsStartedAnew_PlayerThatGoesOnAskingGetsTheNextRunUnderItsOldAddress()
    {
        string media;
        HlsPlaylist old;
        await using (HlsHost before = await HlsHost.StartAsync(Later, static _ => { }))
        {
            (_, media) = await before.PlayAsync("a");
            old = await before.ReadAsync(media);
        }

        await using HlsHost after = await HlsHost.StartAsync(Later + TimeSpan.FromSeconds(20), static _ => { });
        await after.PlayAsync("a");
        HlsPlaylist next = await after.ReadAsync(media);

        Assert.True(next.MediaSequence > old.Segments[^1].Number, "numbers do not go back");
        Assert.True(next.DiscontinuitySequence > old.DiscontinuitySequence, "it is another timeline");
        Assert.NotEqual(old.Segments[0].Map, next.Segments[0].Map);
        Assert.Equal(404, (await after.GetAsync($"/hls/live/a/{old.Segments[0].Map}")).Status);
        Assert.Equal(404, (await after.GetAsync($"/hls/live/a/{old.Complete.First().Address}")).Status);
    }

    [Fact]
    public async Task GatewayEnds_WhoWaitsIsToldToAskAgain()
    {
        await using HlsHost host = await HlsHost.StartAsync();
        (_, string media) = await host.PlayAsync("a");
        HlsPlaylist playing = await host.ReadAsync(media);
        Task<HlsResponse> reload = host.GetAsync($"{media}&_HLS_msn={playing.Segments[^1].Number}");
        Task<HlsResponse> hinted = host.GetAsync($"/hls/live/a/{playing.Hint}");
        await RtmpServerHost.UntilAsync(() => host.Get<HlsWaits>().Count == 2, "both wait");

        host.Get<IHostApplicationLifetime>().StopApplication();

        HlsResponse told = await reload;
        Assert.Equal((503, "1"), (told.Status, told["Retry-After"]));
        Assert.Equal(404, (await hinted).Status);
        await RtmpServerHost.UntilAsync(() => host.Muxers.Count == 0, "nothing is made any more");
    }

    [Fact]
    public async Task ProgramThatNeverComesBack_TakesThePlacesOfItsAddressOnly_AndPlayersGoOn()
    {
        await using HlsHost host = await HlsHost.StartAsync();
        (_, string media) = await host.PlayAsync("a");
        string comesBack = await host.OpenAsync("a");
        for (int opened = 1; opened < HlsLimits.NewcomersPerAddress; opened++)
        {
            Assert.Equal(200, (await host.GetAsync("/hls/live/a/index.m3u8")).Status);
        }

        HlsResponse refused = await host.GetAsync("/hls/live/a/index.m3u8");
        Assert.Equal((503, "5"), (refused.Status, refused["Retry-After"]));
        Assert.Equal(503, (await host.GetAsync($"/hls/live/a/media.m3u8?session={new string('a', 24)}")).Status);
        Assert.Equal(200, (await host.GetAsync(media)).Status);

        Assert.Equal(200, (await host.GetAsync(comesBack)).Status);
        Assert.Equal(200, (await host.GetAsync("/hls/live/a/index.m3u8")).Status);
        Assert.Equal(503, (await host.GetAsync("/hls/live/a/index.m3u8")).Status);
        host.Time.Advance(TimeSpan.FromSeconds(21));
        await RtmpServerHost.UntilAsync(() => host.Viewers.Count == 0, "all have gone");
    }

    private static async Task<IEnumerable<long>> Segments(Task<HlsPlaylist> reading) => (await reading).Complete.Select(segment => segment.Number);
}
