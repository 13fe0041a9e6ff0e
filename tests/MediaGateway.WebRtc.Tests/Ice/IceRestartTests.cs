using System.Net;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Ice;
using MediaGateway.WebRtc.Sessions;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Ice;

public class IceRestartTests
{
    private static readonly IceCredentials First = new("firstFrag", "the first password of our side");
    private static readonly IceCredentials Second = new("secondFrag", "the second password of our side");
    private static readonly IceCredentials Third = new("thirdFrag", "the third password of our side");
    private static readonly TimeSpan Start = TimeSpan.FromHours(7);
    private static readonly TimeSpan Second1 = TimeSpan.FromSeconds(1);
    private static readonly TransportPath Old = Path(1);
    private static readonly TransportPath New = Path(2);

    private readonly IceAgent _agent = new(First, "remote1", TimeSpan.FromSeconds(30));
    private readonly byte[] _answer = new byte[IceAgent.MaximumAnswerLength];

    [Fact]
    public void Restarted_OldPathAndCredentialsGoOnUntilTheNewOnesAreUsed()
    {
        Assert.True(Check(First, "remote1", Old, Start, useCandidate: true));
        _agent.Restart(Second, "remote2");

        Assert.Equal(Old, _agent.SelectedPath);
        Assert.True(_agent.IsValid(Old));
        Assert.True(Check(First, "remote1", Old, Start + (20 * Second1), useCandidate: true));
        _agent.Advance(Start + (25 * Second1));
        Assert.Equal(Old, _agent.SelectedPath);
        Assert.False(_agent.TryTakeRetired(out _));
    }

    [Fact]
    public void FirstCheckWithNewCredentials_MovesMediaAtOnce_AndTheOldOnesEndTenSecondsLater()
    {
        Check(First, "remote1", Old, Start, useCandidate: true);
        _agent.Restart(Second, "remote2");

        Assert.True(Check(Second, "remote2", New, Start + Second1));
        Assert.Equal(New, _agent.SelectedPath);
        Assert.Equal(IceState.Checked, _agent.State);

        // A late nomination with the old credentials takes nothing back.
        Assert.True(Check(First, "remote1", Old, Start + (2 * Second1), useCandidate: true));
        Assert.Equal(New, _agent.SelectedPath);
        Assert.True(_agent.IsValid(Old));
        Assert.True(Check(Second, "remote2", New, Start + (3 * Second1), useCandidate: true));
        Assert.Equal(IceState.Nominated, _agent.State);

        TimeSpan end = Start + Second1 + IceAgent.OldCredentialsLifetime;
        Assert.Equal(end, _agent.NextDeadline);
        _agent.Advance(end);
        Assert.False(Check(First, "remote1", Old, end, useCandidate: true));
        Assert.False(_agent.IsValid(Old));
        Assert.True(_agent.IsValid(New));
        Assert.True(_agent.TryTakeRetired(out string? fragment));
        Assert.Equal("firstFrag", fragment);
        Assert.False(_agent.TryTakeRetired(out _));
    }

    [Fact]
    public void SamePathWithNewCredentials_OutlivesTheOldOnes()
    {
        Check(First, "remote1", Old, Start, useCandidate: true);
        _agent.Restart(Second, "remote2");
        Check(Second, "remote2", Old, Start + Second1, useCandidate: true);
        _agent.Advance(Start + (12 * Second1));

        Assert.Equal(Old, _agent.SelectedPath);
        Assert.True(Check(Second, "remote2", Old, Start + (13 * Second1)));
    }

    [Fact]
    public void MixedCredentials_AreRefused()
    {
        Check(First, "remote1", Old, Start, useCandidate: true);
        _agent.Restart(Second, "remote2");

        Assert.False(Check(Second, "remote1", New, Start));
        Assert.False(Check(First, "remote2", New, Start));
        Assert.False(Check(Second with { Password = First.Password }, "remote2", New, Start));
        Assert.Equal(Old, _agent.SelectedPath);
    }

    [Fact]
    public void RestartThatNobodyFollows_IsForgottenByTheNextOne()
    {
        Check(First, "remote1", Old, Start, useCandidate: true);
        _agent.Restart(Second, "remote2");
        _agent.Restart(Third, "remote3");

        Assert.True(_agent.TryTakeRetired(out string? fragment));
        Assert.Equal("secondFrag", fragment);
        Assert.False(Check(Second, "remote2", New, Start + Second1));
        Assert.True(Check(First, "remote1", Old, Start + Second1));
        Assert.True(Check(Third, "remote3", New, Start + Second1));
        Assert.Equal(New, _agent.SelectedPath);
    }

    [Fact]
    public void TcpConnectionThatIsLost_GivesWayToAnotherPathOrTheNextOneToBeChecked()
    {
        TransportPath tcp = New with { Protocol = TransportProtocol.Tcp };
        Check(First, "remote1", tcp, Start, useCandidate: true);
        Check(First, "remote1", Old, Start);
        _agent.Lose(tcp);
        Assert.Equal(Old, _agent.SelectedPath);
        Assert.False(_agent.IsValid(tcp));

        TransportPath again = Path(3) with { Protocol = TransportProtocol.Tcp };
        _agent.Advance(Start + (30 * Second1) - TimeSpan.FromTicks(1));
        Check(First, "remote1", again, Start + (29 * Second1), useCandidate: true);
        _agent.Lose(again);
        _agent.Advance(Start + (30 * Second1));
        Assert.Equal(again, _agent.SelectedPath);
        Assert.NotEqual(IceState.ConsentExpired, _agent.State);
        Check(First, "remote1", Path(4), Start + (31 * Second1));
        Assert.Equal(Path(4), _agent.SelectedPath);
    }

    [Fact]
    public void SameAddressesOverUdpAndTcp_AreTwoPaths()
    {
        Check(First, "remote1", Old, Start);
        Assert.True(_agent.IsValid(Old));
        Assert.False(_agent.IsValid(Old with { Protocol = TransportProtocol.Tcp }));
    }

    private static TransportPath Path(int number) => new(Address($"192.0.2.{number}:5000"), Address("198.51.100.1:8000"));

    private static TransportAddress Address(string text) => TransportAddress.From(IPEndPoint.Parse(text));

    private bool Check(IceCredentials local, string remote, TransportPath path, TimeSpan now, bool useCandidate = false) => _agent.Receive(
        new ConnectivityCheck { Username = $"{local.UsernameFragment}:{remote}", Password = local.Password, UseCandidate = useCandidate }.ToBytes(),
        path,
        now,
        _answer) > 0;
}
