using MediaGateway.Media.Opus;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Media.Tests.Opus;

public sealed class OpusPacketTests
{
    // RFC 6716 table 2, first and last configuration of each row; code 0, mono.
    [Theory]
    [InlineData(0, 480)]
    [InlineData(1, 960)]
    [InlineData(2, 1920)]
    [InlineData(3, 2880)]
    [InlineData(11, 2880)]
    [InlineData(12, 480)]
    [InlineData(13, 960)]
    [InlineData(15, 960)]
    [InlineData(16, 120)]
    [InlineData(17, 240)]
    [InlineData(18, 480)]
    [InlineData(19, 960)]
    [InlineData(31, 960)]
    public void Configuration_SaysTheFrameSize(int configuration, int samples)
    {
        Assert.True(OpusPacket.TryParse([(byte)(configuration << 3)], out OpusPacket packet));

        Assert.Equal(new OpusPacket(1, 1, samples), packet);
    }

    [Theory]
    [InlineData("FC", 2, 1, 960)]
    [InlineData("FD", 2, 2, 1920)]
    [InlineData("FE", 2, 2, 1920)]
    [InlineData("FF06", 2, 6, 5760)]
    [InlineData("FF86", 2, 6, 5760)]
    [InlineData("8330", 1, 48, 5760)]
    public void Code_SaysTheFrameCount(string hex, int channels, int frames, int samples)
    {
        Assert.True(OpusPacket.TryParse(Convert.FromHexString(hex), out OpusPacket packet));

        Assert.Equal((channels, frames, samples), (packet.Channels, packet.FrameCount, packet.Samples));
    }

    [Theory]
    [InlineData("")]
    [InlineData("FF")]
    [InlineData("FF00")]
    [InlineData("FF07")]
    [InlineData("8331")]
    public void EmptyOrTooLong_IsRefused(string hex) => Assert.False(OpusPacket.TryParse(Convert.FromHexString(hex), out _));

    // The last granule position of an Ogg Opus file counts all samples, the pre-skip included (RFC 7845 4).
    [Theory]
    [InlineData("avatar.ogg")]
    [InlineData("bear.opus")]
    public void DurationsOfAFile_AddUpToItsLastGranulePosition(string file)
    {
        byte[] bytes = TestData.Read("audio", "opus", file);
        (List<byte[]> packets, long granulePosition) = ReadOgg(bytes);

        long samples = 0;
        foreach (byte[] data in packets.Skip(2))
        {
            Assert.True(OpusPacket.TryParse(data, out OpusPacket packet));
            samples += packet.Samples;
        }

        Assert.InRange(samples - granulePosition, 0, OpusPacket.MaximumSamples);
    }

    /// <summary>Packets and last granule position of an Ogg file with one stream (RFC 3533 6).</summary>
    private static (List<byte[]> Packets, long GranulePosition) ReadOgg(byte[] file)
    {
        List<byte[]> packets = [];
        List<byte> current = [];
        long granulePosition = 0;
        for (int page = 0; page < file.Length;)
        {
            granulePosition = Math.Max(granulePosition, BitConverter.ToInt64(file, page + 6));
            int segments = file[page + 26];
            int data = page + 27 + segments;
            for (int segment = 0; segment < segments; segment++)
            {
                int length = file[page + 27 + segment];
                current.AddRange(file.AsSpan(data, length));
                data += length;
                if (length < 255)
                {
                    packets.Add([.. current]);
                    current.Clear();
                }
            }

            page = data;
        }

        return (packets, granulePosition);
    }
}
