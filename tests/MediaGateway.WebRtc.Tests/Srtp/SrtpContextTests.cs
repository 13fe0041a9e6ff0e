using System.Buffers.Binary;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Srtp;
using MediaGateway.WebRtc.Tests.Rtp;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Srtp;

public sealed class SrtpContextTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(1, 16).Select(value => (byte)value)];
    private static readonly byte[] Salt = [.. Enumerable.Range(101, 14).Select(value => (byte)value)];

    public static TheoryData<SrtpProfile> Profiles => new(SrtpProfile.Aes128CmSha1With80BitTag, SrtpProfile.AeadAes128Gcm);

    [Theory]
    [MemberData(nameof(Profiles))]
    public void TwoHundredThousandPacketsAcrossThreeRollovers_AreAccepted(SrtpProfile profile)
    {
        using SrtpContext sender = Context(profile);
        using SrtpContext receiver = Context(profile);
        byte[] packet = new byte[64];
        for (long sequence = 65_500; sequence < 65_500 + 200_000; sequence++)
        {
            int length = RtpBytes.Write(packet, 96, sequence, 0, 7, false, "hello"u8);
            int sealedLength = sender.ProtectRtp(packet, length);

            Assert.Equal(SrtpResult.Accepted, receiver.UnprotectRtp(packet.AsSpan(0, sealedLength), out int plain));
            Assert.Equal(length, plain);
        }
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void PacketsReorderedAcrossTheRollover_AreAcceptedOnce(SrtpProfile profile)
    {
        using SrtpContext sender = Context(profile);
        using SrtpContext receiver = Context(profile);
        List<byte[]> packets = [.. Enumerable.Range(65_530, 12).Select(sequence => Seal(sender, sequence))];
        int[] order = [0, 7, 3, 6, 1, 11, 2, 5, 4, 10, 8, 9];
        foreach (int index in order)
        {
            Assert.Equal(SrtpResult.Accepted, receiver.UnprotectRtp([.. packets[index]], out _));
        }

        foreach (byte[] packet in packets)
        {
            Assert.Equal(SrtpResult.Replayed, receiver.UnprotectRtp([.. packet], out _));
        }
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void PacketOlderThanTheWindow_IsReplayed(SrtpProfile profile)
    {
        using SrtpContext sender = Context(profile);
        using SrtpContext receiver = Context(profile);
        byte[] old = Seal(sender, 10);
        byte[] justInside = Seal(sender, 11);
        byte[] newest = Seal(sender, 10 + ReplayWindow.Size);

        Assert.Equal(SrtpResult.Accepted, receiver.UnprotectRtp(newest, out _));
        Assert.Equal(SrtpResult.Replayed, receiver.UnprotectRtp(old, out _));
        Assert.Equal(SrtpResult.Accepted, receiver.UnprotectRtp(justInside, out _));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void AnyFlippedBit_IsRefusedAndChangesNothing(SrtpProfile profile)
    {
        using SrtpContext sender = Context(profile);
        using SrtpContext receiver = Context(profile);
        byte[] good = Seal(sender, 1000);
        byte[] goodReport = SealReport(sender);
        for (int bit = 0; bit < good.Length * 8; bit++)
        {
            Assert.NotEqual(SrtpResult.Accepted, receiver.UnprotectRtp(Flip(good, bit), out _));
        }

        for (int bit = 0; bit < goodReport.Length * 8; bit++)
        {
            Assert.NotEqual(SrtpResult.Accepted, receiver.UnprotectRtcp(Flip(goodReport, bit), out _));
        }

        Assert.Equal(SrtpResult.Accepted, receiver.UnprotectRtp(good, out _));
        Assert.Equal(SrtpResult.Accepted, receiver.UnprotectRtcp(goodReport, out _));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void EveryTruncation_IsRefused(SrtpProfile profile)
    {
        using SrtpContext sender = Context(profile);
        using SrtpContext receiver = Context(profile);
        byte[] good = Seal(sender, 1000);
        byte[] goodReport = SealReport(sender);
        for (int length = 0; length < good.Length; length++)
        {
            Assert.NotEqual(SrtpResult.Accepted, receiver.UnprotectRtp(good.AsSpan(0, length).ToArray(), out _));
        }

        for (int length = 0; length < goodReport.Length; length++)
        {
            Assert.NotEqual(SrtpResult.Accepted, receiver.UnprotectRtcp(goodReport.AsSpan(0, length).ToArray(), out _));
        }
    }

    [Fact]
    public void ForgedPacketFarAhead_DoesNotMoveTheRollover()
    {
        using SrtpContext sender = Context(SrtpProfile.AeadAes128Gcm);
        using SrtpContext receiver = Context(SrtpProfile.AeadAes128Gcm);
        Assert.Equal(SrtpResult.Accepted, receiver.UnprotectRtp(Seal(sender, 100), out _));
        byte[] forged = Seal(sender, 101);
        BinaryPrimitives.WriteUInt16BigEndian(forged.AsSpan(2), 30_000);

        Assert.Equal(SrtpResult.NotAuthentic, receiver.UnprotectRtp(forged, out _));
        Assert.Equal(SrtpResult.Accepted, receiver.UnprotectRtp(Seal(sender, 102), out _));
    }

    [Fact]
    public void OneSourceTooMany_IsRefusedAndTheOthersGoOn()
    {
        using SrtpContext receiver = Context(SrtpProfile.AeadAes128Gcm);
        for (uint ssrc = 0; ssrc < SrtpContext.MaximumSources; ssrc++)
        {
            using SrtpContext sender = Context(SrtpProfile.AeadAes128Gcm);
            Assert.Equal(SrtpResult.Accepted, receiver.UnprotectRtp(Seal(sender, 1, ssrc), out _));
        }

        using SrtpContext late = Context(SrtpProfile.AeadAes128Gcm);
        Assert.Equal(SrtpResult.TooManySources, receiver.UnprotectRtp(Seal(late, 1, 99), out _));
        Assert.Equal(SrtpResult.Accepted, receiver.UnprotectRtp(Seal(late, 2, 0), out _));
    }

    [Fact]
    public void ReplayedReport_IsRefused()
    {
        using SrtpContext sender = Context(SrtpProfile.AeadAes128Gcm);
        using SrtpContext receiver = Context(SrtpProfile.AeadAes128Gcm);
        byte[] report = SealReport(sender);

        Assert.Equal(SrtpResult.Accepted, receiver.UnprotectRtcp([.. report], out _));
        Assert.Equal(SrtpResult.Replayed, receiver.UnprotectRtcp([.. report], out _));
        Assert.Equal(SrtpResult.Accepted, receiver.UnprotectRtcp(SealReport(sender), out _));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void UnencryptedAuthenticReport_IsAccepted(SrtpProfile profile)
    {
        // RFC 3711 3.4: the E flag says whether the packet is encrypted; it is authenticated in any case.
        using SrtpSessionKeys keys = SrtpSessionKeys.Derive(
            profile, Key, Salt.AsSpan(0, SrtpKeyDerivation.SaltLength(profile)), SrtpKeyLabel.RtcpEncryption, ManagedSrtpCipher.Factory);
        using SrtpContext receiver = Context(profile);
        byte[] plain = [0x80, 201, 0, 1, 0, 0, 0, 7];
        byte[] index = [0, 0, 0, 5];
        byte[] tag = new byte[keys.Cipher.TagLength];
        byte[] iv = new byte[keys.IvLength];
        keys.WriteIv(7, 5, iv);
        keys.Cipher.Seal(iv, plain, [], index, tag);
        byte[] packet = profile == SrtpProfile.AeadAes128Gcm ? [.. plain, .. tag, .. index] : [.. plain, .. index, .. tag];

        Assert.Equal(SrtpResult.Accepted, receiver.UnprotectRtcp(packet, out int length));
        Assert.Equal(plain, packet[..length]);
    }

    [Fact]
    public void HeaderWithSourcesAndExtension_StaysReadable()
    {
        using SrtpContext sender = Context(SrtpProfile.AeadAes128Gcm);
        byte[] packet = [0x91, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, 1, 2, 3, 4, 0xBE, 0xDE, 0, 1, 0x10, 9, 0, 0, 5, 5, 5];
        byte[] buffer = new byte[packet.Length + sender.RtpOverhead];
        packet.CopyTo(buffer, 0);

        sender.ProtectRtp(buffer, packet.Length);

        Assert.Equal(packet[..24], buffer[..24]);
        Assert.NotEqual(packet[24..], buffer[24..packet.Length]);
    }

    [Fact]
    public void SteadyState_AllocatesNothing()
    {
        using var sender = new SrtpContext(SrtpProfile.AeadAes128Gcm, Key, Salt.AsSpan(0, 12), PlainSrtpCipher.Factory);
        using var receiver = new SrtpContext(SrtpProfile.AeadAes128Gcm, Key, Salt.AsSpan(0, 12), PlainSrtpCipher.Factory);
        byte[] packet = new byte[1200];
        byte[] report = new byte[200];
        int sequence = 0;
        long allocated = Allocation.Of(1000, () =>
        {
            int length = RtpBytes.Write(packet, 96, sequence++, 0, 7, false, Salt);
            receiver.UnprotectRtp(packet.AsSpan(0, sender.ProtectRtp(packet, length)), out _);
            report[0] = 0x80;
            receiver.UnprotectRtcp(report.AsSpan(0, sender.ProtectRtcp(report, 32)), out _);
        });

        Assert.Equal(0, allocated);
    }

    [Theory]
    [InlineData(-1, 0xFFFF, 0xFFFF)]
    [InlineData(0xFFFF, 0, 0x1_0000)]
    [InlineData(0x1_0000, 0xFFFF, 0xFFFF)]
    [InlineData(0x1_8000, 0, 0x1_0000)]
    [InlineData(0x1_8001, 0, 0x2_0000)]
    [InlineData(0x1_7FFF, 0xFFFF, 0x1_FFFF)]
    [InlineData(0x1_7FFE, 0xFFFF, 0xFFFF)]
    public void Index_IsTheNearestToTheHighest(long highest, int sequence, long expected) =>
        Assert.Equal(expected, SrtpSource.GuessIndex(highest, (ushort)sequence));

    private static SrtpContext Context(SrtpProfile profile) =>
        new(profile, Key, Salt.AsSpan(0, SrtpKeyDerivation.SaltLength(profile)), ManagedSrtpCipher.Factory);

    private static byte[] Seal(SrtpContext sender, long sequence, uint ssrc = 7)
    {
        byte[] packet = new byte[64];
        int length = RtpBytes.Write(packet, 96, sequence, 0, ssrc, false, "hello"u8);
        return packet[..sender.ProtectRtp(packet, length)];
    }

    private static byte[] SealReport(SrtpContext sender)
    {
        byte[] packet = new byte[64];
        byte[] report = [0x80, 201, 0, 1, 0, 0, 0, 7, 0x81, 202, 0, 1, 0, 0, 0, 7];
        report.CopyTo(packet, 0);
        return packet[..sender.ProtectRtcp(packet, report.Length)];
    }

    private static byte[] Flip(byte[] packet, int bit)
    {
        byte[] copy = [.. packet];
        copy[bit / 8] ^= (byte)(1 << (bit % 8));
        return copy;
    }
}
