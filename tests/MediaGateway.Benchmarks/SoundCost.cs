using System.Globalization;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Native.Audio;
using MediaGateway.Native.FFmpeg;
using MediaGateway.Native.Linux;
using MediaGateway.Native.Opus;

namespace MediaGateway.Benchmarks;

/// <summary>
/// What the audio bridge costs beside the two libraries alone, in processor time of the thread, alternately in one run: other programs on the
/// machine change both alike. The bridge is the gateway's own, from the frame that a session gives to the frame that viewers get. Written as a
/// table: <c>dotnet run -c Release --project tests/MediaGateway.Benchmarks -- sound-cost</c>.
/// </summary>
internal sealed class SoundCost
{
    /// <summary>The program's first argument.</summary>
    public const string Name = "sound-cost";

    private const int Seconds = 10;
    private const int PacketSamples = 960;
    private const int WarmUpRounds = 2;
    private const int LossEvery = 50;
    private const double DriftPerSample = 200e-6;

    private readonly BufferPool _pool = new();
    private readonly float[] _interleaved = new float[OpusDecoder.LongestPacket * OpusDecoder.Channels];
    private readonly float[] _left = new float[AacEncoder.FrameSamples];
    private readonly float[] _right = new float[AacEncoder.FrameSamples];
    private int _filled;

    /// <summary>Runs it.</summary>
    /// <param name="rounds">How many rounds are counted; medians are written.</param>
    /// <param name="output">Where the table goes.</param>
    public void Run(int rounds, TextWriter output)
    {
        output.WriteLine("| sound | coder | libraries alone, ms per second | bridge, ms per second | ratio, median (least to most) |");
        output.WriteLine("|---|---|---|---|---|");
        StereoSound speech = SoundSamples.Speech(Seconds);
        (StereoSound Sound, string Network, bool IsLossy, double Drift)[] cases =
        [
            (speech, "", false, 0),
            (SoundSamples.Music(Seconds), "", false, 0),
            (SoundSamples.Pink(Seconds, isStereo: true), "", false, 0),
            (SoundSamples.Tone(1000, -6, Seconds), "", false, 0),
            (speech, ", a clock that is 200 ppm fast", false, DriftPerSample),
            (speech, ", 2 % of packets lost", true, 0),
        ];
        foreach ((StereoSound sound, string network, bool isLossy, double drift) in cases)
        {
            byte[]?[] packets = Encode(sound, isLossy);
            foreach (string coder in (string[])["fast", "twoloop"])
            {
                Write(output, sound.Name + network, coder, Measure(packets, coder, drift, rounds));
            }
        }
    }

    /// <summary>Encodes a sound to packets of 20 ms; null: lost on the way.</summary>
    public byte[]?[] Encode(StereoSound sound, bool isLossy)
    {
        using var encoder = new OpusEncoder();
        byte[]?[] packets = new byte[sound.Left.Length / PacketSamples][];
        for (int packet = 0; packet < packets.Length; packet++)
        {
            ReadOnlySpan<float> left = sound.Left.AsSpan(packet * PacketSamples, PacketSamples);
            ReadOnlySpan<float> right = sound.Right.AsSpan(packet * PacketSamples, PacketSamples);
            using PooledBuffer? encoded = encoder.Encode(left, right, _pool, out int length);
            packets[packet] = encoded is null || (isLossy && packet % LossEvery == LossEvery / 2) ? null : encoded.Span[..length].ToArray();
        }

        return packets;
    }

    /// <summary>Milliseconds of the thread's processor time for a second of sound: bare and bridge, one pair a round.</summary>
    public IReadOnlyList<(double Bare, double Bridge)> Measure(byte[]?[] packets, string coder, double drift, int rounds)
    {
        var options = new AacEncoderOptions { Coder = coder };
        MediaFrame?[] frames = [.. packets.Select((packet, index) => Frame(packet, index, drift))];
        List<(double, double)> measured = [];
        for (int round = 0; round < rounds + WarmUpRounds; round++)
        {
            double bare;
            double bridge;

            // Who comes second finds warm caches: they take turns.
            if (round % 2 == 0)
            {
                bare = PushBare(packets, options);
                bridge = PushBridge(frames, options);
            }
            else
            {
                bridge = PushBridge(frames, options);
                bare = PushBare(packets, options);
            }

            if (round >= WarmUpRounds)
            {
                double seconds = packets.Length * (double)PacketSamples / OpusDecoder.SampleRate;
                measured.Add((bare / seconds, bridge / seconds));
            }
        }

        foreach (MediaFrame? frame in frames)
        {
            frame?.Release();
        }

        return measured;
    }

    private static void Write(TextWriter output, string name, string coder, IReadOnlyList<(double Bare, double Bridge)> measured)
    {
        double[] ratios = [.. measured.Select(pair => pair.Bridge / pair.Bare).Order()];
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | `{coder}` | {Median(measured.Select(pair => pair.Bare)):0.00} | {Median(measured.Select(pair => pair.Bridge)):0.00} | {Median(ratios):0.000} ({ratios[0]:0.000} to {ratios[^1]:0.000}) |"));
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    private static unsafe double ThreadMilliseconds()
    {
        const int ThreadProcessorTime = 3; // CLOCK_THREAD_CPUTIME_ID
        Libc.timespec time;
        _ = Libc.clock_gettime(ThreadProcessorTime, &time); // cannot fail with this clock
        return (time.tv_sec * 1e3) + (time.tv_nsec / 1e6);
    }

    private MediaFrame? Frame(byte[]? packet, int index, double drift)
    {
        if (packet is null)
        {
            return null;
        }

        PooledBuffer buffer = _pool.Rent(packet.Length, BufferOwner.Frame);
        packet.CopyTo(buffer.Span);
        var time = new MediaTime((long)Math.Round(index * PacketSamples * (1 + drift)), OpusFormat.ClockRate);
        return new MediaFrame(new OpusFormat(2), time, time, isKeyframe: true, buffer, 0, packet.Length, default);
    }

    private double PushBridge(MediaFrame?[] frames, AacEncoderOptions options)
    {
        using IAudioTranscoder transcoder = new AudioTranscoderFactory(_pool, options).Create(new OpusFormat(2), CodecId.Aac);
        double began = ThreadMilliseconds();
        foreach (MediaFrame? frame in frames)
        {
            if (frame is not null)
            {
                transcoder.Push(frame);
            }

            while (transcoder.TryTake(out MediaFrame? encoded))
            {
                encoded!.Release(); // not null: the call said true
            }
        }

        return ThreadMilliseconds() - began;
    }

    private double PushBare(byte[]?[] packets, AacEncoderOptions options)
    {
        using var decoder = new OpusDecoder();
        using var encoder = new AacEncoder(options);
        _filled = 0;
        double began = ThreadMilliseconds();
        foreach (byte[]? packet in packets)
        {
            int samples = PacketSamples;
            if (packet is null)
            {
                decoder.Conceal(_interleaved, samples);
            }
            else
            {
                samples = decoder.Decode(packet, _interleaved);
            }

            for (int index = 0; index < samples; index++)
            {
                _left[_filled] = _interleaved[2 * index];
                _right[_filled] = _interleaved[(2 * index) + 1];
                if (++_filled == AacEncoder.FrameSamples)
                {
                    _filled = 0;
                    encoder.Encode(_left, _right, _pool, out _)?.Dispose();
                }
            }
        }

        return ThreadMilliseconds() - began;
    }
}
