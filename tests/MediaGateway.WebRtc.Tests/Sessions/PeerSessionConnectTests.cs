using MediaGateway.Testing;
using MediaGateway.WebRtc.Dtls;
using MediaGateway.WebRtc.Ice;
using MediaGateway.WebRtc.Sessions;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Sessions;

public class PeerSessionConnectTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void PerfectNetwork_ConnectsAndDeliversEveryFrame()
    {
        using var pair = new PeerPair(pool: new TrackingBufferPool());
        Assert.Equal(PeerState.New, pair.Session.State);
        Assert.True(pair.Connect(Second));
        pair.Run(5 * Second);

        Assert.Equal([new PeerEvent.PathAdded(pair.Publisher.Path), new PeerEvent.Connected()], pair.Events);
        Assert.InRange(pair.Pictures.Count, 148, pair.Publisher.AccessUnits.Count);
        Assert.Equal(pair.Publisher.AccessUnits.Take(pair.Pictures.Count), pair.Pictures.Select(frame => frame.Payload));
        Assert.InRange(pair.Frames.Count - pair.Pictures.Count, 245, pair.Publisher.AudioPackets);
        PeerStatistics statistics = pair.Session.Statistics;
        Assert.Equal(PeerState.Connected, statistics.State);
        Assert.Equal(IceState.Nominated, statistics.Ice);
        Assert.Equal(DtlsState.Connected, statistics.Dtls);
        Assert.Equal(pair.Publisher.Path, statistics.SelectedPath);
        Assert.Equal(TimeSpan.FromMilliseconds(20), statistics.RoundTripTime);
        Assert.Equal(0, statistics.DatagramsDropped + statistics.PacketsNotAuthentic + statistics.PacketsReplayed);
        Assert.True(pair.Publisher.RtcpReceived >= 10, "REMB twice a second");
    }

    [Theory]
    [InlineData(0.0, 0.5)]
    [InlineData(0.1, 6)]
    [InlineData(0.2, 10)]
    public void LossyNetwork_ConnectsInTime(double loss, double seconds)
    {
        for (int seed = 0; seed < 40; seed++)
        {
            using var pair = new PeerPair(seed);
            pair.SetNetwork(new LinkConditions { Loss = loss, Delay = TimeSpan.FromMilliseconds(25), Reordering = 0.05 });
            bool isConnected = pair.Connect(TimeSpan.FromSeconds(seconds));
            Assert.True(isConnected, $"seed {seed}: {pair.Closed}");
        }
    }

    [Fact]
    public void DtlsEndpoint_IsMadeAfterTheFirstValidCheckOnly()
    {
        using var pair = new PeerPair();
        pair.Publisher.SendsChecks = false;
        pair.Inject(pair.Publisher.Path, [FakeDtlsEndpoint.HandshakeRecord, 1]);
        pair.Inject(pair.Publisher.Path, new ConnectivityCheck { Username = "a:b", Password = "wrong" }.ToBytes());
        Assert.Empty(pair.Dtls.Made);

        pair.Inject(pair.Publisher.Path, pair.Publisher.Check());
        Assert.Single(pair.Dtls.Made);
        Assert.Equal(PeerState.Connecting, pair.Session.State);
        Assert.Equal(0, pair.Dtls.Made[0].Received);
    }

    [Fact]
    public void NothingEverComes_EndsWithConnectTimeout()
    {
        using var pair = new PeerPair();
        pair.Publisher.SendsChecks = false;
        pair.Run(TimeSpan.FromSeconds(29.9));
        Assert.Null(pair.Closed);
        pair.Run(Second);
        Assert.Equal(PeerEndReason.ConnectTimeout, pair.Closed?.Reason);
        Assert.Equal(TimeSpan.MaxValue, pair.Session.NextDeadline);
    }

    [Fact]
    public void NoClientHello_EndsWithDtlsFailed()
    {
        using var pair = new PeerPair();
        pair.Publisher.DelaysDtls = true;
        pair.Run(TimeSpan.FromSeconds(14.9));
        Assert.Null(pair.Closed);
        pair.Run(Second);
        Assert.Equal(PeerEndReason.DtlsFailed, pair.Closed?.Reason);
    }

    public static TheoryData<string> WrongFingerprints() =>
    [
        Sdp.Offers.Fingerprint,
        "sha-512 00" + string.Concat(Enumerable.Repeat(":00", 63)),
    ];

    [Theory]
    [MemberData(nameof(WrongFingerprints))]
    public void WrongCertificate_EndsTheSessionWithoutKeys(string fingerprint)
    {
        using var pair = new PeerPair(changeOffer: offer => ReplaceFingerprint(offer, fingerprint));
        pair.Run(5 * Second);
        Assert.Equal(PeerEndReason.DtlsFailed, pair.Closed?.Reason);
        Assert.Contains("certificate", pair.Closed?.Detail, StringComparison.Ordinal);
        Assert.Empty(pair.Frames);
        Assert.DoesNotContain(new PeerEvent.Connected(), pair.Events);
    }

    [Fact]
    public void SecondFingerprintThatIsRight_Connects()
    {
        using var pair = new PeerPair(changeOffer: offer => offer.Replace(
            "a=fingerprint:",
            $"a=fingerprint:{Sdp.Offers.Fingerprint}\na=fingerprint:",
            StringComparison.Ordinal));
        Assert.True(pair.Connect(Second));
    }

    [Fact]
    public void FingerprintInLowerCase_Connects()
    {
        using var pair = new PeerPair(changeOffer: offer => ReplaceFingerprint(offer, FingerprintOf(offer).ToLowerInvariant()));
        Assert.True(pair.Connect(Second));
    }

    [Fact]
    public void MediaBeforeTheHandshakeIsDone_IsNotLost()
    {
        using var pair = new PeerPair();
        Assert.True(pair.RunUntil(() => pair.Publisher.IsConnected, Second));

        // A second session of the same peer whose handshake has not ended when the first media comes: same keys in the fake.
        using var late = new PeerPair();
        late.Publisher.DelaysDtls = true;
        late.Run(TimeSpan.FromMilliseconds(200));
        for (int i = 0; i < PeerMedia.MaximumEarlyPackets + 10; i++)
        {
            late.Inject(late.Publisher.Path, pair.Publisher.SoundPacket(late.Now));
            late.Run(TimeSpan.FromMilliseconds(20));
        }

        Assert.Empty(late.Frames);
        Assert.Equal(10, late.Session.Statistics.DatagramsDropped);
        late.Inject(late.Publisher.Path, [FakeDtlsEndpoint.HandshakeRecord, 1]);
        late.Inject(late.Publisher.Path, [FakeDtlsEndpoint.HandshakeRecord, 3, .. TestPublisher.Certificate]);
        Assert.Equal(PeerState.Connected, late.Session.State);
        Assert.Equal(PeerMedia.MaximumEarlyPackets, late.Frames.Count);
    }

    [Fact]
    public void EarlyMediaOfASessionThatNeverConnects_IsReturned()
    {
        using var pair = new PeerPair(pool: new TrackingBufferPool());
        pair.Publisher.DelaysDtls = true;
        pair.Run(TimeSpan.FromMilliseconds(200));
        for (int i = 0; i < 20; i++)
        {
            pair.Inject(pair.Publisher.Path, [0x80, 111, .. new byte[60]]);
        }
    }

    [Fact]
    public void HandshakeThatGoesInCircles_FeedsABoundedNumberOfDatagrams()
    {
        using var pair = new PeerPair();
        pair.Publisher.DelaysDtls = true;
        pair.Run(TimeSpan.FromMilliseconds(200));
        for (int i = 0; i < 10_000; i++)
        {
            pair.Inject(pair.Publisher.Path, [FakeDtlsEndpoint.HandshakeRecord, 1]);
        }

        Assert.Equal(DtlsTransport.MaximumHandshakeDatagrams, pair.Dtls.Made[0].Received);
        Assert.Equal(PeerState.Connecting, pair.Session.State);
    }

    [Fact]
    public void FirstRecordThatIsNoHandshake_IsDropped()
    {
        using var pair = new PeerPair();
        pair.Publisher.DelaysDtls = true;
        pair.Run(TimeSpan.FromMilliseconds(200));
        pair.Inject(pair.Publisher.Path, [FakeDtlsEndpoint.AlertRecord, 0]);
        pair.Inject(pair.Publisher.Path, [FakeDtlsEndpoint.ApplicationDataRecord, 0]);
        Assert.Equal(0, pair.Dtls.Made[0].Received);
        Assert.Equal(PeerState.Connecting, pair.Session.State);
    }

    [Fact]
    public void Handshake_IsAnsweredOnThePathItCameFrom()
    {
        using var pair = new PeerPair();
        pair.Publisher.DelaysDtls = true;
        pair.Run(TimeSpan.FromMilliseconds(200));
        TransportPath other = pair.Publisher.Path with { Remote = PeerPair.Address("192.0.2.99:1234") };
        pair.Publisher.Nominates = false;
        pair.Inject(other, pair.Publisher.Check());
        Assert.Equal(pair.Publisher.Path, pair.Session.Statistics.SelectedPath);

        pair.Inject(other, [FakeDtlsEndpoint.HandshakeRecord, 1]);
        Assert.Equal(other, pair.SentTo[^1]);
    }

    [Fact]
    public void RefusedOffer_SaysWhyAndMakesNothing()
    {
        var services = new PeerServices(
            new Media.Memory.BufferPool(),
            new FakeDtlsFactory(),
            PlainSrtpCipher.Factory,
            System.Security.Cryptography.RandomNumberGenerator.Create());
        Assert.False(PeerSession.TryAcceptOffer(
            Sdp.Offers.Vector("chromium-156-recvonly.sdp"), PeerPair.Options(), services, TimeSpan.Zero, out PeerSession? session, out string? refusal));
        Assert.Null(session);
        Assert.Contains("sends neither", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void TwoSessions_HaveDifferentCredentials()
    {
        using var one = new PeerPair();
        using var other = new PeerPair();
        Assert.NotEqual(one.Session.LocalUsernameFragment, other.Session.LocalUsernameFragment);
        Assert.Contains($"a=ice-ufrag:{one.Session.LocalUsernameFragment}\r\n", one.Session.Answer, StringComparison.Ordinal);
        Assert.True(one.Session.HasVideo && one.Session.HasAudio);
    }

    private static string FingerprintOf(string offer)
    {
        int start = offer.IndexOf("a=fingerprint:", StringComparison.Ordinal) + "a=fingerprint:".Length;
        return offer[start..offer.IndexOf('\n', start)];
    }

    private static string ReplaceFingerprint(string offer, string fingerprint) =>
        offer.Replace(FingerprintOf(offer), fingerprint, StringComparison.Ordinal);
}
