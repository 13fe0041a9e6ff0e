using MediaGateway.Testing;
using MediaGateway.WebRtc.Sessions;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Sessions;

public class PeerSessionRestartTests
{
    private const string NewFragment = "restartedFrag";
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TransportAddress NewAddress = PeerPair.Address("192.0.2.99:52000");

    private static string Fragment => $"a=ice-ufrag:{NewFragment}\r\na=ice-pwd:anotherPasswordOfThePeer\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\na=end-of-candidates\r\n";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void PublisherRestartsFromAnotherNetwork_TheStreamGoesOn(bool byOffer)
    {
        using PeerPair pair = Connected();
        TransportPath old = pair.Publisher.Path;
        PeerRestart restart = Prepare(pair.Session, byOffer ? TestPublisher.Offer(NewFragment) : Fragment);
        pair.Session.Restart(restart, pair.Now);

        // The old network goes on for a while: media on it is taken until the new path is there.
        int before = pair.Pictures.Count;
        pair.Run(0.5 * Second);
        Assert.InRange(pair.Pictures.Count - before, 13, 17);

        pair.Publisher.Restart(restart.Answer, NewFragment, pair.Now);
        pair.Publisher.Move(NewAddress, pair.Now);
        TimeSpan movedAt = pair.Now;
        pair.Run(5 * Second);
        Assert.Equal(pair.Publisher.Path, pair.Session.Statistics.SelectedPath);
        TimeSpan gap = pair.Pictures.First(frame => frame.At > movedAt + (0.05 * Second)).At - pair.Pictures.Last(frame => frame.At <= movedAt).At;
        Assert.InRange(gap, TimeSpan.Zero, 0.5 * Second);

        pair.Run(12 * Second);
        Assert.Contains(new PeerEvent.PathRemoved(old), pair.Events);
        Assert.Equal(pair.Session.LocalUsernameFragment, Assert.Single(pair.Events.OfType<PeerEvent.FragmentRetired>()).UsernameFragment);
        Assert.Single(pair.Events.OfType<PeerEvent.Connected>());
        Assert.Single(pair.Dtls.Made);
        Assert.Null(pair.Closed);
        Assert.Equal(0, pair.Publisher.KeyframeRequests);
    }

    [Fact]
    public void ViewerRestartsFromAnotherNetwork_MediaMovesAtOnce()
    {
        using var pair = new ViewerPair();
        pair.Connect();
        PeerRestart restart = Prepare(pair.Session, TestViewer.Offer(usernameFragment: NewFragment));
        Assert.Equal(SourcesOf(pair.Session.Answer), SourcesOf(restart.Answer));
        pair.Session.Restart(restart, pair.Now);
        pair.Viewer.Restart(restart.Answer, NewFragment, pair.Now);
        pair.Viewer.Move(NewAddress, pair.Now);

        Assert.True(pair.RunUntil(() => pair.Session.Statistics.SelectedPath == pair.Viewer.Path, 0.5 * Second));

        pair.Run(15 * Second);
        Assert.Equal(PeerState.Connected, pair.Session.State);
    }

    [Fact]
    public void AnswerToARestart_HasNewCredentialsOfTheSameSession()
    {
        using PeerPair pair = Connected();
        PeerRestart restart = Prepare(pair.Session, TestPublisher.Offer(NewFragment));

        string[] first = Line(pair.Session.Answer, "o=").Split(' ');
        string[] second = Line(restart.Answer, "o=").Split(' ');
        Assert.Equal(first[1], second[1]);
        Assert.Equal(["1", "2"], [first[2], second[2]]);
        Assert.NotEqual(Line(pair.Session.Answer, "a=ice-ufrag:"), Line(restart.Answer, "a=ice-ufrag:"));
        Assert.Equal(WithoutCredentials(pair.Session.Answer), WithoutCredentials(restart.Answer));
        Assert.Contains(restart.LocalUsernameFragment, restart.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void AnswerToAFragment_IsAFragment()
    {
        using PeerPair pair = Connected();
        PeerRestart restart = Prepare(pair.Session, Fragment);

        string[] lines = restart.Answer.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["a=ice-lite", "a=group:BUNDLE 0 1", "m=video 9 UDP/TLS/RTP/SAVPF 102", "a=mid:0"], lines[..4]);
        Assert.Equal($"a=ice-ufrag:{restart.LocalUsernameFragment}", lines[4]);
        Assert.StartsWith("a=ice-pwd:", lines[5], StringComparison.Ordinal);
        Assert.Equal(["a=candidate:1 1 udp 2130706431 198.51.100.1 8000 typ host", "a=end-of-candidates"], lines[6..]);
    }

    [Fact]
    public void FragmentWithTheCredentialsInForce_RestartsNothing()
    {
        using PeerPair pair = Connected();
        string same = Fragment.Replace(NewFragment, TestPublisher.UsernameFragment, StringComparison.Ordinal);

        Assert.True(pair.Session.TryPrepareRestart(same, null, out PeerRestart? restart, out _));

        Assert.Null(restart);
        PeerRestart first = Prepare(pair.Session, Fragment);
        Assert.True(pair.Session.TryPrepareRestart(Fragment, first, out restart, out _));
        Assert.Null(restart);
    }

    public static TheoryData<string, string> Refused() => new()
    {
        { TestPublisher.Offer(NewFragment).Replace("a=fingerprint:sha-256 ", "a=fingerprint:sha-256 00:", StringComparison.Ordinal), "fingerprint" },
        { TestPublisher.Offer(NewFragment).Replace("H264/90000", "VP8/90000", StringComparison.Ordinal), "H.264" },
        { TestPublisher.Offer(NewFragment).Replace("a=mid:1", "a=mid:9", StringComparison.Ordinal).Replace("BUNDLE 0 1", "BUNDLE 0 9", StringComparison.Ordinal), "other media" },
        { Fragment + "a=fingerprint:sha-256 00:11\r\n", "fingerprint" },
        { "a=ice-ufrag:x\r\na=ice-pwd:y\r\n", "no usable ICE credentials" },
        { "a=mid:0\r\na=candidate:1 1 udp 1 192.0.2.7 5000 typ host\r\n", "no usable ICE credentials" },
        { "", "not a trickle fragment" },
        { "nonsense", "not a trickle fragment" },
        { "v=0\r\nnonsense", "" },
        { new string('a', 70_000), "65536 characters" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void OtherThanARestart_IsRefusedInWordsAndChangesNothing(string description, string words)
    {
        using PeerPair pair = Connected();

        Assert.False(pair.Session.TryPrepareRestart(description, null, out PeerRestart? restart, out string? refusal));

        Assert.Null(restart);
        Assert.Contains(words, refusal, StringComparison.Ordinal);
        pair.Run(Second);
        Assert.Null(pair.Closed);
    }

    private static PeerPair Connected()
    {
        var pair = new PeerPair();
        Assert.True(pair.Connect(Second));
        pair.Run(2 * Second);
        return pair;
    }

    private static PeerRestart Prepare(PeerSession session, string description)
    {
        Assert.True(session.TryPrepareRestart(description, null, out PeerRestart? restart, out string? refusal), refusal);
        return restart!;
    }

    private static string Line(string sdp, string prefix) => sdp.Split("\r\n").First(line => line.StartsWith(prefix, StringComparison.Ordinal));

    private static string[] SourcesOf(string sdp) => [.. sdp.Split("\r\n").Where(line => line.StartsWith("a=ssrc", StringComparison.Ordinal))];

    private static string[] WithoutCredentials(string sdp) =>
        [.. sdp.Split("\r\n").Where(line => !line.StartsWith("o=", StringComparison.Ordinal) && !line.StartsWith("a=ice-", StringComparison.Ordinal))];
}
