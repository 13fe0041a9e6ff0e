using MediaGateway.Media.Mp3;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Media.Tests.Mp3;

public sealed class Mp3FrameHeaderTests
{
    [Theory]
    [InlineData(0xFF, 0xFB, 0x90, 0x64, 44_100, 2, 1152, 417, 32, false)]
    [InlineData(0xFF, 0xFB, 0x92, 0x64, 44_100, 2, 1152, 418, 32, false)]
    [InlineData(0xFF, 0xFA, 0xE4, 0xC4, 48_000, 1, 1152, 960, 17, true)]
    [InlineData(0xFF, 0xF3, 0x80, 0xC4, 22_050, 1, 576, 208, 9, false)]
    [InlineData(0xFF, 0xF3, 0x88, 0x04, 16_000, 2, 576, 288, 17, false)]
    [InlineData(0xFF, 0xE3, 0x18, 0xC4, 8000, 1, 576, 72, 9, false)]
    [InlineData(0xFF, 0xFB, 0x00, 0x64, 44_100, 2, 1152, 0, 32, false)]
    public void Header_SaysWhatTheFrameIs(
        byte one, byte two, byte three, byte four, int rate, int channels, int samples, int length, int side, bool hasCheck)
    {
        Assert.True(Mp3FrameHeader.TryRead([one, two, three, four], out Mp3FrameHeader header));
        Assert.Equal(new Mp3FrameHeader(rate, channels, samples, length, side, hasCheck), header);
    }

    [Theory]
    [InlineData(0xFF, 0xDB, 0x90)] // sync of ten bits
    [InlineData(0xFF, 0xEB, 0x90)] // reserved version
    [InlineData(0xFF, 0xFD, 0x90)] // layer II
    [InlineData(0xFF, 0xF9, 0x90)] // AAC in ADTS
    [InlineData(0xFF, 0xFB, 0xF0)] // reserved rate
    [InlineData(0xFF, 0xFB, 0x9C)] // reserved sample rate
    public void AnythingElse_IsRefused(byte one, byte two, byte three)
    {
        Assert.False(Mp3FrameHeader.TryRead([one, two, three, 0], out _));
        Assert.False(Mp3FrameHeader.TryRead([0xFF, 0xFB, 0x90], out _));
    }

    [Theory]
    [InlineData(108, "audio", "mp3", "androidx", "bear-cbr-variable-frame-size-no-seek-table.mp3")]
    [InlineData(216, "audio", "mp3", "minimp3", "l3-compl.bit")]
    [InlineData(30, "audio", "mp3", "minimp3", "l3-hecommon.bit")]
    public void Files_AreWalkedFromFrameToFrame(int expected, params string[] path)
    {
        byte[] file = TestData.Read(path);
        int place = 0;
        int frames = 0;
        while (!Mp3FrameHeader.TryRead(file.AsSpan(place), out _))
        {
            place++;
        }

        while (Mp3FrameHeader.TryRead(file.AsSpan(place), out Mp3FrameHeader header) && place + header.FrameLength <= file.Length)
        {
            place += header.FrameLength;
            frames++;
        }

        Assert.InRange(frames, expected - 1, expected);
        Assert.InRange(file.Length - place, 0, 1500);
    }
}
