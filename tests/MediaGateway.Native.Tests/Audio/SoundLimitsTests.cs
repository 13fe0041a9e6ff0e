using MediaGateway.Media.Frames;
using MediaGateway.Native.Audio;
using MediaGateway.Native.FFmpeg;
using Xunit;

namespace MediaGateway.Native.Tests.Audio;

/// <summary>What one packet may cause.</summary>
public sealed class SoundLimitsTests
{
    private static readonly PlainAudioFormat Pcma = new(CodecId.Pcma, 8000, 1, 0x72);

    [Theory]
    [InlineData("pcma")]
    [InlineData("mp3-44100-2")]
    [InlineData("speex")]
    public void PacketThatIsTooLong_IsConcealed(string kind)
    {
        using var source = TestSource.Open(kind);
        using var run = new TranscoderRun(source.Format, CodecId.Aac);
        IReadOnlyList<byte[]> packets = source.Packets(1, (_, _) => 0);
        for (int index = 0; index < packets.Count; index++)
        {
            bool isLong = index == packets.Count / 2;
            run.Push(source.StampOf(index), isLong ? new byte[AudioDecoder.LongestPacket + 1] : packets[index]);
        }

        Assert.Equal(1, run.Transcoder.ConcealedFrames);
        double end = source.StampOf(packets.Count).Value / 1000.0;
        Assert.InRange(run.Listener.End, end - 0.08, end);
    }

    [Fact]
    public void PacketWithMoreThanASecond_IsCut()
    {
        using var pcma = new G711SoundDecoder(Pcma);
        Assert.True(pcma.IsPacket(new byte[AudioDecoder.LongestPacket]));
        Assert.Equal(SourceSound.LongestPacket, pcma.Decode(new byte[AudioDecoder.LongestPacket]));
        Assert.Equal(960, pcma.Decode(new byte[160]), 1.0);

        using var source = TestSource.Open("mp3-44100-2");
        byte[] many = [.. source.Packets(2, (_, _) => 0).SelectMany(packet => packet)];
        using var mp3 = new FFmpegSoundDecoder(source.Format);
        Assert.Equal(SourceSound.LongestPacket, mp3.Decode(many));
        Assert.InRange(mp3.Decode(source.Encode(0, (_, _) => 0)!), 1253, 1255);
    }
}
