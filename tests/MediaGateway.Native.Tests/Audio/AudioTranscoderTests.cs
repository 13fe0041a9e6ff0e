using System.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Native.Audio;
using MediaGateway.Native.FFmpeg;
using Xunit;

namespace MediaGateway.Native.Tests.Audio;

/// <summary>Transcoders of the codecs of RTMP: faults of the input, places, channels, memory.</summary>
[Collection(AloneCollection.Name)]
public sealed class AudioTranscoderTests
{
    public static TheoryData<string> Lossy => ["aac-44100-2", "mp3-44100-2", "speex", "nellymoser-16000", "pcma"];

    public static TheoryData<string, CodecId> SomePairs =>
    [
        ("aac-44100-2", CodecId.Pcma), ("aac-48000-2", CodecId.Speex), ("mp3-44100-2", CodecId.Aac), ("speex", CodecId.Pcmu),
        ("nellymoser-16000", CodecId.Aac), ("pcmu", CodecId.Speex), ("aac-44100-1", CodecId.Opus), ("opus", CodecId.Pcma),
    ];

    [Theory]
    [MemberData(nameof(Lossy))]
    public void BrokenAndEmptyPackets_AreConcealedInTheirPlace(string kind)
    {
        using var source = TestSource.Open(kind);
        using var run = new TranscoderRun(source.Format, CodecId.Pcma);
        IReadOnlyList<byte[]> packets = source.Packets(4, Tone(440));
        int broken = 0;
        for (int index = 0; index < packets.Count; index++)
        {
            bool isBroken = index % 20 == 7;
            broken += isBroken ? 1 : 0;
            byte[] junk = index % 40 == 7 || kind == "pcma" ? [] : [0xFF, 0xFF, 0xFF];
            run.Push(source.StampOf(index), isBroken ? junk : packets[index]);
        }

        Assert.Equal(broken, run.Transcoder.ConcealedFrames);
        double end = source.StampOf(packets.Count).Value / 1000.0;
        Assert.InRange(run.Listener.End, end - 0.06, end);
        Assert.InRange(Sound.Loudness(run.Listener.Heard(1, 2.5)), 0.25, 0.36);
    }

    [Theory]
    [MemberData(nameof(Lossy))]
    public void PacketsWithAnyBitsChanged_NeverStopTheTranscoder(string kind)
    {
        using var source = TestSource.Open(kind);
        using var run = new TranscoderRun(source.Format, CodecId.Aac);
        IReadOnlyList<byte[]> packets = source.Packets(8, Tone(440));
        var random = new Random(8);
        for (int index = 0; index < packets.Count; index++)
        {
            byte[] packet = packets[index];
            for (int flip = random.Next(4); flip > 0; flip--)
            {
                packet[random.Next(packet.Length)] ^= (byte)(1 << random.Next(8));
            }

            run.Push(source.StampOf(index), packet.AsSpan(0, random.Next(5) == 0 ? random.Next(packet.Length) : packet.Length));
        }

        // A changed header may make a packet longer or shorter than the others: that is slewed or filled.
        double end = source.StampOf(packets.Count).Value / 1000.0;
        Assert.InRange(run.Listener.End, end - 0.3, end + 0.3);
        Assert.DoesNotContain(run.Listener.Left, sample => !float.IsFinite(sample));
    }

    [Theory]
    [InlineData("pcma", CodecId.Aac, 0)]
    [InlineData("pcma", CodecId.Pcmu, 0)]
    [InlineData("pcma", CodecId.Speex, 0)]
    [InlineData("pcma", CodecId.Opus, 0)]
    [InlineData("aac-44100-2", CodecId.Pcma, 1024 / 44.1)]
    [InlineData("aac-48000-2", CodecId.Speex, 1024 / 48.0)]
    public void Beep_IsHeardWhereThePublisherPutIt(string kind, CodecId target, double sourceDelay)
    {
        // What the publisher's encoder puts before the sound is the publisher's.
        const double beepAt = 1.5;
        using var source = TestSource.Open(kind);
        using var run = new TranscoderRun(source.Format, target);
        IReadOnlyList<byte[]> packets = source.Packets(3, (time, _) => Beep(time - beepAt));
        for (int index = 0; index < packets.Count; index++)
        {
            run.Push(source.StampOf(index), packets[index]);
        }

        double expected = beepAt + (sourceDelay / 1000);
        int rate = run.Listener.Rate;
        float[] said = [.. Enumerable.Range(0, rate / 2).Select(index => Beep((index / (double)rate) - 0.1))];
        int shift = Sound.Shift(said, run.Listener.Heard(expected - 0.1, 0.5), rate / 100);
        Assert.InRange(shift * 1000.0 / rate, -1.1, 1.1);

        static float Beep(double time) => time is >= 0 and < 0.05 ? (float)(0.5 * Math.Sin(2 * Math.PI * 700 * time)) : 0;
    }

    [Theory]
    [InlineData("aac-48000-2", CodecId.Pcma)]
    [InlineData("aac-48000-2", CodecId.Speex)]
    [InlineData("mp3-44100-2", CodecId.Pcmu)]
    public void StereoToMono_IsTheMeanOfBothSides(string kind, CodecId target)
    {
        Assert.InRange(LevelOf((_, _) => 1), -0.8, 0.5);
        Assert.InRange(LevelOf((_, channel) => channel == 0 ? 1 : 0), -6.8, -5.5);
        Assert.InRange(LevelOf((_, channel) => channel == 0 ? 1 : -1), double.NegativeInfinity, -30);

        double LevelOf(Func<double, int, float> gain)
        {
            using var source = TestSource.Open(kind);
            using var run = new TranscoderRun(source.Format, target);
            IReadOnlyList<byte[]> packets = source.Packets(1.2, (time, channel) => gain(time, channel) * Tone(1000)(time, channel));
            for (int index = 0; index < packets.Count; index++)
            {
                run.Push(source.StampOf(index), packets[index]);
            }

            return ToneFit.Of(run.Listener.Heard(0.4, 0.5), run.Listener.Rate, 1000).Level;
        }
    }

    [Fact]
    public void MonoSource_IsHeardOnBothSidesAtFullLevel()
    {
        using var source = TestSource.Open("aac-44100-1");
        using var run = new TranscoderRun(source.Format, CodecId.Aac);
        IReadOnlyList<byte[]> packets = source.Packets(1.2, Tone(1000));
        for (int index = 0; index < packets.Count; index++)
        {
            run.Push(source.StampOf(index), packets[index]);
        }

        Assert.InRange(ToneFit.Of(run.Listener.Heard(0.4, 0.5), 48_000, 1000).Level, -1, 1);
        Assert.InRange(ToneFit.Of(run.Listener.Heard(0.4, 0.5, isRight: true), 48_000, 1000).Level, -1, 1);
    }

    [Fact]
    public void SilentPublisher_IsContinuedAndComesBackInItsPlace()
    {
        using var source = TestSource.Open("aac-44100-2");
        using var run = new TranscoderRun(source.Format, CodecId.Pcma);
        IReadOnlyList<byte[]> packets = source.Packets(2, Tone(440));
        for (int index = 0; index < packets.Count; index++)
        {
            run.Push(source.StampOf(index), packets[index]);
        }

        for (int tick = 1; tick <= 50; tick++)
        {
            var until = new MediaTime(2000 + (tick * 100), 1000);
            run.FillUntil(until);
            Assert.InRange(run.Listener.End, (until.Value / 1000.0) - 0.04, until.Value / 1000.0);
        }

        for (int index = 0; index < packets.Count; index++)
        {
            MediaTime stamp = source.StampOf(index);
            run.Push(new MediaTime(stamp.Value + 7020, 1000), packets[index]);
        }

        Assert.InRange(Sound.Loudness(run.Listener.Heard(2.3, 4.5)), 0, 0.001);
        Assert.InRange(ToneFit.Of(run.Listener.Heard(8, 0.5), 8000, 440).Level, -1, 1);
        Assert.InRange(run.Listener.End, 8.95, 9.03);
    }

    [Fact]
    public void FramesOfAnotherCodec_AreLeftOut()
    {
        using var run = new TranscoderRun(new PlainAudioFormat(CodecId.Pcma, 8000, 1, 0x72), CodecId.Aac);
        using var other = new TranscoderRun(new PlainAudioFormat(CodecId.Speex, 16_000, 1, 0xB2), CodecId.Aac);
        var pool = new BufferPool();
        var frame = new MediaFrame(other.Format, new MediaTime(0, 1000), new MediaTime(0, 1000), true, pool.Rent(20, BufferOwner.Frame), 0, 20, default);
        run.Transcoder.Push(frame);
        frame.Release();
        run.FillUntil(new MediaTime(1000, 1000));
        Assert.Equal(0, run.Listener.Frames);
    }

    [Fact]
    public void WhatCannotBeConverted_IsSaidInWords()
    {
        var factory = new AudioTranscoderFactory(new BufferPool(), new AacEncoderOptions());
        (TrackFormat Source, CodecId Target, string Words)[] cases =
        [
            (new OpusFormat(2), CodecId.Mp3, "no transcoder from Opus to Mp3"),
            (new FlvTagFormat(CodecId.Adpcm, TrackKind.Audio, default), CodecId.Aac, "no decoder for Adpcm"),
            (new PlainAudioFormat(CodecId.Pcma, 12_345, 1, 0x72), CodecId.Aac, "no decoder for Pcma"),
            (new PlainAudioFormat(CodecId.Mp3, 12_345, 1, 0x2F), CodecId.Aac, "Mp3 at 12345 Hz"),
            (new H264Format(default, 16, 16), CodecId.Aac, "no decoder for H264"),
        ];
        foreach ((TrackFormat source, CodecId target, string words) in cases)
        {
            NotSupportedException error = Assert.Throws<NotSupportedException>(() => factory.Create(source, target));
            Assert.Contains(words, error.Message, StringComparison.Ordinal);
        }

        Assert.Throws<NotSupportedException>(() => new AudioEncoder(new AudioEncoderSettings("libnone", 0, 1, 16_000, 1)));
        Assert.Throws<FFmpegException>(() => factory.Create(new AacFormat(new byte[] { 0xFF, 0xFF }, 48_000, 2), CodecId.Pcma));
    }

    [Theory]
    [MemberData(nameof(SomePairs))]
    public void SteadyInput_AllocatesOneFrameObjectPerFrame(string kind, CodecId target)
    {
        var pool = new BufferPool();
        using var source = TestSource.Open(kind);
        using IAudioTranscoder transcoder = new AudioTranscoderFactory(pool, new AacEncoderOptions()).Create(source.Format, target);
        MediaFrame[] input = Frames(source, pool, 6);
        long least = long.MaxValue;
        int perWindow = input.Length / 6;
        for (int window = 0; window < 6; window++)
        {
            // The first window warms up. A collection elsewhere adds to a window what this thread had left of its allocation block.
            long before = GC.GetAllocatedBytesForCurrentThread();
            int frames = Push(transcoder, input.AsSpan(window * perWindow, perWindow));
            long perFrame = (GC.GetAllocatedBytesForCurrentThread() - before) / frames;
            least = window == 0 ? least : Math.Min(least, perFrame);
        }

        Assert.InRange(least, 1, 128);
        Array.ForEach(input, frame => frame.Release());
        Assert.Equal(0, pool.Outstanding(BufferOwner.Frame));
    }

    [Theory]
    [MemberData(nameof(SomePairs))]
    public void TranscodersThatComeAndGo_LeaveNoNativeMemory(string kind, CodecId target)
    {
        var pool = new BufferPool();
        using var source = TestSource.Open(kind);
        MediaFrame[] input = Frames(source, pool, 0.3);
        var factory = new AudioTranscoderFactory(pool, new AacEncoderOptions());
        NativeHeap.AssertFlat(
            () =>
            {
                using IAudioTranscoder transcoder = factory.Create(source.Format, target);
                Push(transcoder, input);
            },
            rounds: 10,
            allowedBytesPerRound: 2000);
        Array.ForEach(input, frame => frame.Release());
    }

    [Fact]
    public void FfmpegProgram_HearsTheToneInG711AndSpeex()
    {
        using var source = TestSource.Open("aac-44100-2");
        foreach ((CodecId target, string[] arguments) in new[]
        {
            (CodecId.Pcma, new[] { "-f", "alaw", "-ar", "8000", "-ac", "1" }),
            (CodecId.Pcmu, ["-f", "mulaw", "-ar", "8000", "-ac", "1"]),
        })
        {
            using IAudioTranscoder transcoder = new AudioTranscoderFactory(new BufferPool(), new AacEncoderOptions()).Create(source.Format, target);
            MediaFrame[] input = Frames(source, new BufferPool(), 2);
            List<byte> bytes = [];
            Push(transcoder, input, bytes);
            float[] heard = Decode([.. arguments], [.. bytes]);
            ToneFit fit = ToneFit.Of(heard[4000..8000], 8000, 440);
            Assert.InRange(fit.Level, -1, 1);
            Assert.InRange(fit.Hertz, 435.6, 444.4);
        }
    }

    private static float[] Decode(string[] arguments, byte[] bytes)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, bytes);
            using Process ffmpeg = Process.Start(new ProcessStartInfo(
                "ffmpeg", $"-v error {string.Join(' ', arguments)} -i {file} -f s16le -")
            {
                RedirectStandardOutput = true,
            })!;
            using var output = new MemoryStream();
            ffmpeg.StandardOutput.BaseStream.CopyTo(output);
            ffmpeg.WaitForExit();
            Assert.Equal(0, ffmpeg.ExitCode);
            byte[] raw = output.ToArray();
            return [.. Enumerable.Range(0, raw.Length / 2).Select(index => PcmSample.ToFloat(BitConverter.ToInt16(raw, index * 2)))];
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static Func<double, int, float> Tone(double hertz) => (time, _) => 0.5f * (float)Math.Sin(2 * Math.PI * hertz * time);

    private static MediaFrame[] Frames(TestSource source, BufferPool pool, double seconds) =>
    [
        .. source.Packets(seconds, Tone(440)).Select((packet, index) =>
        {
            PooledBuffer buffer = pool.Rent(packet.Length, BufferOwner.Frame);
            packet.CopyTo(buffer.Span);
            return new MediaFrame(source.Format, source.StampOf(index), source.StampOf(index), true, buffer, 0, packet.Length, default);
        }),
    ];

    private static int Push(IAudioTranscoder transcoder, ReadOnlySpan<MediaFrame> input, List<byte>? bytes = null)
    {
        int frames = 0;
        foreach (MediaFrame packet in input)
        {
            transcoder.Push(packet);
            while (transcoder.TryTake(out MediaFrame? frame) && frame is not null)
            {
                bytes?.AddRange(frame.Payload);
                frame.Release();
                frames++;
            }
        }

        return frames;
    }
}
