using MediaGateway.Media.Frames;

namespace MediaGateway.Native.Audio;

/// <summary>
/// Brings the decoded sound of a codec without concealment of its own to stereo at 48 kHz, and makes up what is missing: the last 20 ms
/// to and fro, fading away, and softly over into the next sound. One thread at a time; allocates when a packet is longer or a rate
/// another than ever before.
/// </summary>
internal sealed class SourceSound
{
    /// <summary>One packet gives at most a second: the rest of a longer one is left out.</summary>
    public const int LongestPacket = OutputRate;

    private const int OutputRate = OpusFormat.ClockRate;
    private const int FirstCapacity = 8192;

    /// <summary>What is repeated, 20 ms: a period of the lowest voice.</summary>
    private const int Memory = 960;

    /// <summary>A made-up sound is gone after 100 ms.</summary>
    private const int FadeOut = 4800;

    /// <summary>5 ms from the made-up sound to the next.</summary>
    private const int CrossFade = 240;

    /// <summary>A decoder gone wild is cut here, 12 dB above full scale.</summary>
    private const float Limit = 4;

    private readonly float[] _memory = new float[Memory * 2];
    private float[] _samples = new float[FirstCapacity * 2];
    private float[] _left = new float[FirstCapacity];
    private float[] _right = new float[FirstCapacity];
    private RateConverter? _leftConverter;
    private RateConverter? _rightConverter;
    private int _rate = OutputRate;
    private int _concealed;

    /// <summary>By how much the sound is late because of the conversion of its rate, in samples at 48 kHz.</summary>
    public int Delay { get; private set; }

    /// <summary>Samples per channel since <see cref="Begin"/>.</summary>
    public int Count { get; private set; }

    /// <summary>Whether the packet has given as much as one may.</summary>
    public bool IsFull => Count == LongestPacket;

    /// <summary>The samples, interleaved.</summary>
    public Span<float> Samples => _samples.AsSpan(0, Count * 2);

    /// <summary>Forgets the samples of the packet before.</summary>
    public void Begin() => Count = 0;

    /// <summary>Appends decoded sound.</summary>
    /// <param name="left">The left channel, or the only one.</param>
    /// <param name="right">The right channel; empty when there is but one.</param>
    /// <param name="sampleRate">Samples per second, one of those that <see cref="RateConverter.IsKnownRate"/> knows.</param>
    public void Append(ReadOnlySpan<float> left, ReadOnlySpan<float> right, int sampleRate)
    {
        UseRate(sampleRate);
        if (_leftConverter is null || _rightConverter is null)
        {
            AppendConverted(left, right.IsEmpty ? left : right);
            return;
        }

        int room = _leftConverter.MaximumOutput(left.Length);
        if (room > _left.Length)
        {
            _left = new float[room];
            _right = new float[room];
        }

        // Both channels are converted even if they are the same: a publisher may turn from one to two at any time.
        int made = _leftConverter.Convert(left, _left);
        _rightConverter.Convert(right.IsEmpty ? left : right, _right);
        AppendConverted(_left.AsSpan(0, made), _right.AsSpan(0, made));
    }

    /// <summary>Says that the packet is complete.</summary>
    public void End()
    {
        if (_concealed > 0)
        {
            FadeOver();
            _concealed = 0;
        }

        Remember();
    }

    /// <summary>Makes up sound.</summary>
    public void Conceal(int samples)
    {
        Begin();
        Reserve(samples);
        for (int index = 0; index < samples; index++)
        {
            (_samples[index * 2], _samples[(index * 2) + 1]) = MadeUp(_concealed++);
        }

        Count = samples;
    }

    private void UseRate(int sampleRate)
    {
        if (sampleRate == _rate)
        {
            return;
        }

        _rate = sampleRate;
        bool isConverted = sampleRate != OutputRate;
        _leftConverter = isConverted ? new RateConverter(sampleRate, OutputRate) : null;
        _rightConverter = isConverted ? new RateConverter(sampleRate, OutputRate) : null;
        Delay = (int)(((long)(_leftConverter?.Delay ?? 0) * OutputRate) / sampleRate);
    }

    private void AppendConverted(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        int count = Math.Min(left.Length, LongestPacket - Count);
        Reserve(Count + count);
        Span<float> samples = _samples.AsSpan(Count * 2, count * 2);
        for (int index = 0; index < count; index++)
        {
            samples[index * 2] = Limited(left[index]);
            samples[(index * 2) + 1] = Limited(right[index]);
        }

        Count += count;
    }

    private static float Limited(float sample) => Math.Abs(sample) <= Limit ? sample : float.IsNaN(sample) ? 0 : MathF.CopySign(Limit, sample);

    private void Reserve(int samples)
    {
        if (samples * 2 > _samples.Length)
        {
            Array.Resize(ref _samples, Math.Min(LongestPacket, samples + FirstCapacity) * 2);
        }
    }

    private (float Left, float Right) MadeUp(int index)
    {
        float gain = Math.Max(0f, 1f - (index / (float)FadeOut));
        int place = index % (2 * Memory);
        int from = place < Memory ? Memory - 1 - place : place - Memory;
        return (gain * _memory[from * 2], gain * _memory[(from * 2) + 1]);
    }

    private void FadeOver()
    {
        int length = Math.Min(Count, CrossFade);
        for (int index = 0; index < length; index++)
        {
            float gain = (index + 1) / (float)(length + 1);
            (float left, float right) = MadeUp(_concealed + index);
            _samples[index * 2] = (gain * _samples[index * 2]) + ((1 - gain) * left);
            _samples[(index * 2) + 1] = (gain * _samples[(index * 2) + 1]) + ((1 - gain) * right);
        }
    }

    private void Remember()
    {
        int kept = Math.Min(Count, Memory);
        Span<float> memory = _memory;
        memory[(kept * 2)..].CopyTo(memory);
        _samples.AsSpan((Count - kept) * 2, kept * 2).CopyTo(memory[((Memory - kept) * 2)..]);
    }
}
