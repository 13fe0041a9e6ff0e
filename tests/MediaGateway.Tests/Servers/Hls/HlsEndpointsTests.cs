using MediaGateway.Media.Frames;
using MediaGateway.Servers.Hls;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Servers.Rtmp;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Servers.Hls;

public sealed class HlsEndpointsTests
{
    [Fact]
    public async Task Player_OpensReadsAndGetsWhatThePlaylistNames()
    {
        await using HlsHost host = await HlsHost.StartAsync();
        (PublishLease lease, string media) = await host.PlayAsync("a");
        HlsResponse index = await host.GetAsync("/hls/live/a/index.m3u8");
        Assert.Contains("CODECS=\"avc1.42E01E,mp4a.40.2\",RESOLUTION=640x360", index.Text, StringComparison.Ordinal);
        Assert.Equal(("application/vnd.apple.mpegurl", "no-cache", "*"), (index.MediaType, index["Cache-Control"], index["Access-Control-Allow-Origin"]));
        HlsPlaylist playlist = await host.ReadAsync(media);

        HlsListedSegment growing = playlist.Segments[^1];
        HlsResponse map = await host.GetAsync($"/hls/live/a/{growing.Map}");
        HlsResponse part = await host.GetAsync($"/hls/live/a/{growing.Parts[0].Address}");
        Assert.Equal(["ftyp", "moov"], Mp4Box.Read(map.Bytes).Select(box => box.Type));
        Assert.Equal(["moof", "mdat"], Mp4Box.Read(part.Bytes).Select(box => box.Type));
        Assert.Contains("immutable", part["Cache-Control"], StringComparison.Ordinal);
        host.Feed(lease, 4700, 7400);
        playlist = await host.ReadAsync(media, $"&_HLS_msn={growing.Number}");
        HlsListedSegment whole = playlist.Complete.Last();
        HlsResponse segment = await host.GetAsync($"/hls/live/a/{whole.Address}");
        Assert.All(Mp4Box.Read(segment.Bytes).Chunk(2), pair => Assert.Equal(["moof", "mdat"], pair.Select(box => box.Type)));
    }

    [Fact]
    public async Task EncoderThatCannotBeAsked_TheFirstRequestWaitsForAWholeGroup()
    {
        await using HlsHost host = await HlsHost.StartAsync();
        using PublishLease lease = host.Publish("a", isBrowser: false);
        host.Feed(lease, 0, 1500);
        Task<string> opening = host.OpenAsync("a");
        await RtmpServerHost.UntilAsync(() => host.Muxers.Count == 1, "segments are made");
        Assert.False(opening.IsCompleted);

        host.Feed(lease, 2000, 4200);

        Assert.Equal(2, (await host.ReadAsync(await opening)).TargetDuration);
    }

    [Fact]
    public async Task StreamWithoutAGroup_TheFirstRequestIsTold503()
    {
        await using HlsHost host = await HlsHost.StartAsync();
        using PublishLease lease = host.Publish("a", isBrowser: false);
        host.Feed(lease, 0, 1000);
        Task<HlsResponse> opening = host.GetAsync("/hls/live/a/index.m3u8");
        await RtmpServerHost.UntilAsync(() => host.Get<HlsWaits>().Count == 1, "it waits");

        HlsResponse refused = await host.AdvanceAsync(HlsLimits.FirstWait, opening);
        Assert.Equal((503, "1"), (refused.Status, refused["Retry-After"]));
        Assert.Equal(0, host.Viewers.Count);
    }

    [Fact]
    public async Task BlockingReload_AnswersWhenThePartIsThere_AndRefusesWhatIsTooFar()
    {
        await using HlsHost host = await HlsHost.StartAsync();
        (PublishLease lease, string media) = await host.PlayAsync("a");
        HlsPlaylist first = await host.ReadAsync(media);
        HlsListedSegment growing = first.Segments[^1];
        int next = growing.Parts.Count;
        Assert.EndsWith($"/{growing.Number}.{next}.m4s", first.Hint, StringComparison.Ordinal);

        Task<HlsPlaylist> reload = host.ReadAsync(media, $"&_HLS_msn={growing.Number}&_HLS_part={next}");
        Task<HlsResponse> hinted = host.GetAsync($"/hls/live/a/{first.Hint}");
        await RtmpServerHost.UntilAsync(() => host.Get<HlsWaits>().Count == 2, "both wait");
        host.Feed(lease, 4700, 5400);

        Assert.Contains((await reload).Segments, segment => segment.Number > growing.Number || segment.Parts.Count > next);
        Assert.Equal(200, (await hinted).Status);
        Assert.Equal(400, (await host.GetAsync($"{media}&_HLS_msn={growing.Number + 50}")).Status);
        Assert.Equal(400, (await host.GetAsync($"{media}&_HLS_msn=x")).Status);
        Assert.Equal(400, (await host.GetAsync($"{media}&_HLS_part=1")).Status);
        Assert.Equal(404, (await host.GetAsync($"/hls/live/a/{first.Hint!.Replace($"{growing.Number}.", $"{growing.Number + 9}.", StringComparison.Ordinal)}")).Status);
    }

    [Fact]
    public async Task BlockingReload_OfAStreamThatStandsStill_IsRefusedAfterThreeTargetDurations()
    {
        await using HlsHost host = await HlsHost.StartAsync();
        (_, string media) = await host.PlayAsync("a");
        long number = (await host.ReadAsync(media)).Segments[^1].Number;
        Task<HlsResponse> reload = host.GetAsync($"{media}&_HLS_msn={number}");
        await RtmpServerHost.UntilAsync(() => host.Get<HlsWaits>().Count == 1, "it waits");

        Assert.Equal(503, (await host.AdvanceAsync(TimeSpan.FromSeconds(6), reload)).Status);
    }

    [Fact]
    public async Task DiscontinuitySequence_IsSmallForHlsJsAndGrowsFromOnePublisherToTheNext()
    {
        await using HlsHost host = await HlsHost.StartAsync();
        (PublishLease lease, string media) = await host.PlayAsync("a");
        HlsPlaylist playing = await host.ReadAsync(media);
        long first = playing.DiscontinuitySequence;
        lease.Dispose();
        Assert.True((await host.ReadAsync(media, $"&_HLS_msn={playing.Segments[^1].Number}")).HasEnded);
        host.Time.Advance(TimeSpan.FromSeconds(20));

        (_, media) = await host.PlayAsync("a");

        Assert.InRange(first, 0, HlsStreams.DiscontinuityNumbers);
        Assert.InRange((await host.ReadAsync(media)).DiscontinuitySequence, first + 1, first + 3);
    }

    [Fact]
    public async Task VideoElementAsks_ThePlaylistWaitsForThreeSegments_AndForScriptsItDoesNot()
    {
        await using HlsHost host = await HlsHost.StartAsync();
        (PublishLease lease, string media) = await host.PlayAsync("a");
        (string, string)[] element = [("Sec-Fetch-Dest", "video")];
        Task<HlsResponse> opening = host.GetAsync(media, headers: element);
        await RtmpServerHost.UntilAsync(() => host.Get<HlsWaits>().Count == 1, "it waits");
        Assert.Equal(200, (await host.GetAsync(media, headers: [("Sec-Fetch-Dest", "empty")])).Status);
        Assert.Equal(200, (await host.GetAsync(media, headers: [.. element, ("X-Playback-Session-Id", "a")])).Status);
        Assert.False(opening.IsCompleted);

        host.Feed(lease, 4700, 7400);

        Assert.InRange(HlsPlaylist.Read((await opening).Text).Check().Complete.Count(), 3, 4);
    }

    [Fact]
    public async Task VideoElementAsksForAStreamThatStandsStill_ItGetsWhatThereIs()
    {
        await using HlsHost host = await HlsHost.StartAsync();
        (_, string media) = await host.PlayAsync("a");
        Task<HlsResponse> opening = host.GetAsync(media, headers: ("Sec-Fetch-Dest", "video"));
        await RtmpServerHost.UntilAsync(() => host.Get<HlsWaits>().Count == 1, "it waits");

        HlsResponse opened = await host.AdvanceAsync(TimeSpan.FromSeconds(6), opening);

        Assert.Equal(2, HlsPlaylist.Read(opened.Text).Check().Complete.Count());
    }

    [Fact]
    public async Task PublisherComesBack_SamePlaylistGoesOnAfterADiscontinuity()
    {
        await using HlsHost host = await HlsHost.StartAsync();
        (PublishLease lease, string media) = await host.PlayAsync("a");
        HlsPlaylist before = await host.ReadAsync(media);
        lease.End(StreamEndReason.PublisherLost);
        host.Time.Advance(TimeSpan.FromSeconds(1));

        using PublishLease second = host.Publish("a");
        host.Feed(second, 90_000, 93_000, TestFrames.Picture180);
        HlsPlaylist after = await host.ReadAsync(media, $"&_HLS_msn={before.Segments[^1].Number + 1}&_HLS_part=0");

        after.CheckAfter(before);
        HlsListedSegment change = Assert.Single(after.Segments, segment => segment.IsDiscontinuity);
        Assert.NotEqual(before.Segments[0].Map, change.Map);
    }

    [Fact]
    public async Task StreamEnds_PlaylistEnds_AndTheNextOneIsAnotherRun()
    {
        await using HlsHost host = await HlsHost.StartAsync();
        (PublishLease lease, string media) = await host.PlayAsync("a");
        HlsPlaylist before = await host.ReadAsync(media);

        lease.Dispose();
        HlsPlaylist ended = await host.ReadAsync(media, $"&_HLS_msn={before.Segments[^1].Number}");
        Assert.True(ended.HasEnded);
        (PublishLease again, string nextMedia) = await host.PlayAsync("a");
        HlsPlaylist next = await host.ReadAsync(nextMedia);

        Assert.False(next.HasEnded);
        Assert.True(next.MediaSequence > ended.Segments[^1].Number);
        Assert.NotEqual(ended.Segments[0].Map, next.Segments[0].Map);
        again.Dispose();
    }

    [Fact]
    public async Task StreamEndsAndAnotherBeginsAtOnce_TheNewOneIsOpened()
    {
        await using HlsHost host = await HlsHost.StartAsync();
        (PublishLease lease, string media) = await host.PlayAsync("a");
        for (int round = 0; round < 20; round++)
        {
            lease.Dispose();
            (lease, string next) = await host.PlayAsync("a"); // Nobody has waited until the segments of the old one have ended.
            Assert.NotEqual(media, next);
            media = next;
        }

        lease.Dispose();
    }

    [Fact]
    public async Task NobodyAsks_ViewersGoAndSegmentsAreMadeNoMore()
    {
        await using HlsHost host = await HlsHost.StartAsync();
        (PublishLease lease, string media) = await host.PlayAsync("a");
        HlsPlaylist playlist = await host.ReadAsync(media);
        Assert.Equal(1, lease.Stream.Viewers);
        Assert.Equal("hls", Assert.Single(host.Directory.Sessions).Connection.Protocol);

        host.Time.Advance(TimeSpan.FromSeconds(20));
        await RtmpServerHost.UntilAsync(() => lease.Stream.Viewers == 0 && host.Directory.Sessions.Count == 0, "the viewer has gone");
        host.Time.Advance(TimeSpan.FromSeconds(11));
        await RtmpServerHost.UntilAsync(() => lease.Stream.Outlets == 0 && host.Muxers.Count == 0, "nothing is made");

        Assert.Equal(404, (await host.GetAsync($"/hls/live/a/{playlist.Segments[0].Map}")).Status);
        Task<HlsResponse> back = host.GetAsync(media); // a player that was paused comes back under its own name
        await RtmpServerHost.UntilAsync(() => lease.Stream.Outlets > 0, "segments are made again");
        host.Feed(lease, 4700, 9000);
        Assert.Equal(200, (await back).Status);
        Assert.Equal(2, host.Access.Sessions.Count);
    }

    [Fact]
    public async Task Access_IsAskedOnceForEachPlayer_WithTheAddressesParameters()
    {
        await using HlsHost host = await HlsHost.StartAsync();
        host.Access.OnPlay = (session, _) =>
            session.Parameters.Any(pair => pair is { Key: "token", Value: "right" }) ? FakeAccess.Allowed : FakeAccess.Refused("No.");
        Assert.Equal(401, (await host.GetAsync("/hls/live/a/index.m3u8")).Status);
        Assert.Equal(403, (await host.GetAsync("/hls/live/a/media.m3u8?token=wrong&session=0123456789abcdef01234567")).Status);
        (_, string media) = await host.PlayAsync("a", "?token=right");
        await host.ReadAsync(media);

        Assert.Contains("token=right", media, StringComparison.Ordinal);
        Assert.Equal(3, host.Access.Sessions.Count);
        HlsResponse redirected = await host.GetAsync("/hls/live/a/media.m3u8?token=right&_HLS_skip=YES");
        Assert.Equal(302, redirected.Status);
        Assert.Equal(200, (await host.GetAsync(redirected["Location"])).Status);
        Assert.DoesNotContain("_HLS_", redirected["Location"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task OperatorEndsASession_ItsPlayerIsRefusedAlsoWhileItWaits()
    {
        await using HlsHost host = await HlsHost.StartAsync();
        (_, string media) = await host.PlayAsync("a");
        long number = (await host.ReadAsync(media)).Segments[^1].Number;
        Task<HlsResponse> reload = host.GetAsync($"{media}&_HLS_msn={number}");
        await RtmpServerHost.UntilAsync(() => host.Get<HlsWaits>().Count == 1, "it waits");

        Assert.Single(host.Directory.Sessions).End(MediaGateway.Diagnostics.SessionEndReason.Terminated, "By hand");

        Assert.Equal(403, (await reload).Status);
        Assert.Equal(403, (await host.GetAsync(media)).Status);
    }

    [Fact]
    public async Task TooManyViewers_AreRefused()
    {
        await using HlsHost host = await HlsHost.StartAsync(("Hls:MaximumViewers", "1"));
        (PublishLease lease, string media) = await host.PlayAsync("a");

        Assert.Equal(503, (await host.GetAsync("/hls/live/a/index.m3u8")).Status);
        Assert.Equal(200, (await host.GetAsync(media)).Status);
    }

    [Theory]
    [InlineData("/hls/live/nobody/index.m3u8", 404)]
    [InlineData("/hls/live/nobody/media.m3u8?session=0123456789abcdef01234567", 404)]
    [InlineData("/hls/live/..%2f..%2fetc/index.m3u8", 404)]
    [InlineData("/hls/live/%2e%2e/index.m3u8", 404)]
    [InlineData("/hls/live/a%00b/index.m3u8", 400)]
    [InlineData("/hls/live/a/e/1.m4s", 404)]
    [InlineData("/hls/live/a/e/..%2f1.m4s", 404)]
    [InlineData("/hls/live/a/e/init99999999999.mp4", 404)]
    public async Task WhatIsNotThere_IsNotFoundAndBeginsNothing(string path, int status)
    {
        await using HlsHost host = await HlsHost.StartAsync();

        HlsResponse response = await host.GetAsync(path);

        Assert.Equal(status, response.Status);
        Assert.Equal((0, 0), (host.Viewers.Count, host.Muxers.Count));
        Assert.Equal(0, host.Get<HlsWaits>().Count);
    }

    [Fact]
    public async Task PicturesThatHlsCannotCarry_AreRefusedInWords()
    {
        await using HlsHost host = await HlsHost.StartAsync();
        using PublishLease lease = host.Publish("a", isBrowser: false);
        lease.Publish(host.Frames.Further(TestFrames.FurtherFormat(TrackKind.Video, 0), 0));
        lease.Publish(host.Frames.EncoderSound(TestFrames.Aac, 0));

        HlsResponse refused = await host.GetAsync("/hls/live/a/index.m3u8");

        Assert.Equal(415, refused.Status);
        Assert.Contains("Hevc", refused.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HeadAndOptions_AnswerWithoutABody()
    {
        await using HlsHost host = await HlsHost.StartAsync();
        await host.PlayAsync("a");

        HlsResponse head = await host.GetAsync("/hls/live/a/index.m3u8", "HEAD");
        HlsResponse options = await host.GetAsync("/hls/live/a/index.m3u8", "OPTIONS", ("Origin", "https://example.org"));

        Assert.Equal((200, 0), (head.Status, head.Bytes.Length));
        Assert.Equal((204, "*"), (options.Status, options["Access-Control-Allow-Origin"]));
    }

    [Fact]
    public async Task TransportStream_IsServedBeside()
    {
        await using HlsHost host = await HlsHost.StartAsync();
        (_, string media) = await host.PlayAsync("a", index: "index-ts.m3u8");
        HlsPlaylist playlist = await host.ReadAsync(media);
        HlsResponse part = await host.GetAsync($"/hls/live/a/{playlist.Segments[^1].Parts[0].Address}");

        Assert.Null(playlist.Segments[0].Map);
        Assert.Equal("video/mp2t", part.MediaType);
        Assert.Equal((0x47, 0), (part.Bytes[0], part.Bytes.Length % 188));
    }

    [Fact]
    public async Task Levels_AreEntriesOfTheIndex_ForTheSamePlayer()
    {
        await using HlsHost host = await HlsHost.StartAsync(
            ("Ladder:Ladders:web:360p:Height", "360"), ("Ladder:Ladders:web:360p:BitsPerSecond", "800000"), ("Applications:live:Ladder", "web"));
        using PublishLease low = host.Publish("a_360p");
        host.Feed(low, 0, 2000, TestFrames.Picture180);
        await host.PlayAsync("a");

        HlsResponse index = await host.GetAsync("/hls/live/a/index.m3u8");
        string level = index.Text.Split('\n').Single(line => line.StartsWith("../a_360p/media.m3u8?session=", StringComparison.Ordinal));
        int asked = host.Access.Sessions.Count;
        Task<HlsPlaylist> reading = host.ReadAsync($"/hls/live/a/{level}");
        await RtmpServerHost.UntilAsync(() => low.Stream.Outlets > 0, "segments of the level are made");
        host.Feed(low, 2000, 4700, TestFrames.Picture180);
        await reading;

        Assert.Equal(asked, host.Access.Sessions.Count);
        Assert.Equal(asked, host.Viewers.Count);
    }
}
