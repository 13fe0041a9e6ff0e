using MediaGateway.Native.Srtp;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Srtp;
using Xunit;

namespace MediaGateway.Native.Tests.Srtp;

public sealed class EvpSrtpCipherTests
{
    private static readonly EvpSrtpCipherFactory Factory = new();

    [Fact]
    public void Rfc3711AppendixB2_KeystreamSegments()
    {
        byte[] key = Convert.FromHexString("2B7E151628AED2A6ABF7158809CF4F3C");
        byte[] iv = Convert.FromHexString("F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000");
        using ISrtpCipher cipher = Factory.Create(SrtpProfile.Aes128CmSha1With80BitTag, key, new byte[20]);
        byte[] payload = new byte[0xFF02 * 16];
        cipher.Seal(iv, [], payload, [], new byte[10]);
        Assert.Equal("E03EAD0935C95E80E166B16DD92B4EB4", Convert.ToHexString(payload, 0, 16));
        Assert.Equal("D23513162B02D0F72A43A2FE4A5F97AB", Convert.ToHexString(payload, 16, 16));
        Assert.Equal("41E95B3BB0A2E8DD477901E4FCA894C0", Convert.ToHexString(payload, 32, 16));
        Assert.Equal("EC8CDF7398607CB0F2D21675EA9EA1E4", Convert.ToHexString(payload, 0xFEFF * 16, 16));
        Assert.Equal("362B7C3C6773516318A077D7FC5073AE", Convert.ToHexString(payload, 0xFF00 * 16, 16));
        Assert.Equal("6A2CC3787889374FBEB4C81B17BA6C44", Convert.ToHexString(payload, 0xFF01 * 16, 16));
    }

    [Fact]
    public void Rfc7714Section16_1_1_SealsAndOpens()
    {
        // RFC 7714 16.1.1, AEAD_AES_128_GCM: the IV is the salt XOR (0, SSRC, ROC, SEQ).
        byte[] key = Convert.FromHexString("000102030405060708090A0B0C0D0E0F");
        byte[] iv = Convert.FromHexString("51753C6580C2726F20718414");
        byte[] header = Convert.FromHexString("8040F17B8041F8D35501A0B2");
        byte[] plain = "Gallia est omnis divisa in partes tres"u8.ToArray();
        const string sealedHex =
            "F24DE3A3FB34DE6CACBA861C9D7E4BCABE633BD50D294E6F42A5F47A51C7D19B36DE3ADF8833899D7F27BEB16A9152CF765EE4390CCE";
        using ISrtpCipher cipher = Factory.Create(SrtpProfile.AeadAes128Gcm, key, []);
        byte[] payload = (byte[])plain.Clone();
        byte[] tag = new byte[16];
        cipher.Seal(iv, header, payload, [], tag);
        Assert.Equal(sealedHex, Convert.ToHexString(payload) + Convert.ToHexString(tag));
        Assert.True(cipher.Open(iv, header, payload, [], tag));
        Assert.Equal(plain, payload);
    }

    [Theory]
    [InlineData(SrtpProfile.Aes128CmSha1With80BitTag)]
    [InlineData(SrtpProfile.AeadAes128Gcm)]
    public void RandomPackets_AgreeWithTheFrameworksCryptography(SrtpProfile profile)
    {
        var random = new Random(5);
        byte[] Bytes(int length)
        {
            byte[] bytes = new byte[length];
            random.NextBytes(bytes);
            return bytes;
        }

        byte[] key = Bytes(16);
        byte[] authenticationKey = profile == SrtpProfile.AeadAes128Gcm ? [] : Bytes(20);
        using ISrtpCipher cipher = Factory.Create(profile, key, authenticationKey);
        for (int round = 0; round < 2000; round++)
        {
            byte[] iv = Bytes(profile == SrtpProfile.AeadAes128Gcm ? 12 : 16);
            byte[] header = Bytes(random.Next(0, 60));
            byte[] plain = Bytes(random.Next(0, 1300));
            byte[] trailer = Bytes(random.Next(0, 2) * 4);
            (byte[] expected, byte[] expectedTag) = profile == SrtpProfile.AeadAes128Gcm
                ? SrtpOracle.SealGcm(key, iv, header, plain, trailer)
                : SrtpOracle.SealCounterMode(key, authenticationKey, iv, header, plain, trailer);
            byte[] payload = (byte[])plain.Clone();
            byte[] tag = new byte[cipher.TagLength];
            cipher.Seal(iv, header, payload, trailer, tag);
            Assert.Equal(expected, payload);
            Assert.Equal(expectedTag, tag);
            Assert.True(cipher.Open(iv, header, payload, trailer, tag));
            Assert.Equal(plain, payload);
        }
    }

    [Theory]
    [InlineData(SrtpProfile.Aes128CmSha1With80BitTag)]
    [InlineData(SrtpProfile.AeadAes128Gcm)]
    public void AnyFlippedBit_IsRefusedAndTheNextPacketOpened(SrtpProfile profile)
    {
        byte[] iv = new byte[profile == SrtpProfile.AeadAes128Gcm ? 12 : 16];
        using ISrtpCipher cipher = Factory.Create(profile, new byte[16], profile == SrtpProfile.AeadAes128Gcm ? [] : new byte[20]);
        byte[] packet = new byte[12 + 40 + 4 + cipher.TagLength];
        cipher.Seal(iv, packet.AsSpan(0, 12), packet.AsSpan(12, 40), packet.AsSpan(52, 4), packet.AsSpan(56));
        for (int bit = 0; bit < packet.Length * 8; bit++)
        {
            byte[] changed = (byte[])packet.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(Open(changed));
        }

        Assert.True(Open((byte[])packet.Clone()));
        Assert.False(cipher.Open(iv, packet.AsSpan(0, 12), packet.AsSpan(12, 40), packet.AsSpan(52, 4), packet.AsSpan(56, 4)));

        bool Open(byte[] bytes) => cipher.Open(iv, bytes.AsSpan(0, 12), bytes.AsSpan(12, 40), bytes.AsSpan(52, 4), bytes.AsSpan(56));
    }

    [Theory]
    [InlineData(SrtpProfile.Aes128CmSha1With80BitTag)]
    [InlineData(SrtpProfile.AeadAes128Gcm)]
    public void SealingAndOpening_AllocatesNothing(SrtpProfile profile)
    {
        byte[] iv = new byte[profile == SrtpProfile.AeadAes128Gcm ? 12 : 16];
        using ISrtpCipher cipher = Factory.Create(profile, new byte[16], profile == SrtpProfile.AeadAes128Gcm ? [] : new byte[20]);
        byte[] packet = new byte[1200];
        byte[] tag = new byte[cipher.TagLength];
        void Round()
        {
            cipher.Seal(iv, packet.AsSpan(0, 12), packet.AsSpan(12), [], tag);
            cipher.Open(iv, packet.AsSpan(0, 12), packet.AsSpan(12), [], tag);
            cipher.Open(iv, packet.AsSpan(0, 12), packet.AsSpan(12), [], tag);
        }

        Assert.Equal(0, Allocation.Of(1000, Round));
    }

    [Theory]
    [InlineData(15)]
    [InlineData(17)]
    [InlineData(32)]
    public void KeyOfAnotherLength_IsAMistakeOfOurs(int bytes)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Factory.Create(SrtpProfile.AeadAes128Gcm, new byte[bytes], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => Factory.Create((SrtpProfile)8, new byte[16], []));
    }
}
