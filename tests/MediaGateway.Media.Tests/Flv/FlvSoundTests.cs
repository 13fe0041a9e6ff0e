using MediaGateway.Media.Flv;
using MediaGateway.Media.Frames;
using Xunit;

namespace MediaGateway.Media.Tests.Flv;

public sealed class FlvSoundTests
{
    // What FFmpeg writes for each (Video File Format v10.1, E.4.2.1).
    [Theory]
    [InlineData(48_000, 2, 0x2F)]
    [InlineData(44_100, 2, 0x2F)]
    [InlineData(44_100, 1, 0x2E)]
    [InlineData(22_050, 1, 0x2A)]
    [InlineData(11_025, 1, 0x26)]
    [InlineData(8_000, 1, 0xE2)]
    public void Mp3Header_IsTheNearestThatFlvHas(int sampleRate, int channels, byte header) =>
        Assert.Equal(header, FlvSound.Mp3Header(sampleRate, channels));

    [Fact]
    public void SameHeaderAgain_GivesTheSameFormat()
    {
        PlainAudioFormat? first = FlvSound.ReadFormat(0x72, [1], null);
        Assert.Same(first, FlvSound.ReadFormat(0x72, [1], first));
        Assert.NotSame(first, FlvSound.ReadFormat(0x73, [1], first));
        Assert.NotSame(first, FlvSound.ReadFormat(0x82, [1], first));
    }

    [Theory]
    [InlineData(0xAF)]
    [InlineData(0x91)]
    [InlineData(0xD0)]
    [InlineData(0xF0)]
    public void CodecWithAConfiguration_IsNotPlain(byte header) => Assert.Null(FlvSound.ReadFormat(header, [1], null));
}
