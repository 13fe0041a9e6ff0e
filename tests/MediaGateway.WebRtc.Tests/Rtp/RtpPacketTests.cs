using MediaGateway.Testing;
using MediaGateway.WebRtc.Rtp;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Rtp;

public sealed class RtpPacketTests
{
    [Theory]
    [InlineData("rtp.bin", 0, false, 15743, 3937035252, 4028317929, 12, 160, 0)]
    [InlineData("rtp_dtmf.bin", 101, true, 24152, 4021352124, 2795586802, 12, 4, 0)]
    [InlineData("rtp_only_padding.bin", 120, false, 27759, 4044047131, 2837429438, 12, 0, 224)]
    [InlineData("rtp_only_padding_with_header_extensions.bin", 98, false, 22138, 3171065731, 1501474669, 20, 0, 224)]
    [InlineData("rtp_with_csrc.bin", 0, false, 16082, 144, 1606227614, 20, 160, 0)]
    public void PacketsOfAiortc_AreRead(
        string file, int payloadType, bool marker, int sequence, long timestamp, long ssrc, int header, int payload, int padding)
    {
        byte[] bytes = TestData.Read("rtp", "aiortc", file);

        Assert.True(RtpPacket.TryParse(bytes, out RtpPacket packet));

        Assert.Equal(payloadType, packet.PayloadType);
        Assert.Equal(marker, packet.Marker);
        Assert.Equal(sequence, packet.SequenceNumber);
        Assert.Equal((header, payload, padding), (packet.HeaderLength, packet.PayloadLength, packet.PaddingLength));
        Assert.Equal((timestamp, ssrc), (packet.Timestamp, packet.Ssrc));
        Assert.Equal(bytes.Length, packet.HeaderLength + packet.PayloadLength + packet.PaddingLength);
    }

    // Wireshark's decode lies beside each packet.
    [Theory]
    [InlineData("packet1.raw", 111, 23617, 1660241882u, 0x9f7108e2u, 1, "FF")]
    [InlineData("packet3.raw", 111, 19354, 863466045u, 0x0e0dfad2u, 1, "D0")]
    public void PacketsOfMediasoup_AreReadAsWiresharkDoes(
        string file, int payloadType, int sequence, uint timestamp, uint ssrc, int extension, string value)
    {
        Assert.True(RtpPacket.TryParse(TestData.Read("rtp", "mediasoup", file), out RtpPacket packet));

        Assert.Equal(payloadType, packet.PayloadType);
        Assert.Equal(sequence, packet.SequenceNumber);
        Assert.Equal(timestamp, packet.Timestamp);
        Assert.Equal(ssrc, packet.Ssrc);
        bool found = packet.Extensions.TryFind(extension, out ReadOnlySpan<byte> data);
        Assert.Equal(value.Length > 0, found);
        Assert.Equal(value, Convert.ToHexString(data));
    }

    [Fact]
    public void PaddingLongerThanThePacket_IsRefused() =>
        Assert.False(RtpPacket.TryParse(TestData.Read("rtp", "mediasoup", "packet2.raw"), out _));

    [Fact]
    public void MidExtension_IsFound()
    {
        Assert.True(RtpPacket.TryParse(TestData.Read("rtp", "aiortc", "rtp_with_sdes_mid.bin"), out RtpPacket packet));

        Assert.True(packet.Extensions.TryFind(9, out ReadOnlySpan<byte> mid));
        Assert.Equal("0"u8.ToArray(), mid.ToArray());
    }

    [Theory]
    [InlineData("TestRFC8285OneByteExtension", "rawPkt", "5=AA")]
    [InlineData("TestRFC8285OneByteTwoExtensionOfTwoBytes", "rawPkt", "1=AA 2=BB")]
    [InlineData("TestRFC8285OneByteMultipleExtensionsWithPadding", "rawPkt", "1=AA 2=BBBB 3=CCCCCCCC")]
    [InlineData("TestRFC8285TwoByteExtension", "rawPkt", "5=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("TestRFC8285TwoByteMultipleExtensionsWithPadding", "rawPkt", "1= 2=BB 3=CCCCCCCC")]
    [InlineData("TestRFC8285TwoByteMultipleExtensionsWithLargeExtension", "rawPkt", "1= 2=BB 3=CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC")]
    [InlineData("TestRFC8285OneByteExtensionTerminateProcessingWhenReservedIDEncountered", "reservedIDPkt", "")]
    [InlineData("TestRFC8285OneByteExtensionTerminateProcessingWhenPaddingWithSizeEncountered", "reservedIDPkt", "")]
    public void HeaderExtensions_AreWalked(string test, string field, string expected)
    {
        byte[] bytes = PionVectors.Find("pion_rtp.json", test, string.Empty, field);
        Assert.True(RtpPacket.TryParse(bytes, out RtpPacket packet));

        List<string> found = [];
        RtpHeaderExtensions extensions = packet.Extensions;
        while (extensions.MoveNext())
        {
            found.Add($"{extensions.Identifier}={Convert.ToHexString(extensions.Value)}");
        }

        Assert.Equal(expected, string.Join(' ', found));
    }

    // Pion's TestBasic: valid padding, then counts of 0 and of more than there is; its TestUnmarshal_ErrorHandling.
    [Theory]
    [InlineData("B0E0698FD9C293DA1C64278200010001FFFFFFFF9836BE8804", true)]
    [InlineData("B0E0698FD9C293DA1C64278200010001FFFFFFFF9836BE8805", true)]
    [InlineData("B0E0698FD9C293DA1C64278200010001FFFFFFFF9836BE8800", false)]
    [InlineData("B0E0698FD9C293DA1C64278200010001FFFFFFFF9836BE8806", false)]
    [InlineData("9060698FD9C293DA1C642782", false)]
    [InlineData("9060698FD9C293DA1C64278299999999", false)]
    [InlineData("80E0698FD9C293DA1C6427", false)]
    [InlineData("81E0698FD9C293DA1C642782", false)]
    [InlineData("90E0698FD9C293DA1C642782BEDE0003", false)]
    [InlineData("90E0698FD9C293DA1C642782BEDE00011200", false)]
    [InlineData("0010234512344567CCDDEEFF0011223344556677", false)]
    [InlineData("A0E0698FD9C293DA1C642782", false)]
    public void LengthsInThePacket_AreChecked(string hex, bool valid) =>
        Assert.Equal(valid, RtpPacket.TryParse(Convert.FromHexString(hex), out _));

    [Fact]
    public void EveryPrefixAndManyMutations_NeverThrow()
    {
        List<byte[]> seeds = [.. PionVectors.Read("pion_rtp.json").Select(entry => entry.Bytes)];
        seeds.AddRange(TestData.Files("rtp").Where(file => !file.EndsWith(".info", StringComparison.Ordinal)).Select(File.ReadAllBytes));
        foreach (byte[] mutant in Mutations.Of(seeds, 20_000, seed: 1))
        {
            if (!RtpPacket.TryParse(mutant, out RtpPacket packet))
            {
                continue;
            }

            RtpHeaderExtensions extensions = packet.Extensions;
            int elements = 0;
            while (extensions.MoveNext())
            {
                elements++;
            }

            Assert.True(elements <= mutant.Length);
            Assert.Equal(mutant.Length, packet.HeaderLength + packet.Payload.Length + packet.PaddingLength);
        }
    }
}
