using System.Net;
using System.Text;
using System.Text.Json;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Sessions;
using MediaGateway.WebRtc.Stun;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Stun;

public class StunMessageTests
{
    private static readonly byte[] Key = Encoding.ASCII.GetBytes(StunVectors.Password);

    [Fact]
    public void RfcRequest_IsReadWithItsAttributes()
    {
        Assert.True(StunMessage.TryParse(StunVectors.Request, out StunMessage message));
        Assert.Equal(StunMessageType.BindingRequest, message.Type);
        Assert.True(message.TryFind(StunAttributeType.Username, out StunAttribute username));
        Assert.Equal("evtj:h6vY", Encoding.ASCII.GetString(username.Value));
        Assert.True(message.Has(StunAttributeType.IceControlled));
        Assert.False(message.Has(StunAttributeType.UseCandidate));
        Assert.True(message.HasNoWrongFingerprint());
    }

    [Fact]
    public void RfcResponses_HoldTheMappedAddress()
    {
        Assert.True(StunMessage.TryParse(StunVectors.IPv4Response, out StunMessage ipv4));
        Assert.True(ipv4.TryReadXorMappedAddress(out TransportAddress first));
        Assert.Equal(IPEndPoint.Parse("192.0.2.1:32853"), first.ToIPEndPoint());

        Assert.True(StunMessage.TryParse(StunVectors.IPv6Response, out StunMessage ipv6));
        Assert.True(ipv6.TryReadXorMappedAddress(out TransportAddress second));
        Assert.Equal(IPEndPoint.Parse("[2001:db8:1234:5678:11:2233:4455:6677]:32853"), second.ToIPEndPoint());
    }

    public static TheoryData<byte[]> RfcMessages() => [StunVectors.Request, StunVectors.IPv4Response, StunVectors.IPv6Response];

    [Theory]
    [MemberData(nameof(RfcMessages))]
    public void RfcMessage_HasTheIntegrityOfItsPassword(byte[] bytes)
    {
        Assert.True(HasIntegrity(bytes, Key));
        Assert.False(HasIntegrity(bytes, "VOkJxbRl1RmTxUk/WvJxBu"u8));
    }

    [Theory]
    [MemberData(nameof(RfcMessages))]
    public void EveryChangedBit_IsNoticed(byte[] bytes)
    {
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            byte[] changed = [.. bytes];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            bool accepted = StunMessage.TryParse(changed, out StunMessage message)
                && message.HasNoWrongFingerprint()
                && message.Has(StunAttributeType.Fingerprint)
                && HasIntegrity(changed, Key);
            Assert.False(accepted, $"bit {bit}");
        }
    }

    [Fact]
    public void Integrity_LeavesTheMessageAsItWas()
    {
        byte[] bytes = [.. StunVectors.Request];
        HasIntegrity(bytes, Key);
        Assert.Equal(StunVectors.Request, bytes);
    }

    [Fact]
    public void AttributesAfterIntegrity_DoNotExist()
    {
        byte[] buffer = new byte[256];
        var writer = new StunMessageWriter(buffer, StunMessageType.BindingRequest, new byte[12]);
        writer.WriteMessageIntegrity(Key);
        writer.WriteFlag(StunAttributeType.UseCandidate);
        writer.Write(StunAttributeType.Username, "a:b"u8);
        writer.WriteFingerprint();
        Assert.True(StunMessage.TryParse(buffer.AsSpan(0, writer.Length), out StunMessage message));
        Assert.False(message.Has(StunAttributeType.UseCandidate));
        Assert.False(message.Has(StunAttributeType.Username));
        Assert.True(message.Has(StunAttributeType.Fingerprint));
    }

    [Fact]
    public void FingerprintThatIsNotLast_IsWrong()
    {
        byte[] buffer = new byte[256];
        var writer = new StunMessageWriter(buffer, StunMessageType.BindingRequest, new byte[12]);
        writer.WriteFingerprint();
        writer.Write(StunAttributeType.Software, "late"u8);
        Assert.True(StunMessage.TryParse(buffer.AsSpan(0, writer.Length), out StunMessage message));
        Assert.False(message.HasNoWrongFingerprint());
    }

    [Theory]
    [InlineData("192.0.2.7:1")]
    [InlineData("[2001:db8::1]:65535")]
    public void WrittenAddress_IsReadBack(string text)
    {
        TransportAddress address = TransportAddress.From(IPEndPoint.Parse(text));
        byte[] buffer = new byte[128];
        var writer = new StunMessageWriter(buffer, StunMessageType.BindingSuccess, "abcdefghijkl"u8);
        writer.WriteXorMappedAddress(address);
        Assert.True(StunMessage.TryParse(buffer.AsSpan(0, writer.Length), out StunMessage message));
        Assert.True(message.TryReadXorMappedAddress(out TransportAddress read));
        Assert.Equal(address, read);
    }

    [Fact]
    public void WrittenError_IsReadBack()
    {
        byte[] buffer = new byte[128];
        var writer = new StunMessageWriter(buffer, StunMessageType.BindingError, new byte[12]);
        writer.WriteErrorCode(487, "Role Conflict"u8);
        writer.WriteFingerprint();
        Assert.True(StunMessage.TryParse(buffer.AsSpan(0, writer.Length), out StunMessage message));
        Assert.Equal(487, message.ReadErrorCode());
    }

    [Fact]
    public void CapturedChecks_AreRead()
    {
        byte[] controlling = TestData.Read("stun", "aioice", "binding_request_ice_controlling.bin");
        Assert.True(BindingRequest.TryReadLocalUsernameFragment(controlling, out ReadOnlySpan<byte> fragment));
        Assert.Equal("sw7YvCSbcVex3bhi", Encoding.ASCII.GetString(fragment));
        Assert.True(StunMessage.TryParse(controlling, out StunMessage message));
        Assert.True(message.Has(StunAttributeType.UseCandidate));
        Assert.True(message.HasNoWrongFingerprint());

        // The oldest kind of answer, with MAPPED-ADDRESS as well.
        byte[] response = TestData.Read("stun", "aioice", "binding_response.bin");
        Assert.True(StunMessage.TryParse(response, out StunMessage answer));
        Assert.True(answer.TryReadXorMappedAddress(out TransportAddress mapped));
        Assert.Equal(IPEndPoint.Parse("80.200.136.90:53054"), mapped.ToIPEndPoint());
    }

    [Fact]
    public void VectorsOfOtherImplementations_NeverThrow()
    {
        using JsonDocument vectors = JsonDocument.Parse(TestData.Read("vectors", "pion_stun.json"));
        int count = 0;
        foreach (JsonElement vector in vectors.RootElement.EnumerateArray())
        {
            ReadEverything(Convert.FromHexString(vector.GetProperty("hex").GetString()!));
            count++;
        }

        Assert.True(count > 30);
    }

    [Fact]
    public void BrokenMessages_NeverThrow()
    {
        byte[][] good = [StunVectors.Request, StunVectors.IPv4Response, StunVectors.IPv6Response];
        foreach (byte[] message in good)
        {
            foreach (byte[] truncated in Mutations.Truncations(message))
            {
                Assert.False(StunMessage.TryParse(truncated, out _));
                ReadEverything(truncated);
            }

            foreach (byte[] mutated in Mutations.Random(message, count: 10_000, seed: 5769))
            {
                ReadEverything(mutated);
            }
        }
    }

    [Fact]
    public void LongestChainOfAttributes_IsWalkedOnce()
    {
        byte[] datagram = new byte[StunMessage.HeaderLength + 65532];
        var writer = new StunMessageWriter(datagram, StunMessageType.BindingRequest, new byte[12]);
        while (writer.Length < datagram.Length)
        {
            writer.WriteFlag(0x7000);
        }

        Assert.True(StunMessage.TryParse(datagram, out StunMessage message));
        Span<ushort> unknown = stackalloc ushort[4];
        Assert.Equal(4, message.CopyUnknownRequired(unknown));
        Assert.False(message.Has(StunAttributeType.Username));
    }

    [Theory]
    [InlineData("no colon")]
    [InlineData(":begins with it")]
    [InlineData("")]
    public void UsernameWithoutTwoParts_HasNoFragment(string username)
    {
        byte[] check = new ConnectivityCheck { Username = username, Password = "secret" }.ToBytes();
        Assert.False(BindingRequest.TryReadLocalUsernameFragment(check, out _));
    }

    [Fact]
    public void ReadingTheFragment_AllocatesNothing()
    {
        byte[] check = new ConnectivityCheck { Username = "abcdefgh:ijkl", Password = "secret" }.ToBytes();
        int found = 0;
        long allocated = Allocation.Of(1000, () => found += BindingRequest.TryReadLocalUsernameFragment(check, out _) ? 1 : 0);
        Assert.True(found >= 1000);
        Assert.Equal(0, allocated);
    }

    private static bool HasIntegrity(byte[] bytes, ReadOnlySpan<byte> key)
    {
        return StunMessage.TryParse(bytes, out StunMessage message)
            && message.TryFind(StunAttributeType.MessageIntegrity, out StunAttribute integrity)
            && MessageIntegrity.Verify(bytes, integrity.Offset, integrity.Value, key);
    }

    private static void ReadEverything(byte[] bytes)
    {
        BindingRequest.TryReadLocalUsernameFragment(bytes, out _);
        if (!StunMessage.TryParse(bytes, out StunMessage message))
        {
            return;
        }

        message.HasNoWrongFingerprint();
        message.TryReadXorMappedAddress(out _);
        message.ReadErrorCode();
        message.CopyUnknownRequired(stackalloc ushort[4]);
        HasIntegrity(bytes, Key);
    }
}
