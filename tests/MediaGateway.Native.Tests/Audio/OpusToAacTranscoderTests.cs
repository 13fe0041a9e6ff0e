using System.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Native.Audio;
using MediaGateway.Native.FFmpeg;
using MediaGateway.Native.Tests.Opus;
using Xunit;

namespace MediaGateway.Native.Tests.Audio;

public sealed class OpusToAacTranscoderTests
{
    private const int Packet = 960;
    private const long Start = 48_000L * 3600 * 5;

    [Fact]
    public void Tone_StaysAToneAndStampsCountFromTheFirstPacketLessThePriming()
    {
        using var run = new BridgeRun();
        using var encoder = new OpusTestEncoder(bitrate: 128_000);
        for (int index = 0; index < 100; index++)
        {
            run.Push(Start + (index * Packet), encoder.Encode(Sound.Tone(1000, Packet, 2, index * Packet)));
        }

        Assert.Equal(Start - 1024, run.FirstStamp);
        float[] heard = run.Heard(Start + 24_000, 48_000);
        Assert.InRange(Sound.Pitch(heard), 999.5, 1000.5);
        Assert.InRange(Sound.Loudness(heard), 0.34, 0.37);
        Assert.InRange(Sound.Difference(heard, run.Right.GetRange(24_000 + 1024, 48_000).ToArray()), 0, 0.01);
        Assert.Equal(0, run.Transcoder.ConcealedFrames);
    }

    [Fact]
    public void Configuration_IsTwoBytesOfAacLc()
    {
        using var run = new BridgeRun();
        AacFormat format = Assert.IsType<AacFormat>(run.Transcoder.OutputFormat);
        Assert.Equal(new AacFormat(new byte[] { 0x11, 0x90 }, 48_000, 2), format);
    }

    [Fact]
    public void Beep_IsHeardWhereItWasSaid()
    {
        // A millisecond is 48 samples. The Opus encoder's look-ahead is the sender's and is taken off here.
        using var run = new BridgeRun();
        using var encoder = new OpusTestEncoder(bitrate: 128_000);
        float[] said = new float[100 * Packet];
        int[] beeps = [12_345, 40_000, 70_001];
        foreach (int beep in beeps)
        {
            Sound.Tone(2000, 2400, 1).CopyTo(said, beep);
        }

        for (int index = 0; index < 100; index++)
        {
            float[] stereo = said.AsSpan(index * Packet, Packet).ToArray().SelectMany(sample => new[] { sample, sample }).ToArray();
            run.Push(Start + (index * Packet), encoder.Encode(stereo));
        }

        foreach (int beep in beeps)
        {
            float[] heard = run.Heard(Start + beep - 2000 + OpusTestEncoder.Lookahead, 8000);
            int shift = Sound.Shift(said.AsSpan(beep - 2000, 8000), heard, 100);
            Assert.InRange(shift, -12, 12);
        }
    }

    [Fact]
    public void FfmpegProgram_DecodesTheFrames()
    {
        using var run = new BridgeRun(new AacEncoderOptions());
        using var encoder = new OpusTestEncoder();
        for (int index = 0; index < 50; index++)
        {
            run.Push(index * Packet, encoder.Encode(Sound.Tone(440, Packet, 2, index * Packet)));
        }

        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, [.. run.Adts]);
            using Process ffmpeg = Process.Start(new ProcessStartInfo("ffmpeg", $"-v error -xerror -f aac -i {file} -f null -")
            {
                RedirectStandardError = true,
            })!;
            string complaints = ffmpeg.StandardError.ReadToEnd();
            ffmpeg.WaitForExit();
            Assert.Equal((0, ""), (ffmpeg.ExitCode, complaints));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void OutputFrame_CarriesTheReceiveTimeOfThePacketThatCompletedIt()
    {
        using var run = new BridgeRun();
        using var encoder = new OpusTestEncoder();
        for (int index = 0; index < 10; index++)
        {
            run.Push(index * Packet, encoder.Encode(Sound.Tone(440, Packet, 2)), TimeSpan.FromSeconds(100 + index));
        }

        // The encoder gives packet n with the frame that ends at sample (n + 2) * 1024, and 16 samples are held back.
        int[] completedBy = [.. Enumerable.Range(0, run.Frames).Select(frame => (((frame + 2) * 1024) + 16 + Packet - 1) / Packet - 1)];
        Assert.InRange(run.Frames, 7, 9);
        Assert.Equal(completedBy.Select(index => TimeSpan.FromSeconds(100 + index)), run.ReceivedAt);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void LostPackets_LeaveNoHoleAndWhatFollowsKeepsItsPlace(int lossPercentTimesThree)
    {
        using var run = new BridgeRun();
        using var encoder = new OpusTestEncoder(channels: 1, bitrate: 32_000, fec: true);
        using var reference = new BridgeRun();
        var random = new Random(lossPercentTimesThree);
        int lost = 0;
        for (int index = 0; index < 500; index++)
        {
            byte[] packet = encoder.Encode(Sound.Voice(index * Packet, Packet));
            reference.Push(Start + (index * Packet), packet);
            if (index > 0 && random.Next(300) < lossPercentTimesThree * 6)
            {
                lost++;
                continue;
            }

            run.Push(Start + (index * Packet), packet);
        }

        Assert.Equal(lost, run.Transcoder.ConcealedFrames);
        Assert.InRange(run.End, reference.End - 2048, reference.End);
        float[] one = reference.Heard(Start + (450 * Packet), 24_000);
        float[] other = run.Heard(Start + (450 * Packet), 24_000);
        Assert.Equal(0, Sound.Shift(one, other, 200));
    }

    [Fact]
    public void BrokenEmptyAndForeignPackets_AreConcealed()
    {
        using var run = new BridgeRun();
        using var encoder = new OpusTestEncoder();
        var random = new Random(9);
        byte[][] broken = [[], [0xFF], [0x03, 0x3F, 0xFF], [0x03], [0xFC, 1, 2, 3]];
        for (int index = 0; index < 200; index++)
        {
            byte[] packet = encoder.Encode(Sound.Tone(440, Packet, 2, index * Packet));
            run.Push(Start + (index * Packet), index % 10 == 5 ? broken[random.Next(broken.Length - 1)] : packet);
        }

        Assert.Equal(20, run.Transcoder.ConcealedFrames);
        Assert.InRange(run.End, Start + (198 * Packet) - 2048, Start + (200 * Packet));
        Assert.InRange(Sound.Pitch(run.Heard(Start + 24_000, 48_000)), 430, 450);
    }

    [Fact]
    public void SilentPublisher_IsContinuedAndComesBackInItsPlace()
    {
        using var run = new BridgeRun();
        using var encoder = new OpusTestEncoder(bitrate: 96_000);
        for (int index = 0; index < 50; index++)
        {
            run.Push(Start + (index * Packet), encoder.Encode(Sound.Tone(440, Packet, 2, index * Packet)));
        }

        for (int tick = 0; tick < 100; tick++)
        {
            run.FillUntil(Start + (50 * Packet) + (tick * 4800), TimeSpan.FromSeconds(tick));
            Assert.InRange(run.End, Start + (50 * Packet) + (tick * 4800) - 3200, Start + (50 * Packet) + (tick * 4800));
        }

        Assert.Equal(TimeSpan.FromSeconds(99), run.ReceivedAt[^1]);
        long back = Start + (50 * Packet) + (100 * 4800);
        for (int index = 0; index < 100; index++)
        {
            run.Push(back + (index * Packet), encoder.Encode(Sound.Tone(880, Packet, 2, index * Packet)));
        }

        Assert.InRange(Sound.Loudness(run.Heard(Start + (50 * Packet) + 12_000, 48_000 * 9)), 0, 0.001);
        Assert.InRange(Sound.Loudness(run.Heard(back - 4800, 4000)), 0, 0.01);
        Assert.InRange(Sound.Pitch(run.Heard(back + 9600, 48_000)), 875, 885);
    }

    [Fact]
    public void FillBeforeTheFirstPacket_DoesNothing()
    {
        using var run = new BridgeRun();
        run.FillUntil(Start);
        Assert.Equal(0, run.Frames);
    }

    [Fact]
    public void FailingEncoder_IsReplacedWithoutAHoleInTheStamps()
    {
        using var pool = new MediaGateway.Testing.TrackingBufferPool();
        using var track = new EncodedTrack(pool, () => new AacEncoder(new AacEncoderOptions { Coder = "fast" }));
        track.Start(1024);
        float[] tone = Sound.Tone(440, 1024, 1);
        float[] poison = new float[1024];
        poison.AsSpan().Fill(float.NaN);
        for (int index = 0; index < 30; index++)
        {
            track.Append(index == 10 ? poison : tone, tone);
        }

        Assert.InRange(track.EncoderFailures, 1, 3);
        for (int index = 0; index < 29; index++)
        {
            Assert.True(track.TryTake(out MediaFrame? frame));
            Assert.Equal(index * 1024, frame!.Presentation.Value);
            frame.Release();
        }

        Assert.False(track.TryTake(out _));
    }

    [Fact]
    public void OptionsThatTheEncoderDoesNotKnow_AreSaid()
    {
        FFmpegException error = Assert.Throws<FFmpegException>(() => new BridgeRun(new AacEncoderOptions { Coder = "best" }));
        Assert.Contains("aac_coder=best", error.Message, StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() =>
            new AudioTranscoderFactory(new BufferPool(), new AacEncoderOptions()).Create(new OpusFormat(2), CodecId.H264));
    }

    [Fact]
    public void SteadyInput_AllocatesOneFrameObjectPerAacFrame()
    {
        var pool = new BufferPool();
        using IAudioTranscoder transcoder = new AudioTranscoderFactory(pool, new AacEncoderOptions { Coder = "fast" })
            .Create(new OpusFormat(2), CodecId.Aac);
        using var encoder = new OpusTestEncoder();
        var format = new OpusFormat(2);
        MediaFrame[] input = [.. Enumerable.Range(0, 600).Select(index =>
        {
            byte[] packet = encoder.Encode(Sound.Tone(440, Packet, 2, index * Packet));
            PooledBuffer buffer = pool.Rent(packet.Length, BufferOwner.Frame);
            packet.CopyTo(buffer.Span);

            // Every packet a little later than the samples say, and some missing: slewing and filling are part of the steady state.
            var time = new MediaTime((index * Packet) + (index / 2), 48_000);
            return new MediaFrame(format, time, time, true, buffer, 0, packet.Length, default);
        })];
        long perFrame = long.MaxValue;
        for (int window = 0; window < 4; window++)
        {
            // The first window warms up. A collection elsewhere adds to a window what this thread had left of its allocation block.
            long before = GC.GetAllocatedBytesForCurrentThread();
            int frames = 0;
            for (int index = window * 150; index < (window + 1) * 150; index++)
            {
                if (index % 50 != 7)
                {
                    transcoder.Push(input[index]);
                }

                while (transcoder.TryTake(out MediaFrame? frame))
                {
                    frame!.Release();
                    frames++;
                }
            }

            long inWindow = (GC.GetAllocatedBytesForCurrentThread() - before) / frames;
            perFrame = window == 0 ? perFrame : Math.Min(perFrame, inWindow);
        }

        Assert.InRange(perFrame, 1, 128);
        Array.ForEach(input, frame => frame.Release());
        Assert.Equal(0, pool.Outstanding(BufferOwner.Frame));
    }
}
