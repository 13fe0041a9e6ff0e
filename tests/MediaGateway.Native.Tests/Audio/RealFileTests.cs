using System.Diagnostics;
using MediaGateway.Media.Aac;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Mp3;
using MediaGateway.Media.Silence;
using MediaGateway.Native.Audio;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Native.Tests.Audio;

/// <summary>Files of other encoders: what the transcoders make of them is what the program ffmpeg makes of them.</summary>
public sealed class RealFileTests
{
    [Theory]
    [InlineData("audio", "aac", "avatar.aac")]
    [InlineData("audio", "aac", "sine.aac")]
    [InlineData("audio", "mp3", "androidx", "bear-cbr-variable-frame-size-no-seek-table.mp3")]
    [InlineData("audio", "mp3", "minimp3", "l3-compl.bit")]
    [InlineData("audio", "mp3", "minimp3", "l3-he_48khz.bit")]
    public void SoundIsTheSameAsThatOfFfmpeg(params string[] path)
    {
        (TrackFormat format, List<byte[]> packets, int samples, int rate) = Read(TestData.Read(path));
        using var run = new TranscoderRun(format, CodecId.Pcmu);
        for (int index = 0; index < packets.Count; index++)
        {
            run.Push(new MediaTime((long)index * samples, rate).Rescale(1000), packets[index]);
        }

        float[] expected = Ffmpeg(Path.Combine([TestData.Folder, .. path]));
        float[] heard = [.. run.Listener.Left];
        int length = Math.Min(8000, Math.Min(expected.Length, heard.Length) - 2400);

        // ffmpeg takes off what the file says an encoder has put before the sound.
        int shift = Sound.Shift(expected.AsSpan(1200, length), heard.AsSpan(1200, length), 600);
        float[] one = expected[1200..(1200 + length - 600)];
        float[] other = heard[(1200 + shift)..(1200 + shift + length - 600)];
        // The rest is a fraction of a sample of shift and the different edges of two filters at 4 kHz.
        Assert.InRange(Sound.Difference(one, other) / Sound.Loudness(one), 0, 0.2);
        Assert.Equal(0, run.Transcoder.ConcealedFrames);
    }

    [Theory]
    [InlineData("audio", "aac", "avatar.aac")]
    [InlineData("audio", "mp3", "minimp3", "l3-hecommon.bit")]
    [InlineData("audio", "mp3", "androidx", "bear-cbr-variable-frame-size-no-seek-table.mp3")]
    public void EveryFrame_HasASilenceOfItsDuration(params string[] path)
    {
        (TrackFormat format, List<byte[]> packets, int samples, int rate) = Read(TestData.Read(path));
        var silence = new SilentSound();
        using var decoder = new FFmpegSoundDecoder(format);
        long given = 0;
        foreach (byte[] packet in packets)
        {
            Assert.True(silence.TryGet(format, packet, out ReadOnlyMemory<byte> silent));
            int count = decoder.Decode(silent.Span);
            Assert.Equal(-1, decoder.Sound[..(count * 2)].IndexOfAnyExcept(0f));
            given += count;
        }

        Assert.Equal((double)packets.Count * samples * 48_000 / rate, given, 1.0);
    }

    private static (TrackFormat Format, List<byte[]> Packets, int Samples, int Rate) Read(byte[] file)
    {
        List<byte[]> packets = [];
        int place = 0;
        while (place < file.Length - 4 && !(file[place] == 0xFF && (file[place + 1] & 0xE0) == 0xE0))
        {
            place++;
        }

        if ((file[place + 1] & 0x06) != 0)
        {
            Mp3FrameHeader.TryRead(file.AsSpan(place), out Mp3FrameHeader first);
            while (Mp3FrameHeader.TryRead(file.AsSpan(place), out Mp3FrameHeader header) && place + header.FrameLength <= file.Length)
            {
                packets.Add(file[place..(place + header.FrameLength)]);
                place += header.FrameLength;
            }

            return (new PlainAudioFormat(CodecId.Mp3, first.SampleRate, first.Channels, 0x2F), packets, first.Samples, first.SampleRate);
        }

        // ISO/IEC 13818-7 6.2: seven bytes of header, nine with a check.
        int objectType = (file[place + 2] >> 6) + 1;
        int rateIndex = (file[place + 2] >> 2) & 15;
        int channels = ((file[place + 2] & 1) << 2) | (file[place + 3] >> 6);
        byte[] configuration = [(byte)((objectType << 3) | (rateIndex >> 1)), (byte)(((rateIndex & 1) << 7) | (channels << 3))];
        while (place + 7 < file.Length)
        {
            int length = ((file[place + 3] & 3) << 11) | (file[place + 4] << 3) | (file[place + 5] >> 5);
            packets.Add(file[(place + ((file[place + 1] & 1) != 0 ? 7 : 9))..(place + length)]);
            place += length;
        }

        AacFormat format = AudioSpecificConfig.ToFormat(configuration)!;
        return (format, packets, 1024, format.SampleRate);
    }

    private static float[] Ffmpeg(string file)
    {
        using Process ffmpeg = Process.Start(new ProcessStartInfo("ffmpeg", $"-v error -i {file} -ac 1 -ar 8000 -f s16le -")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var output = new MemoryStream();
        ffmpeg.StandardOutput.BaseStream.CopyTo(output);
        ffmpeg.WaitForExit();
        byte[] raw = output.ToArray();
        return [.. Enumerable.Range(0, raw.Length / 2).Select(index => PcmSample.ToFloat(BitConverter.ToInt16(raw, index * 2)))];
    }
}
