using MediaGateway.Testing;
using MediaGateway.WebRtc.Sessions;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Sessions;

public class PeerSessionAttackTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TransportPath Attacker = new(PeerPair.Address("203.0.113.66:666"), PeerPair.GatewayAddress);

    [Fact]
    public void ClientHelloRace_IsWonByThePeer()
    {
        using var pair = new PeerPair();
        pair.Publisher.DelaysDtls = true;
        for (int i = 0; i < 100; i++)
        {
            pair.Run(0.01 * Second);
            for (int n = 0; n < 100; n++)
            {
                pair.Inject(Attacker, [FakeDtlsEndpoint.HandshakeRecord, 1]);
                pair.Inject(Attacker, [FakeDtlsEndpoint.AlertRecord, 40]);
            }
        }

        Assert.Equal(0, pair.Dtls.Made[0].Received);
        pair.Publisher.DelaysDtls = false;
        Assert.True(pair.Connect(Second));
        Assert.DoesNotContain(Attacker, pair.SentTo);
        Assert.Equal(20_000, pair.Session.Statistics.DatagramsDropped);
    }

    [Fact]
    public void SamePortOfAnotherLocalAddress_IsNotThePeersPath()
    {
        using var pair = new PeerPair();
        pair.Publisher.DelaysDtls = true;
        pair.Run(0.2 * Second);
        pair.Inject(pair.Publisher.Path with { Local = PeerPair.Address("198.51.100.2:8000") }, [FakeDtlsEndpoint.HandshakeRecord, 1]);
        Assert.Equal(0, pair.Dtls.Made[0].Received);
    }

    [Fact]
    public void FloodOfWrongChecks_LosesNothing()
    {
        using var pair = new PeerPair();
        Assert.True(pair.Connect(Second));
        byte[] wrong = WrongCheck(pair);
        for (int i = 0; i < 100; i++)
        {
            pair.Run(0.02 * Second);
            for (int n = 0; n < 200; n++)
            {
                pair.Inject(Attacker, [.. wrong]);
                pair.Inject(pair.Publisher.Path, [.. wrong]);
            }
        }

        AssertNothingLost(pair);
        Assert.DoesNotContain(Attacker, pair.SentTo);
        Assert.Equal(40_000, pair.Session.Statistics.ChecksDropped);
    }

    [Fact]
    public void PacketsThatAreNotAuthentic_AreDroppedAndNeverEndTheSession()
    {
        using var pair = new PeerPair();
        Assert.True(pair.Connect(Second));
        pair.Run(0.5 * Second);
        var random = new Random(3711);
        for (int i = 0; i < 100_000; i++)
        {
            byte[] packet = new byte[random.Next(2, 200)];
            random.NextBytes(packet);
            packet[0] = (byte)(0x80 | (packet[0] & 0x3F));
            pair.Inject(pair.Publisher.Path, packet);
        }

        Assert.Equal(100_000, pair.Session.Statistics.PacketsNotAuthentic);
        pair.Run(2 * Second);
        AssertNothingLost(pair);
    }

    [Fact]
    public void PlainRtp_IsDropped()
    {
        using var pair = new PeerPair();
        Assert.True(pair.Connect(Second));
        pair.Run(0.5 * Second);
        int frames = pair.Frames.Count;
        pair.Inject(pair.Publisher.Path, [0x80, 111, 0x75, 0x40, 0, 0, 0, 0, 0, 0, 8, 0xAE, 0xFC, 1, 2, 3]);
        Assert.Equal(frames, pair.Frames.Count);
        Assert.Equal(1, pair.Session.Statistics.PacketsNotAuthentic);
    }

    [Fact]
    public void ReplayedAndReflectedPackets_AreDropped()
    {
        using var pair = new PeerPair();
        Assert.True(pair.Connect(Second));
        byte[] packet = pair.Publisher.SoundPacket(pair.Now);
        pair.Inject(pair.Publisher.Path, [.. packet]);
        int frames = pair.Frames.Count;
        for (int i = 0; i < 100; i++)
        {
            pair.Inject(pair.Publisher.Path, [.. packet]);
        }

        Assert.Equal(100, pair.Session.Statistics.PacketsReplayed);
        Assert.Equal(frames, pair.Frames.Count);
    }

    [Fact]
    public void AuthenticPacketFromAnUncheckedAddress_IsDropped()
    {
        using var pair = new PeerPair();
        Assert.True(pair.Connect(Second));
        int frames = pair.Frames.Count;
        pair.Inject(Attacker, pair.Publisher.SoundPacket(pair.Now));
        Assert.Equal(frames, pair.Frames.Count);
        Assert.Equal(1, pair.Session.Statistics.DatagramsDropped);
    }

    [Fact]
    public void NewClientHelloOnALiveSession_DoesNotDisturbIt()
    {
        using var pair = new PeerPair();
        Assert.True(pair.Connect(Second));
        for (int i = 0; i < 100; i++)
        {
            pair.Inject(pair.Publisher.Path, [FakeDtlsEndpoint.HandshakeRecord, 1]);
        }

        pair.Run(2 * Second);
        AssertNothingLost(pair);
    }

    [Fact]
    public void GarbageOfEveryKind_NeverThrowsAndNeverEndsTheSession()
    {
        using var pair = new PeerPair();
        Assert.True(pair.Connect(Second));
        var random = new Random(7983);
        byte[] check = pair.Publisher.Check();
        foreach (byte[] bytes in Mutations.Random(check, count: 5000, seed: 1).Concat(Mutations.Truncations(check)))
        {
            InjectUnlessDtls(pair, bytes);
        }

        foreach (byte[] bytes in Mutations.Random(WrongCheck(pair), count: 5000, seed: 2))
        {
            pair.Inject(Attacker, bytes);
        }

        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = new byte[random.Next(0, 64)];
            random.NextBytes(bytes);
            pair.Inject(Attacker, bytes);
            InjectUnlessDtls(pair, [.. bytes]);
        }

        pair.Inject(pair.Publisher.Path, new byte[2000]);
        pair.Inject(pair.Publisher.Path, [0x80, 111, .. new byte[1800]]);
        Assert.Null(pair.Closed);
        pair.Run(2 * Second);
        AssertNothingLost(pair);
    }

    [Fact]
    public void CapturedHandshakesOfOthers_NeverReachDtlsFromElsewhere()
    {
        using var pair = new PeerPair();
        Assert.True(pair.Connect(Second));
        int received = pair.Dtls.Made[0].Received;
        foreach (string file in TestData.Files("fuzz", "openssl_dtlsserver").Concat(TestData.Files("stun")))
        {
            byte[] bytes = File.ReadAllBytes(file);
            pair.Inject(Attacker, bytes[..Math.Min(bytes.Length, 1500)]);
        }

        Assert.Equal(received, pair.Dtls.Made[0].Received);
        pair.Run(Second);
        AssertNothingLost(pair);
    }

    [Fact]
    public void EverythingUnauthenticated_IsAnsweredWithNothing()
    {
        using var pair = new PeerPair();
        pair.Publisher.SendsChecks = false;
        string username = $"{pair.Session.LocalUsernameFragment}:{TestPublisher.UsernameFragment}";
        byte[][] datagrams =
        [
            new ConnectivityCheck { Username = username, Password = "guess" }.ToBytes(),
            new ConnectivityCheck { Username = username, Password = "guess", UnknownAttribute = 0x7777 }.ToBytes(),
            new ConnectivityCheck { Username = username, Password = "guess", IsControlled = true }.ToBytes(),
            new ConnectivityCheck { Username = "x:y", Password = "guess", HasIntegrity = false }.ToBytes(),
            [.. Tests.Stun.StunVectors.Request],
            [FakeDtlsEndpoint.HandshakeRecord, 1],
            [0x80, 200, 0, 1, 0, 0, 0, 0],
        ];
        foreach (byte[] datagram in datagrams)
        {
            pair.Inject(Attacker, datagram);
        }

        Assert.Empty(pair.SentTo);
        Assert.Equal(PeerState.New, pair.Session.State);
    }

    private static byte[] WrongCheck(PeerPair pair) => new ConnectivityCheck
    {
        Username = $"{pair.Session.LocalUsernameFragment}:{TestPublisher.UsernameFragment}",
        Password = "guess",
        UseCandidate = true,
    }.ToBytes();

    /// <summary>From the peer's own address: a fake alert is a real one to the fake endpoint.</summary>
    private static void InjectUnlessDtls(PeerPair pair, byte[] bytes)
    {
        if (DatagramClassifier.Classify(bytes) != DatagramKind.Dtls)
        {
            pair.Inject(pair.Publisher.Path, bytes);
        }
    }

    private static void AssertNothingLost(PeerPair pair)
    {
        Assert.Null(pair.Closed);
        Assert.True(pair.Pictures.Count >= pair.Publisher.AccessUnits.Count - 2);
        Assert.Equal(pair.Publisher.AccessUnits.Take(pair.Pictures.Count), pair.Pictures.Select(frame => frame.Payload));
    }
}
