using System.Globalization;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Servers.Rtmp;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Servers.Hls;

/// <summary>The levels of a ladder as a player sees them that goes over from one to another.</summary>
public sealed class HlsLevelsTests
{
    private static readonly (string, string)[] Ladder =
        [("Ladder:Ladders:web:360p:Height", "360"), ("Ladder:Ladders:web:360p:BitsPerSecond", "800000"), ("Applications:live:Ladder", "web")];

    [Fact]
    public async Task LevelThatIsBegunLater_HasTheSegmentsOfTheStream_SoThatAPlayerGoesOverWithoutAGap()
    {
        await using HlsHost host = await HlsHost.StartAsync(Ladder);
        (PublishLease low, PublishLease lease) = await PublishBothAsync(host);
        (string media, string level) = await AddressesAsync(host);
        Task<HlsPlaylist> reading = host.ReadAsync(level);
        await RtmpServerHost.UntilAsync(() => low.Stream.Outlets > 0, "segments of the level are made");
        for (int from = 4700; from < 16_000; from += 2700)
        {
            host.Feed(lease, from, from + 2700);
            host.Feed(low, from, from + 2700, TestFrames.Picture180);
        }

        HlsPlaylist ofLevel = await reading;
        long number = ofLevel.Segments[0].Number + 3;
        HlsPlaylist ofStream;
        int patience = 1000;
        do
        {
            // What is older has no parts any more: the two are compared at the same place.
            ofLevel = await host.ReadAsync(level, Until(number));
            ofStream = await host.ReadAsync(media, Until(number));
        }
        while (End(ofLevel) != End(ofStream) && --patience > 0);

        Assert.Equal(ofStream.DiscontinuitySequence, ofLevel.DiscontinuitySequence);
        Assert.Equal(ofStream.TargetDuration, ofLevel.TargetDuration);
        HlsListedSegment[] shared = [.. ofLevel.Complete.Where(segment => segment.Number <= number)];
        Assert.Equal(4, shared.Length);
        foreach (HlsListedSegment segment in shared)
        {
            HlsListedSegment same = Assert.Single(ofStream.Complete, one => one.Number == segment.Number);
            Assert.Equal((same.Duration, same.Parts.Count), (segment.Duration, segment.Parts.Count));
            Assert.Equal(await BeginsAsync(host, $"/hls/live/a/{same.Address}"), await BeginsAsync(host, $"/hls/live/a_360p/{segment.Address}"));
        }
    }

    [Fact]
    public async Task Playlist_TellsHowFarTheOtherLevelsAre()
    {
        await using HlsHost host = await HlsHost.StartAsync(Ladder);
        (PublishLease low, PublishLease lease) = await PublishBothAsync(host);
        (string media, string level) = await AddressesAsync(host);
        Assert.Empty((await host.ReadAsync(media)).Reports); // nobody watches the level
        Task<HlsPlaylist> reading = host.ReadAsync(level);
        await RtmpServerHost.UntilAsync(() => low.Stream.Outlets > 0, "segments of the level are made");
        host.Feed(low, 4700, 7400, TestFrames.Picture180);
        await reading;

        HlsListedSegment before = (await host.ReadAsync(media)).Segments[^1];
        (string address, long number, int? part) = Assert.Single((await host.ReadAsync(level)).Reports);
        HlsListedSegment last = (await host.ReadAsync(media)).Segments[^1];
        Assert.Equal(media, new Uri(new Uri(host.Address, level), address).PathAndQuery);
        Assert.Equal((before.Number, before.Number), (number, last.Number));
        Assert.InRange(part ?? -1, before.Parts.Count - 1, last.Parts.Count - 1);
        lease.Dispose();
        Assert.True((await host.ReadAsync(media, $"&_HLS_msn={last.Number}")).HasEnded);
        Assert.Empty((await host.ReadAsync(level)).Reports);
    }

    /// <summary>A stream and its level, of 4.7 s each, as <see cref="HlsHost.PlayAsync"/> leaves the stream.</summary>
    private static async Task<(PublishLease Low, PublishLease Lease)> PublishBothAsync(HlsHost host)
    {
        PublishLease low = host.Publish("a_360p");
        host.Feed(low, 0, 2000, TestFrames.Picture180);
        host.Feed(low, 2000, 4700, TestFrames.Picture180);
        (PublishLease lease, _) = await host.PlayAsync("a");
        return (low, lease);
    }

    private static (long Number, int Parts) End(HlsPlaylist playlist) => (playlist.Segments[^1].Number, playlist.Segments[^1].Parts.Count);

    private static string Until(long number) => string.Create(CultureInfo.InvariantCulture, $"&_HLS_msn={number}");

    private static async Task<(string Media, string Level)> AddressesAsync(HlsHost host)
    {
        HlsResponse index = await host.GetAsync("/hls/live/a/index.m3u8");
        string[] lines = [.. index.Text.Split('\n').Where(line => line.Contains("media.m3u8?session=", StringComparison.Ordinal))];
        return (
            $"/hls/live/a/{lines.Single(line => line[0] != '.')}",
            new Uri(new Uri(host.Address, "/hls/live/a/"), lines.Single(line => line[0] == '.')).PathAndQuery);
    }

    /// <summary>When the first picture of a segment is decoded.</summary>
    private static async Task<ulong> BeginsAsync(HlsHost host, string address) =>
        Mp4Box.Read((await host.GetAsync(address)).Bytes)[0].Children().First(box => box.Type == "traf").Child("tfdt").UInt64(4);
}
