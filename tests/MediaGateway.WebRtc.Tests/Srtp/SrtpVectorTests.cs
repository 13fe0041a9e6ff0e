using MediaGateway.Testing;
using MediaGateway.WebRtc.Srtp;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Srtp;

/// <summary>Published packets, byte for byte, through the context and the managed cipher.</summary>
public sealed class SrtpVectorTests
{
    // RFC 7714 16 and 17: these are session keys, not master keys.
    private const string GcmKey = "000102030405060708090A0B0C0D0E0F";
    private const string GcmSalt = "517569642070726F2071756F";
    private const string GcmRtp =
        "8040F17B8041F8D35501A0B247616C6C696120657374206F6D6E69732064697669736120696E207061727465732074726573";

    private const string GcmSrtp =
        "8040F17B8041F8D35501A0B2F24DE3A3FB34DE6CACBA861C9D7E4BCABE633BD50D294E6F42A5F47A51C7D19B36DE3ADF8833"
        + "899D7F27BEB16A9152CF765EE4390CCE";

    private const string GcmRtcp =
        "81C8000D4D6172734E5450314E545032525450200000042A0000E9304C756E61DEADBEEFDEADBEEFDEADBEEFDEADBEEFDEADBEEF";

    private const string GcmSrtcp =
        "81C8000D4D61727363E94885DCDAB67CA727D7662F6B7E997FF5C0F76C06F32DC676A5F1730D6FDA4CE09B4686303DED0BB9275B"
        + "C84AA45896CF4D2FC5ABF87245D9EADE800005D4";

    // The reference vectors of libsrtp (test/srtp_driver.c): master key and salt, so that key derivation is part of them.
    private const string ReferenceRtp = "800F1234DECAFBADCAFEBABEABABABABABABABABABABABABABABABAB";
    private const string ReferenceRtcp = "81C8000BCAFEBABEABABABABABABABABABABABABABABABAB";

    public static TheoryData<int, string, string, string, string> References => new()
    {
        {
            (int)SrtpProfile.Aes128CmSha1With80BitTag,
            "E1F97A0D3E018BE0D64FA32C06DE4139",
            "0EC675AD498AFEEBB6960B3AABE6",
            "800F1234DECAFBADCAFEBABE4E55DC4CE79978D88CA4D215949D2402B78D6ACC99EA179B8DBB",
            "81C8000BCAFEBABE7128035BE487B9BDBEF89041F977A5A880000001993E08CD54D6C1230798"
        },
        {
            (int)SrtpProfile.AeadAes128Gcm,
            "000102030405060708090A0B0C0D0E0F",
            "A0A1A2A3A4A5A6A7A8A9AAAB",
            "800F1234DECAFBADCAFEBABEC5002EDE04CFDD2EB91159E0880AA06ED2976826F796B201DF3131A127E8A392",
            "81C8000BCAFEBABEC98B8B5DF0392A55852B6C21AC8E7025C52C6FBEA2B3B446EA31123BA88CE61E80000001"
        },
    };

    [Theory]
    [MemberData(nameof(References))]
    public void ReferencePackets_AreUnprotected(int profile, string key, string salt, string srtp, string srtcp)
    {
        using SrtpContext context = FromMasterKey((SrtpProfile)profile, key, salt);
        byte[] rtp = Convert.FromHexString(srtp);
        byte[] rtcp = Convert.FromHexString(srtcp);

        Assert.Equal(SrtpResult.Accepted, context.UnprotectRtp(rtp, out int rtpLength));
        Assert.Equal(SrtpResult.Accepted, context.UnprotectRtcp(rtcp, out int rtcpLength));

        Assert.Equal(ReferenceRtp, Convert.ToHexString(rtp.AsSpan(0, rtpLength)));
        Assert.Equal(ReferenceRtcp, Convert.ToHexString(rtcp.AsSpan(0, rtcpLength)));
    }

    [Theory]
    [MemberData(nameof(References))]
    public void ReferencePackets_AreProtected(int profile, string key, string salt, string srtp, string srtcp)
    {
        using SrtpContext context = FromMasterKey((SrtpProfile)profile, key, salt);
        byte[] rtp = new byte[srtp.Length / 2];
        Convert.FromHexString(ReferenceRtp).CopyTo(rtp, 0);
        byte[] rtcp = new byte[srtcp.Length / 2];
        Convert.FromHexString(ReferenceRtcp).CopyTo(rtcp, 0);

        int rtpLength = context.ProtectRtp(rtp, ReferenceRtp.Length / 2);
        context.ProtectRtcp([.. rtcp], ReferenceRtcp.Length / 2); // index 0; the vector has index 1
        int rtcpLength = context.ProtectRtcp(rtcp, ReferenceRtcp.Length / 2);

        Assert.Equal(srtp, Convert.ToHexString(rtp.AsSpan(0, rtpLength)));
        Assert.Equal(srtcp, Convert.ToHexString(rtcp.AsSpan(0, rtcpLength)));
    }

    [Fact]
    public void Rfc7714Section16_RoundTrips()
    {
        using SrtpContext sender = FromSessionKeys(SrtpProfile.AeadAes128Gcm, GcmKey, GcmSalt);
        using SrtpContext receiver = FromSessionKeys(SrtpProfile.AeadAes128Gcm, GcmKey, GcmSalt);
        byte[] packet = new byte[GcmSrtp.Length / 2];
        Convert.FromHexString(GcmRtp).CopyTo(packet, 0);

        int length = sender.ProtectRtp(packet, GcmRtp.Length / 2);
        Assert.Equal(GcmSrtp, Convert.ToHexString(packet.AsSpan(0, length)));

        Assert.Equal(SrtpResult.Accepted, receiver.UnprotectRtp(packet, out int plain));
        Assert.Equal(GcmRtp, Convert.ToHexString(packet.AsSpan(0, plain)));
    }

    [Fact]
    public void Rfc7714Section17_IsUnprotected()
    {
        using SrtpContext receiver = FromSessionKeys(SrtpProfile.AeadAes128Gcm, GcmKey, GcmSalt);
        byte[] packet = Convert.FromHexString(GcmSrtcp);

        Assert.Equal(SrtpResult.Accepted, receiver.UnprotectRtcp(packet, out int plain));
        Assert.Equal(GcmRtcp, Convert.ToHexString(packet.AsSpan(0, plain)));
    }

    // RFC 3711 B.2: with SSRC 0 and index 0 the ciphertext of zeros is the key stream.
    [Fact]
    public void Rfc3711AppendixB2_GivesTheKeyStream()
    {
        using SrtpContext context = FromSessionKeys(
            SrtpProfile.Aes128CmSha1With80BitTag, "2B7E151628AED2A6ABF7158809CF4F3C", "F0F1F2F3F4F5F6F7F8F9FAFBFCFD");
        byte[] packet = new byte[12 + 48 + 10];
        packet[0] = 0x80;

        context.ProtectRtp(packet, 12 + 48);

        Assert.Equal(
            "E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB41E95B3BB0A2E8DD477901E4FCA894C0",
            Convert.ToHexString(packet.AsSpan(12, 48)));
    }

    private static SrtpContext FromMasterKey(SrtpProfile profile, string key, string salt) =>
        new(profile, Convert.FromHexString(key), Convert.FromHexString(salt), ManagedSrtpCipher.Factory);

    private static SrtpContext FromSessionKeys(SrtpProfile profile, string key, string salt) => new(
        profile,
        Keys(profile, key, salt),
        Keys(profile, key, salt));

    private static SrtpSessionKeys Keys(SrtpProfile profile, string key, string salt) => new(
        profile,
        new ManagedSrtpCipher(profile, Convert.FromHexString(key), new byte[20]),
        Convert.FromHexString(salt));
}
