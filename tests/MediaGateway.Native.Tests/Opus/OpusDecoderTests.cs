using MediaGateway.Native.Opus;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Native.Tests.Opus;

public sealed class OpusDecoderTests
{
    [Theory]
    [InlineData(1, 120)]
    [InlineData(1, 960)]
    [InlineData(2, 480)]
    [InlineData(2, 960)]
    [InlineData(2, 2880)]
    public void EveryShapeOfPacket_BecomesStereoOfItsLength(int channels, int samples)
    {
        using var encoder = new OpusTestEncoder(channels);
        using var decoder = new OpusDecoder();
        float[] pcm = new float[OpusDecoder.LongestPacket * 2];
        float[] tone = Sound.Tone(440, samples, channels);
        for (int round = 0; round < 50; round++)
        {
            Assert.Equal(samples, decoder.Decode(encoder.Encode(tone), pcm));
        }

        Assert.InRange(pcm.AsSpan(0, samples * 2).ToArray().Max(), 0.2f, 0.8f);
        Assert.Equal(0, Sound.LargestDifference(Sound.Channel(pcm, 0, samples), Sound.Channel(pcm, 1, samples)), 0.02);
    }

    [Fact]
    public void LossAgainstFec_IsHeardFromTheNextPacket()
    {
        using var encoder = new OpusTestEncoder(channels: 1, bitrate: 24_000, fec: true);
        List<byte[]> packets = [];
        for (int index = 0; index < 50; index++)
        {
            packets.Add(encoder.Encode(Sound.Voice(index * 960, 960)));
        }

        Assert.Contains(packets, packet => OpusDecoder.CarriesLostFrame(packet));
        int lost = packets.FindIndex(20, packet => OpusDecoder.CarriesLostFrame(packet)) - 1;
        float[] whole = new float[OpusDecoder.LongestPacket * 2];
        float[] recovered = new float[OpusDecoder.LongestPacket * 2];
        float[] concealed = new float[OpusDecoder.LongestPacket * 2];
        using var reference = new OpusDecoder();
        using var withFec = new OpusDecoder();
        using var withoutFec = new OpusDecoder();
        for (int index = 0; index < lost; index++)
        {
            reference.Decode(packets[index], whole);
            withFec.Decode(packets[index], recovered);
            withoutFec.Decode(packets[index], concealed);
        }

        reference.Decode(packets[lost], whole);
        withFec.Recover(packets[lost + 1], recovered, 960);
        withoutFec.Conceal(concealed, 960);
        double fecError = Sound.Difference(whole.AsSpan(0, 1920), recovered.AsSpan(0, 1920));
        double concealError = Sound.Difference(whole.AsSpan(0, 1920), concealed.AsSpan(0, 1920));
        Assert.True(fecError < concealError * 0.8, $"with FEC {fecError}, without {concealError}");
    }

    [Fact]
    public void BrokenPackets_AreSaidToBeSoAndTheNextOneDecoded()
    {
        using var encoder = new OpusTestEncoder();
        using var decoder = new OpusDecoder();
        float[] pcm = new float[OpusDecoder.LongestPacket * 2];
        byte[] good = encoder.Encode(Sound.Tone(440, 960, 2));
        Assert.Equal(0, decoder.Decode([], pcm));
        Assert.Equal(0, decoder.Decode([0xFF], pcm));
        Assert.Equal(0, decoder.Decode([0x03, 0x3F, 0xFF], pcm));
        Assert.Equal(960, decoder.Decode(good, pcm));
    }

    [Fact]
    public void MutatedAndTruncatedPackets_NeverFault()
    {
        using var encoder = new OpusTestEncoder(fec: true, bitrate: 32_000);
        using var decoder = new OpusDecoder();
        var random = new Random(11);
        float[] pcm = new float[OpusDecoder.LongestPacket * 2];
        for (int round = 0; round < 1500; round++)
        {
            byte[] packet = encoder.Encode(Sound.Voice(round * 960, 960, channels: 2));
            for (int count = random.Next(4); count > 0; count--)
            {
                packet[random.Next(packet.Length)] = (byte)random.Next(256);
            }

            Span<byte> cut = packet.AsSpan(0, random.Next(packet.Length + 1));
            OpusDecoder.CarriesLostFrame(cut);
            Assert.InRange(decoder.Decode(cut, pcm), 0, OpusDecoder.LongestPacket);
        }
    }

    [Fact]
    public void RecordedPackets_Decode()
    {
        using var decoder = new OpusDecoder();
        float[] pcm = new float[OpusDecoder.LongestPacket * 2];
        List<byte[]> packets = OggPackets.Read(TestData.Read("audio", "opus", "bear.opus"));
        Assert.InRange(packets.Count, 100, 1000);
        Assert.All(packets, packet => Assert.InRange(decoder.Decode(packet, pcm), 120, 5760));
    }
}
