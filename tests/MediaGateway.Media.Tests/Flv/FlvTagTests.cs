using MediaGateway.Media.Flv;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Media.Tests.Flv;

public sealed class FlvTagTests
{
    [Theory]
    [InlineData("17 00 000000", true, FlvPacketType.SequenceHeader, 0)]
    [InlineData("17 01 000050", true, FlvPacketType.Frame, 80)]
    [InlineData("27 01 ffffd8", false, FlvPacketType.Frame, -40)]
    [InlineData("17 02 000000", true, FlvPacketType.EndOfSequence, 0)]
    public void VideoTag_ReadsAndWrites(string hex, bool isKeyframe, FlvPacketType packetType, int composition)
    {
        byte[] bytes = Wire.Hex(hex);
        Assert.True(FlvVideoTag.TryRead(bytes, out FlvVideoTag tag));
        Assert.Equal(new FlvVideoTag(isKeyframe, packetType, composition), tag);
        byte[] written = new byte[FlvVideoTag.Length];
        tag.Write(written);
        Assert.Equal(bytes, written);
    }

    [Theory]
    [InlineData(0x7FFFFF, "7fffff")]
    [InlineData(0x800000, "7fffff")]
    [InlineData(-0x800000, "800000")]
    [InlineData(-0x800001, "800000")]
    [InlineData(int.MinValue, "800000")]
    public void CompositionTimeOutOfRange_IsCut(int composition, string hex)
    {
        byte[] written = new byte[FlvVideoTag.Length];
        new FlvVideoTag(true, FlvPacketType.Frame, composition).Write(written);
        Assert.Equal(Wire.Hex(hex), written[2..]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("17 01 0000")]
    [InlineData("12 01 000000")]
    [InlineData("17 03 000000")]
    [InlineData("90 61 766331")]
    public void OtherVideo_IsNotRead(string hex) => Assert.False(FlvVideoTag.TryRead(Wire.Hex(hex), out _));

    [Theory]
    [InlineData("")]
    [InlineData("af")]
    [InlineData("af 02")]
    [InlineData("2f 01")]
    [InlineData("72 00")]
    public void OtherAudio_IsNotRead(string hex) => Assert.False(FlvAudioTag.TryRead(Wire.Hex(hex), out _));

    [Theory]
    [InlineData("srs", "avatar.flv")]
    [InlineData("srs", "bbb.flv")]
    [InlineData("androidx", "sample.flv")]
    [InlineData("membrane", "testsrc.flv")]
    [InlineData("ruffle", "audio_aac_tone_stereo_48000hz.flv")]
    public void EveryTagOfACapture_IsWrittenAsItWasRead(string folder, string file)
    {
        int headers = 0;
        int frames = 0;
        foreach (FlvTag tag in FlvFile.Read(TestData.Read("flv", folder, file)).Where(tag => tag.Type is 8 or 9))
        {
            byte[] written = new byte[FlvVideoTag.Length];
            FlvPacketType packetType;
            int length;
            if (tag.Type == 9)
            {
                Assert.True(FlvVideoTag.TryRead(tag.Body, out FlvVideoTag video));
                video.Write(written);
                (packetType, length) = (video.PacketType, FlvVideoTag.Length);
            }
            else
            {
                Assert.True(FlvAudioTag.TryRead(tag.Body, out FlvAudioTag audio));
                audio.Write(written);
                (packetType, length) = (audio.PacketType, FlvAudioTag.Length);
            }

            Assert.Equal(tag.Body[..length], written[..length]);
            headers += packetType == FlvPacketType.SequenceHeader ? 1 : 0;
            frames += packetType == FlvPacketType.Frame ? 1 : 0;
        }

        Assert.InRange(headers, 1, 2);
        Assert.True(frames > 20);
    }
}
