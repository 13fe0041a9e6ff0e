using MediaGateway.Testing;
using MediaGateway.WebRtc.Dtls;
using MediaGateway.WebRtc.Ice;
using MediaGateway.WebRtc.Sessions;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Sessions;

public class PeerSessionConnectTests
{
    [Fact]
    public void PerfectNetwork_ConnectsAndDeliversEveryFrame()
    {
        using var pair = new PeerPair();
        Assert.Equal(PeerState.New, pair.Session.State);
        Assert.True(pair.RunUntil(() => pair.Session.State == PeerState.Connected, TimeSpan.FromSeconds(1)));
        pair.Run(TimeSpan.FromSeconds(5));

        Assert.Equal(
            [new PeerEvent.PathAdded(pair.Publisher.Path), new PeerEvent.Connected()],
            pair.Events);
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
}
