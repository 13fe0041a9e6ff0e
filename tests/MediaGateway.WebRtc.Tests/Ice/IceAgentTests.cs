using System.Net;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Ice;
using MediaGateway.WebRtc.Sessions;
using MediaGateway.WebRtc.Stun;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Ice;

public class IceAgentTests
{
    private const string Remote = "remoteFrag";
    private const int FingerprintAttributeLength = 8;

    private static readonly IceCredentials Local = new("localFrag", "the password of our side");
    private static readonly TimeSpan Consent = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Start = TimeSpan.FromHours(7);
    private static readonly TransportPath First = Path(1);

    private readonly IceAgent _agent = new(Local, Remote, Consent);
    private readonly byte[] _answer = new byte[IceAgent.MaximumAnswerLength];

    [Fact]
    public void AuthenticCheck_IsAnsweredWithTheSourceAddress()
    {
        int length = Receive(Check(), First, Start);
        Assert.True(StunMessage.TryParse(_answer.AsSpan(0, length), out StunMessage answer));
        Assert.Equal(StunMessageType.BindingSuccess, answer.Type);
        Assert.True(answer.TryReadXorMappedAddress(out TransportAddress mapped));
        Assert.Equal(First.Remote, mapped);
        Assert.True(answer.HasNoWrongFingerprint());
        Assert.True(answer.TryFind(StunAttributeType.MessageIntegrity, out StunAttribute integrity));
        Assert.True(MessageIntegrity.Verify(_answer.AsSpan(0, length), integrity.Offset, integrity.Value, Local.ToIntegrityKey()));
        Assert.True(_agent.IsValid(First));
        Assert.Equal(IceState.Checked, _agent.State);
        Assert.Equal([new IcePathChange(First, IsAdded: true)], TakeChanges());
    }

    [Fact]
    public void UseCandidate_Nominates()
    {
        Receive(Check(), First, Start);
        Receive(Check(useCandidate: true), Path(2), Start);
        Assert.Equal(Path(2), _agent.SelectedPath);
        Assert.Equal(IceState.Nominated, _agent.State);

        // A later check of the other path without nomination leaves the choice alone.
        Receive(Check(), First, Start + TimeSpan.FromSeconds(1));
        Assert.Equal(Path(2), _agent.SelectedPath);
    }

    public static TheoryData<byte[]> UnauthenticChecks() =>
    [
        new ConnectivityCheck { Username = "localFrag:remoteFrag", Password = "another password", UseCandidate = true }.ToBytes(),
        new ConnectivityCheck { Username = "localFrag:other", Password = Local.Password }.ToBytes(),
        new ConnectivityCheck { Username = "localFrag:remoteFrag2", Password = Local.Password }.ToBytes(),
        new ConnectivityCheck { Username = "localFrag:", Password = Local.Password }.ToBytes(),
        new ConnectivityCheck { Username = "remoteFrag:localFrag", Password = Local.Password }.ToBytes(),
        new ConnectivityCheck { Username = "localFrag:remoteFrag", Password = Local.Password, HasIntegrity = false }.ToBytes(),
        new ConnectivityCheck { Username = "localFrag:other", Password = Local.Password, UnknownAttribute = 0x7777 }.ToBytes(),
        new ConnectivityCheck { Username = "localFrag:other", Password = Local.Password, IsControlled = true }.ToBytes(),
        StunVectors(),
    ];

    [Theory]
    [MemberData(nameof(UnauthenticChecks))]
    public void UnauthenticCheck_IsDroppedWithoutAnswer(byte[] check)
    {
        Assert.Equal(0, Receive(check, First, Start));
        Assert.False(_agent.IsValid(First));
        Assert.Equal(IceState.Waiting, _agent.State);
        Assert.Equal(1, _agent.ChecksDropped);
        Assert.Empty(TakeChanges());
    }

    [Fact]
    public void WrongFingerprint_IsDropped()
    {
        byte[] check = Check();
        check[^1] ^= 1;
        Assert.Equal(0, Receive(check, First, Start));
    }

    [Fact]
    public void MissingFingerprint_IsAccepted()
    {
        byte[] check = new ConnectivityCheck
        {
            Username = "localFrag:remoteFrag",
            Password = Local.Password,
            HasFingerprint = false,
        }.ToBytes();
        Assert.NotEqual(0, Receive(check, First, Start));
    }

    [Fact]
    public void UnknownRequiredAttribute_IsAnsweredWith420()
    {
        byte[] check = new ConnectivityCheck
        {
            Username = "localFrag:remoteFrag",
            Password = Local.Password,
            UnknownAttribute = 0x7777,
        }.ToBytes();
        int length = Receive(check, First, Start);
        Assert.True(StunMessage.TryParse(_answer.AsSpan(0, length), out StunMessage answer));
        Assert.Equal(420, answer.ReadErrorCode());
        Assert.True(answer.TryFind(StunAttributeType.UnknownAttributes, out StunAttribute unknown));
        Assert.Equal([0x77, 0x77], unknown.Value.ToArray());
        Assert.False(_agent.IsValid(First));
    }

    [Fact]
    public void ControlledPeer_IsToldToSwitch()
    {
        byte[] check = new ConnectivityCheck { Username = "localFrag:remoteFrag", Password = Local.Password, IsControlled = true }.ToBytes();
        int length = Receive(check, First, Start);
        Assert.True(StunMessage.TryParse(_answer.AsSpan(0, length), out StunMessage answer));
        Assert.Equal(487, answer.ReadErrorCode());
        Assert.False(_agent.IsValid(First));
    }

    [Fact]
    public void ResponsesAndIndications_AreDropped()
    {
        byte[] response = Check();
        response[0] = 0x01;
        response[1] = 0x01;
        Assert.Equal(0, Receive(response, First, Start));
    }

    [Fact]
    public void NoCheckForTheConsentTimeout_EndsConsent()
    {
        Receive(Check(useCandidate: true), First, Start);
        TakeChanges();
        Assert.Equal(Start + Consent, _agent.NextDeadline);

        _agent.Advance(Start + Consent - TimeSpan.FromTicks(1));
        Assert.Equal(IceState.Nominated, _agent.State);

        _agent.Advance(Start + Consent);
        Assert.Equal(IceState.ConsentExpired, _agent.State);
        Assert.Null(_agent.SelectedPath);
        Assert.Equal([new IcePathChange(First, IsAdded: false)], TakeChanges());
        Assert.Equal(TimeSpan.MaxValue, _agent.NextDeadline);
    }

    [Fact]
    public void EveryCheck_RenewsConsent()
    {
        TimeSpan now = Start;
        for (int i = 0; i < 100; i++)
        {
            Receive(Check(), First, now);
            now += Consent - TimeSpan.FromSeconds(1);
            _agent.Advance(now);
            Assert.Equal(IceState.Checked, _agent.State);
        }
    }

    [Fact]
    public void AuthenticMedia_RenewsConsentOfItsOwnPathOnly()
    {
        Receive(Check(), First, Start);
        Receive(Check(), Path(2), Start);
        _agent.Hear(Path(2), Start + TimeSpan.FromSeconds(20));
        _agent.Hear(Path(3), Start + TimeSpan.FromSeconds(20));
        _agent.Advance(Start + Consent);
        Assert.False(_agent.IsValid(First));
        Assert.True(_agent.IsValid(Path(2)));
        Assert.False(_agent.IsValid(Path(3)));
    }

    [Fact]
    public void SelectedPathThatExpires_GivesWayToAnotherOne()
    {
        Receive(Check(useCandidate: true), First, Start);
        Receive(Check(), Path(2), Start + TimeSpan.FromSeconds(5));
        _agent.Advance(Start + Consent);
        Assert.Equal(Path(2), _agent.SelectedPath);
        Assert.Equal(IceState.Nominated, _agent.State);
        Assert.False(_agent.IsValid(First));
    }

    [Fact]
    public void MovedPeer_IsFollowedAtOnceWhenItNominates()
    {
        Receive(Check(useCandidate: true), First, Start);
        Receive(Check(useCandidate: true), Path(9), Start + TimeSpan.FromSeconds(1));
        Assert.Equal(Path(9), _agent.SelectedPath);
    }

    [Fact]
    public void MovedPeerThatDoesNotNominate_IsFollowedWhenTheOldPathIsStale()
    {
        Receive(Check(useCandidate: true), First, Start);
        Receive(Check(), Path(9), Start + IceAgent.StaleSelection - TimeSpan.FromTicks(1));
        Assert.Equal(First, _agent.SelectedPath);
        Receive(Check(), Path(9), Start + IceAgent.StaleSelection);
        Assert.Equal(Path(9), _agent.SelectedPath);
    }

    [Fact]
    public void TooManyPaths_DropTheOneLongestUnheard()
    {
        Receive(Check(useCandidate: true), First, Start);
        for (int i = 2; i <= IceAgent.MaximumPaths + 1; i++)
        {
            Receive(Check(), Path(i), Start + TimeSpan.FromMilliseconds(i));
        }

        Assert.True(_agent.IsValid(First), "the selected path stays");
        Assert.False(_agent.IsValid(Path(2)));
        Assert.True(_agent.IsValid(Path(IceAgent.MaximumPaths + 1)));
        Assert.Equal(IceAgent.MaximumPaths, Enumerable.Range(1, 100).Count(i => _agent.IsValid(Path(i))));
    }

    [Fact]
    public void SameRemoteAtAnotherLocalAddress_IsAnotherPath()
    {
        Receive(Check(), First, Start);
        Assert.False(_agent.IsValid(First with { Local = Address("198.51.100.2:8000") }));
    }

    [Fact]
    public void BrokenChecks_AreAnsweredOnlyIfTheAuthenticatedPartIsWhole()
    {
        byte[] good = Check(useCandidate: true);
        int authenticated = good.Length - FingerprintAttributeLength;
        foreach (byte[] bytes in Mutations.Truncations(good).Concat(Mutations.Random(good, count: 10_000, seed: 8445)))
        {
            // The header's length is not authenticated as it stands: it counts FINGERPRINT.
            bool isWhole = bytes.Length >= authenticated
                && bytes.AsSpan(0, 2).SequenceEqual(good.AsSpan(0, 2))
                && bytes.AsSpan(4, authenticated - 4).SequenceEqual(good.AsSpan(4, authenticated - 4));
            int length = Receive([.. bytes], First, Start);
            Assert.True(isWhole || length == 0);
        }
    }

    [Fact]
    public void Checks_AllocateNothing()
    {
        byte[] check = Check(useCandidate: true);
        Assert.Equal(0, Allocation.Of(1000, () => Receive(check, First, Start)));
    }

    [Fact]
    public void AnswerToACheck_IsNotLongerThanTheCheck()
    {
        byte[] check = Check();
        TransportPath longest = new(Address("[2001:db8::1]:65535"), Address("[2001:db8::2]:8000"));
        Assert.InRange(Receive(check, longest, Start), 1, check.Length);
    }

    private static byte[] Check(bool useCandidate = false) =>
        new ConnectivityCheck { Username = "localFrag:remoteFrag", Password = Local.Password, UseCandidate = useCandidate }.ToBytes();

    private static byte[] StunVectors() => [.. Tests.Stun.StunVectors.Request];

    private static TransportPath Path(int number) => new(Address($"192.0.2.{number}:5000"), Address("198.51.100.1:8000"));

    private static TransportAddress Address(string text) => TransportAddress.From(IPEndPoint.Parse(text));

    private int Receive(byte[] datagram, TransportPath path, TimeSpan now) => _agent.Receive(datagram, path, now, _answer);

    private List<IcePathChange> TakeChanges()
    {
        List<IcePathChange> changes = [];
        while (_agent.TryTakeChange(out IcePathChange change))
        {
            changes.Add(change);
        }

        return changes;
    }
}
