using MediaGateway.Media.Aac;
using MediaGateway.Media.Flv;
using MediaGateway.Media.Frames;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Media.Tests.Aac;

public sealed class AudioSpecificConfigTests
{
    [Theory]
    [InlineData("1210", 2, 44_100, 2)]
    [InlineData("1190", 2, 48_000, 2)]
    [InlineData("1408", 2, 16_000, 1)]
    [InlineData("119056e500", 2, 48_000, 2)]
    [InlineData("2b920800", 5, 22_050, 2)]
    [InlineData("1638", 2, 7_350, 8)]
    [InlineData("1780177010", 2, 12_000, 2)]
    [InlineData("f84620", 34, 48_000, 1)]
    public void Vector_ReadsItsFields(string hex, int objectType, int sampleRate, int channels)
    {
        Assert.True(AudioSpecificConfig.TryRead(Wire.Hex(hex), out AudioSpecificConfig config));
        Assert.Equal(new AudioSpecificConfig(objectType, sampleRate, channels), config);
    }

    [Theory]
    [InlineData("")]
    [InlineData("12")]
    [InlineData("1180")]
    [InlineData("1690")]
    [InlineData("17801770")]
    [InlineData("0190")]
    [InlineData("1780000010")]
    public void CutReservedOrProgramConfig_IsRefused(string hex)
    {
        Assert.False(AudioSpecificConfig.TryRead(Wire.Hex(hex), out _));
        Assert.Null(AudioSpecificConfig.ToFormat(Wire.Hex(hex)));
    }

    [Theory]
    [InlineData("srs", "avatar.flv", 44_100, 2)]
    [InlineData("ruffle", "audio_aac_tone_mono_44100hz.flv", 44_100, 1)]
    [InlineData("ruffle", "audio_aac_tone_stereo_48000hz.flv", 48_000, 2)]
    public void SequenceHeaderOfACapture_GivesItsFormat(string folder, string file, int sampleRate, int channels)
    {
        FlvTag header = FlvFile.Read(TestData.Read("flv", folder, file)).First(tag => tag.Type == 8);
        AacFormat? format = AudioSpecificConfig.ToFormat(header.Body.AsMemory(FlvAudioTag.Length));
        Assert.Equal((sampleRate, channels), (format?.SampleRate, format?.Channels));
    }

    [Fact]
    public void EveryTwoByteConfig_ReadsOrIsRefused_AndIsWrittenAsRead()
    {
        int read = 0;
        byte[] written = new byte[AudioSpecificConfig.Length];
        for (int value = 0; value <= ushort.MaxValue; value++)
        {
            byte[] bytes = [(byte)(value >> 8), (byte)value];
            if (!AudioSpecificConfig.TryRead(bytes, out AudioSpecificConfig config))
            {
                continue;
            }

            read++;
            if (config.ObjectType < 31)
            {
                config.Write(written);
                Assert.Equal((byte[])[bytes[0], (byte)(bytes[1] & 0xF8)], written);
            }
        }

        // 30 object types, 13 rates, 7 channel counts, 8 values of the flags that are not kept; no escape fits two bytes.
        Assert.Equal(30 * 13 * 7 * 8, read);
    }

    [Theory]
    [InlineData(2, 44_000, 2)]
    [InlineData(2, 48_000, 7)]
    [InlineData(2, 48_000, 0)]
    [InlineData(34, 48_000, 2)]
    public void WithoutTwoByteForm_IsNotWritten(int objectType, int sampleRate, int channels) =>
        Assert.Throws<InvalidOperationException>(() => new AudioSpecificConfig(objectType, sampleRate, channels).Write(new byte[2]));
}
