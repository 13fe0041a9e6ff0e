using System.Diagnostics;
using System.Text;
using MediaGateway.Servers.Whip;
using MediaGateway.Sessions;
using MediaGateway.Testing;
using MediaGateway.Tests.Servers.Rtmp;
using MediaGateway.Tests.Servers.WebRtc;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Servers.Whip;

/// <summary>WHIP over the real WebRTC server: media, and offers as real clients write them.</summary>
public sealed class WhipMediaTests
{
    private const int MinimumAttempts = 4;
    private const int MaximumAttempts = 40;
    private static readonly TimeSpan OfferLimit = TimeSpan.FromMilliseconds(4 * 50);

    /// <summary>The offers of the test data, with the answers to publishing and to playing a stream that is awaited. Null: only VP8 or VP9, which it depends on the settings to take.</summary>
    public static TheoryData<string, int?, int> Offers => new()
    {
        { "aiortc/audio_chrome.sdp", 201, 201 },
        { "aiortc/video_chrome.sdp", null, 422 },
        { "aiortc/audio_ice_lite.sdp", 422, 422 },
        { "jitsi/plainVideoSdpStr.sdp", 422, 422 },
        { "sdp-transform/hacky.sdp", null, 422 },
        { "sdp-transform/icelite.sdp", 422, 422 },
        { "sdp-transform/jsep.sdp", null, 422 },
        { "sdp-transform/jssip.sdp", 201, 201 },
        { "sdp-transform/normal.sdp", 422, 422 },
        { "sdp-transform/simulcast.sdp", 422, 422 },
    };

    [Fact]
    public async Task ClientPublishesAndDeletes_MediaFlowsAndEnds()
    {
        await using WhipHost host = await WhipHost.StartRealAsync();
        using var publisher = new LoopbackPublisher("whip");
        WhipAnswer answer = await host.SendAsync("POST", "/whip/camera", publisher.Offer);
        Assert.True(answer.Status == 201, answer.Text);
        publisher.Start(answer.Text);
        MediaSession session = Assert.Single(host.Directory.Sessions);
        await UntilAsync(() => session.Status == MediaSessionStatus.Publishing, "media flows");
        await UntilAsync(() => host.Streams.Find(TestHub.Key("camera"))?.Snapshot() is { VideoFrames: > 10, AudioFrames: > 10 }, "frames");
        (await host.SendAsync("POST", "/whip/camera", publisher.Offer)).AssertProblem(409);

        Assert.Equal(200, (await host.SendAsync("DELETE", answer.Location)).Status);

        await UntilAsync(() => publisher.HasGoodbye && host.Directory.Connections.Count == 0, "both sides know");
        Assert.Equal(MediaSessionStatus.Unpublished, session.Status);
        Assert.Null(host.Streams.Find(TestHub.Key("camera")));
    }

    [Fact]
    public async Task NobodyPublishesYet_ThePlayerIsSentAwayOrWaitsAsTheSettingSays()
    {
        await using WhipHost impatient = await WhipHost.StartRealAsync();
        Assert.Equal("2", (await impatient.SendAsync("POST", "/whep/camera", TestViewer.Offer())).AssertProblem(404)["Retry-After"]);

        await using WhipHost host = await WhipHost.StartRealAsync(("WebRtc:WaitForPublisher", "00:01:00"));
        using var viewer = new LoopbackViewer("whep");
        WhipAnswer answer = await host.SendAsync("POST", "/whep/camera", TestViewer.Offer());
        Assert.True(answer.Status == 201, answer.Text);
        viewer.Start(answer.Text);
        await UntilAsync(() => viewer.IsConnected, "the viewer waits");
        MediaSession session = Assert.Single(host.Directory.Sessions);
        Assert.Equal(MediaSessionStatus.Pending, session.Status);

        using var publisher = new LoopbackPublisher("whip");
        WhipAnswer published = await host.SendAsync("POST", "/whip/camera", publisher.Offer);
        publisher.Start(published.Text);

        await UntilAsync(() => viewer.Pictures.Count > 3 && session.Status == MediaSessionStatus.Playing, "pictures");
        Assert.Equal(200, (await host.SendAsync("DELETE", answer.Location)).Status);
        await UntilAsync(() => viewer.HasGoodbye, "the viewer's end");
        Assert.Equal(MediaSessionStatus.Stopped, session.Status);
    }

    [Theory]
    [MemberData(nameof(Offers))]
    public async Task OffersOfTheTestData_AreAcceptedOrRefusedInWords(string file, int? published, int played)
    {
        string offer = Encoding.UTF8.GetString(TestData.Read(["sdp", .. file.Split('/')]));
        await using WhipHost host = await WhipHost.StartRealAsync(("WebRtc:WaitForPublisher", "00:10:00"));
        foreach (string prefix in (string[])["/whip", "/whep"])
        {
            // What the offer costs is its best time: the others have the compiler and the rest of this machine in them.
            TimeSpan best = TimeSpan.MaxValue;
            for (int attempt = 0; attempt < MinimumAttempts || (best > OfferLimit && attempt < MaximumAttempts); attempt++)
            {
                long start = Stopwatch.GetTimestamp();
                WhipAnswer answer = await host.SendAsync("POST", $"{prefix}/camera{attempt}", offer);
                TimeSpan took = Stopwatch.GetElapsedTime(start);
                best = took < best ? took : best;
                int expected = prefix != "/whip" ? played : published ?? (answer.Status == 201 ? 201 : 422);
                if (expected == 201)
                {
                    Assert.True(answer.Status == 201, $"{prefix}: {answer.Status} {answer.Text}");
                }
                else
                {
                    answer.AssertProblem(expected);
                }
            }

            Assert.InRange(best, TimeSpan.Zero, OfferLimit);
        }
    }

    [Fact]
    public async Task MalformedSamples_AreRefusedAndAGoodOneComesAfterThem()
    {
        await using WhipHost host = await WhipHost.StartRealAsync();
        string good = TestPublisher.Offer();
        var random = new Random(5);
        for (int sample = 0; sample < 300; sample++)
        {
            char[] bad = good.ToCharArray();
            for (int change = 0; change <= sample % 8; change++)
            {
                bad[random.Next(4, bad.Length)] = (char)random.Next(1, 127);
            }

            WhipAnswer answer = await host.SendAsync("POST", $"/whip/bad{sample}", new string(bad, 0, random.Next(5, bad.Length + 1)));
            Assert.True(answer.Status is 201 or 400 or 422, $"{answer.Status} {answer.Text}");
        }

        Assert.Equal(201, (await host.SendAsync("POST", "/whip/good", good)).Status);
    }

    [Theory]
    [InlineData("passwords too short", "a=ice-pwd:publisherPasswordpublisher", "a=ice-pwd:short")]
    [InlineData("no fingerprint", "a=fingerprint:", "a=x-fingerprint:")]
    [InlineData("an unsafe hash", "a=fingerprint:sha-256 ", "a=fingerprint:sha-1 ")]
    [InlineData("we would begin DTLS", "a=setup:actpass", "a=setup:passive")]
    [InlineData("nobody would begin ICE", "t=0 0", "t=0 0\na=ice-lite")]
    [InlineData("no DTLS", "UDP/TLS/RTP/SAVPF", "RTP/AVP")]
    [InlineData("no BUNDLE", "a=group:BUNDLE 0 1", "a=x")]
    [InlineData("no rtcp-mux", "a=rtcp-mux", "a=x")]
    [InlineData("receives only", "a=sendonly", "a=recvonly")]
    public async Task OfferThatCannotWork_IsUnprocessable(string why, string from, string to)
    {
        Assert.NotEmpty(why);
        await using WhipHost host = await WhipHost.StartRealAsync();
        (await host.SendAsync("POST", "/whip/camera", TestPublisher.Offer().Replace(from, to, StringComparison.Ordinal))).AssertProblem(422);
        Assert.Null(host.Streams.Find(TestHub.Key("camera")));
    }

    [Theory]
    [InlineData("t=0 0", "t=0 0")]
    [InlineData("a=setup:actpass", "a=setup:active")]
    [InlineData("a=sendonly", "a=sendrecv")]
    [InlineData("H264/90000", "h264/90000")]
    [InlineData("opus/48000/2", "OPUS/48000/2")]
    [InlineData("a=fingerprint:sha-256", "a=fingerprint:SHA-256")]
    [InlineData("a=setup:actpass", "a=setup:actpass\na=ice-options:trickle ice2\na=extmap-allow-mixed\na=msid-semantic: WMS *")]
    [InlineData("a=setup:actpass", "a=setup:actpass\na=fingerprint:sha-1 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33")]
    [InlineData("\na=group:BUNDLE 0 1", "\na=group:BUNDLE 0 1 2")]
    public async Task OfferInAnotherHand_Connects(string from, string to)
    {
        string offer = TestPublisher.Offer().Replace(from, to, StringComparison.Ordinal);
        offer = to.EndsWith('2') && to.Contains("BUNDLE", StringComparison.Ordinal)
            ? offer + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:2\r\na=sctp-port:5000\r\n"
            : offer;
        await using WhipHost host = await WhipHost.StartRealAsync();
        using var publisher = new LoopbackPublisher("whip");
        WhipAnswer answer = await host.SendAsync("POST", "/whip/camera", offer);
        Assert.True(answer.Status == 201, answer.Text);
        publisher.Start(answer.Text);
        await UntilAsync(() => host.Streams.Find(TestHub.Key("camera"))?.Snapshot() is { VideoFrames: > 3, AudioFrames: > 3 }, "frames");
    }

    [Fact]
    public async Task FiveThousandBadOffers_DoNotKeepAGoodClientOut()
    {
        await using WhipHost host = await WhipHost.StartRealAsync();
        using var stop = new CancellationTokenSource();
        int sent = 0;
        int failed = 0;
        string bad = TestPublisher.Offer().Replace("a=fingerprint", "a=nothing", StringComparison.Ordinal);
        Task[] attackers = [.. Enumerable.Range(0, 8).Select(number => Task.Run(
            async () =>
            {
                // Half are of this machine, which nothing holds back, and half are one stranger, who is.
                (string, string)[] from = number % 2 == 0 ? [] : [(WhipHost.FromHeader, "192.0.2.66")];
                while (Interlocked.Increment(ref sent) <= 5000)
                {
                    int status = (await host.SendAsync("POST", "/whip/camera", bad, WhipHeaders.Sdp, from)).Status;
                    Interlocked.Add(ref failed, status is 422 or 429 ? 0 : 1);
                }
            },
            TestContext.Current.CancellationToken))];
        await UntilAsync(() => Volatile.Read(ref sent) > 500, "the attack has begun");

        using var publisher = new LoopbackPublisher("whip");
        long start = Stopwatch.GetTimestamp();
        WhipAnswer answer = await host.SendAsync("POST", "/whip/camera", publisher.Offer, WhipHeaders.Sdp, (WhipHost.FromHeader, "192.0.2.1"));
        Assert.True(answer.Status == 201, answer.Text);
        publisher.Start(answer.Text);
        await UntilAsync(() => host.Streams.Find(TestHub.Key("camera"))?.Snapshot() is { VideoFrames: > 0 }, "media flows");
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        TestContext.Current.TestOutputHelper?.WriteLine($"connected after {took.TotalMilliseconds:0} ms, {sent} bad offers sent by then");
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(4 * 6)); // Two on a machine with nothing else to do.
        await Task.WhenAll(attackers);
        Assert.Equal(0, failed);
    }

    private static Task UntilAsync(Func<bool> condition, string what) => RtmpServerHost.UntilAsync(condition, what);
}
