using MediaGateway.Testing;
using MediaGateway.WebRtc.Dtls;
using MediaGateway.WebRtc.Sessions;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Sessions;

public class PeerSessionEndTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void CloseNotify_EndsAtOnce()
    {
        using PeerPair pair = Connected();
        pair.Publisher.Close();
        pair.Drain();
        pair.Run(0.1 * Second);
        Assert.Equal(PeerEndReason.RemoteClose, pair.Closed?.Reason);
        Assert.Equal(PeerState.Closed, pair.Session.State);
    }

    [Fact]
    public void FatalAlert_EndsTheSession()
    {
        using PeerPair pair = Connected();
        pair.Inject(pair.Publisher.Path, [FakeDtlsEndpoint.AlertRecord, 40]);
        Assert.Equal(PeerEndReason.RemoteClose, pair.Closed?.Reason);
        Assert.Contains("alert", pair.Closed?.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void OwnClose_SaysGoodbyeTwice()
    {
        using PeerPair pair = Connected();
        pair.Session.Close(pair.Now);
        pair.Drain();
        Assert.Equal(PeerEndReason.LocalClose, pair.Closed?.Reason);
        pair.Run(0.1 * Second);
        Assert.True(pair.Publisher.HasGoodbye);
        Assert.True(pair.Publisher.IsClosedByPeer);
    }

    [Fact]
    public void OwnCloseBeforeAnythingCame_SendsNothing()
    {
        using var pair = new PeerPair();
        pair.Session.Close(pair.Now);
        pair.Drain();
        Assert.Equal(PeerEndReason.LocalClose, pair.Closed?.Reason);
        Assert.Empty(pair.SentTo);
    }

    [Fact]
    public void GoodbyeForEverything_EndsAfterTwoSeconds()
    {
        using PeerPair pair = Connected();
        pair.Publisher.SayGoodbye();
        pair.Drain();
        pair.Run(1.9 * Second);
        Assert.Null(pair.Closed);
        pair.Run(0.2 * Second);
        Assert.Equal(PeerEndReason.RemoteClose, pair.Closed?.Reason);
    }

    [Fact]
    public void GoodbyeOfAPeerThatGoesOnSending_IsForgotten()
    {
        using PeerPair pair = Connected();
        pair.Publisher.SayGoodbye();
        pair.Publisher.SendsMedia = true;
        pair.Drain();
        pair.Run(20 * Second);
        Assert.Null(pair.Closed);
    }

    [Fact]
    public void NothingForThirtySeconds_EndsConsentAndSendsNothingMore()
    {
        using PeerPair pair = Connected();
        pair.Run(5 * Second);
        (pair.Publisher.SendsChecks, pair.Publisher.SendsMedia) = (false, false);
        pair.Run(29.9 * Second);
        Assert.Null(pair.Closed);
        pair.Run(0.2 * Second);
        Assert.Equal(PeerEndReason.ConsentExpired, pair.Closed?.Reason);
        Assert.Contains(new PeerEvent.PathRemoved(pair.Publisher.Path), pair.Events);

        int sent = pair.SentTo.Count;
        pair.Run(5 * Second);
        Assert.Equal(sent, pair.SentTo.Count);
        Assert.False(pair.Publisher.IsClosedByPeer, "RFC 7675 5.1: without consent nothing is sent");
    }

    [Fact]
    public void PublisherThatStopsCheckingOnceConnected_IsKept()
    {
        // libnice 0.1.21 under GStreamer 1.22 does so.
        using PeerPair pair = Connected();
        pair.Publisher.SendsChecks = false;
        pair.Run(120 * Second);
        Assert.Null(pair.Closed);
        Assert.True(pair.Pictures.Count > 3600);
    }

    [Fact]
    public void PacketsThatAreNotAuthentic_DoNotRenewConsent()
    {
        using PeerPair pair = Connected();
        (pair.Publisher.SendsChecks, pair.Publisher.SendsMedia) = (false, false);
        for (int i = 0; i < 31 && pair.Closed is null; i++)
        {
            pair.Inject(pair.Publisher.Path, [0x80, 111, .. new byte[60]]);
            pair.Run(Second);
        }

        Assert.Equal(PeerEndReason.ConsentExpired, pair.Closed?.Reason);
    }

    [Fact]
    public void TabThatIsKilled_EndsWithinTheConsentTimeout()
    {
        using PeerPair pair = Connected();
        pair.Up.Conditions = new LinkConditions { Loss = 1 };
        pair.Run(30.1 * Second);
        Assert.Equal(PeerEndReason.ConsentExpired, pair.Closed?.Reason);
    }

    [Fact]
    public void TabThatIsKilled_EndsWithinTheSilenceTimeoutIfOneIsSet()
    {
        using var pair = new PeerPair(options: PeerPair.Options() with { SilenceTimeout = 6 * Second });
        Assert.True(pair.Connect(Second));
        pair.Run(10 * Second);
        Assert.Null(pair.Closed);
        pair.Up.Conditions = new LinkConditions { Loss = 1 };
        pair.Run(5.9 * Second);
        Assert.Null(pair.Closed);
        pair.Run(0.2 * Second);
        Assert.Equal(PeerEndReason.Silent, pair.Closed?.Reason);
    }

    [Fact]
    public void PeerThatOnlyChecks_IsNotSilent()
    {
        using var pair = new PeerPair(options: PeerPair.Options() with { SilenceTimeout = 6 * Second });
        Assert.True(pair.Connect(Second));
        pair.Publisher.SendsMedia = false;
        pair.Run(60 * Second);
        Assert.Null(pair.Closed);
    }

    [Fact]
    public void AfterTheEnd_EveryInputIsIgnored()
    {
        using PeerPair pair = Connected();
        byte[] check = pair.Publisher.Check();
        pair.Session.Close(pair.Now);
        pair.Drain();
        int sent = pair.SentTo.Count;
        int events = pair.Events.Count;

        pair.Inject(pair.Publisher.Path, check);
        pair.Inject(pair.Publisher.Path, pair.Publisher.SoundPacket(pair.Now));
        pair.Inject(pair.Publisher.Path, [FakeDtlsEndpoint.HandshakeRecord, 1]);
        pair.Session.Advance(pair.Now + TimeSpan.FromHours(1));
        pair.Session.RequestKeyframe(pair.Now + TimeSpan.FromHours(1));
        pair.Session.Close(pair.Now + TimeSpan.FromHours(1));
        pair.Drain();
        Assert.Equal(sent, pair.SentTo.Count);
        Assert.Equal(events, pair.Events.Count);
        Assert.Equal(TimeSpan.MaxValue, pair.Session.NextDeadline);
    }

    [Fact]
    public void Dispose_LetsGoOfDtlsAndOfEverythingNotTaken()
    {
        PeerPair pair = new(pool: new TrackingBufferPool());
        Assert.True(pair.Connect(Second));
        pair.Session.Receive(Datagram(pair, pair.Publisher.SoundPacket(pair.Now)));
        pair.Session.Receive(Datagram(pair, pair.Publisher.Check()));
        pair.Dispose();
        Assert.True(pair.Dtls.Made[0].IsDisposed);
    }

    [Fact]
    public void StateOfDtls_IsClosedAfterTheEnd()
    {
        using PeerPair pair = Connected();
        pair.Session.Close(pair.Now);
        Assert.Equal(DtlsState.Closed, pair.Session.Statistics.Dtls);
    }

    private static PeerPair Connected()
    {
        var pair = new PeerPair();
        Assert.True(pair.Connect(Second));
        pair.Run(0.5 * Second);
        return pair;
    }

    private static IncomingDatagram Datagram(PeerPair pair, byte[] bytes) => pair.Rent(pair.Publisher.Path, bytes);
}
