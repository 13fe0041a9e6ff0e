namespace MediaGateway.Native.Tests;

/// <summary>Sounds to put in and figures to take out.</summary>
internal static class Sound
{
    private const int Rate = 48_000;

    /// <summary>A sine of half amplitude, interleaved.</summary>
    public static float[] Tone(double hertz, int samples, int channels, long from = 0)
    {
        float[] pcm = new float[samples * channels];
        for (int index = 0; index < pcm.Length; index++)
        {
            pcm[index] = (float)(0.5 * Math.Sin(2 * Math.PI * hertz * (from + (index / channels)) / Rate));
        }

        return pcm;
    }

    /// <summary>Something that Opus takes for a voice: a pulse train whose pitch and loudness wander.</summary>
    public static float[] Voice(long from, int samples, int channels = 1)
    {
        float[] pcm = new float[samples * channels];
        for (int index = 0; index < samples; index++)
        {
            double time = (from + index) / (double)Rate;
            double phase = 2 * Math.PI * ((130 * time) + (3 * Math.Sin(2 * Math.PI * 1.3 * time)));
            double value = 0;
            for (int harmonic = 1; harmonic < 20; harmonic++)
            {
                value += Math.Sin(harmonic * phase) / (1 + Math.Abs(harmonic - 6));
            }

            value *= 0.1 * (1 + (0.6 * Math.Sin(2 * Math.PI * 4 * time)));
            pcm.AsSpan(index * channels, channels).Fill((float)value);
        }

        return pcm;
    }

    public static float[] Channel(ReadOnlySpan<float> interleaved, int channel, int samples)
    {
        float[] result = new float[samples];
        for (int index = 0; index < samples; index++)
        {
            result[index] = interleaved[(index * 2) + channel];
        }

        return result;
    }

    public static double LargestDifference(ReadOnlySpan<float> one, ReadOnlySpan<float> other)
    {
        double largest = 0;
        for (int index = 0; index < one.Length; index++)
        {
            largest = Math.Max(largest, Math.Abs(one[index] - other[index]));
        }

        return largest;
    }

    /// <summary>Root mean square of the difference.</summary>
    public static double Difference(ReadOnlySpan<float> one, ReadOnlySpan<float> other)
    {
        double sum = 0;
        for (int index = 0; index < one.Length; index++)
        {
            sum += (one[index] - other[index]) * (double)(one[index] - other[index]);
        }

        return Math.Sqrt(sum / one.Length);
    }

    public static double Loudness(ReadOnlySpan<float> samples) => Difference(samples, new float[samples.Length]);

    /// <summary>The frequency with most power, by zero crossings of a steady tone.</summary>
    public static double Pitch(ReadOnlySpan<float> samples)
    {
        int crossings = 0;
        int first = -1;
        int last = 0;
        for (int index = 1; index < samples.Length; index++)
        {
            if (samples[index - 1] < 0 && samples[index] >= 0)
            {
                crossings++;
                first = first < 0 ? index : first;
                last = index;
            }
        }

        return (crossings - 1) * (double)Rate / (last - first);
    }

    /// <summary>The place where a sound begins after silence: the first sample above a quarter of the largest.</summary>
    public static int Onset(ReadOnlySpan<float> samples)
    {
        float largest = 0;
        foreach (float sample in samples)
        {
            largest = Math.Max(largest, Math.Abs(sample));
        }

        for (int index = 0; index < samples.Length; index++)
        {
            if (Math.Abs(samples[index]) > largest / 4)
            {
                return index;
            }
        }

        return -1;
    }

    /// <summary>The shift of <paramref name="other"/> against <paramref name="one"/> at which they are most alike, in samples.</summary>
    public static int Shift(ReadOnlySpan<float> one, ReadOnlySpan<float> other, int limit)
    {
        double best = double.MinValue;
        int shift = 0;
        for (int candidate = -limit; candidate <= limit; candidate++)
        {
            double sum = 0;
            for (int index = limit; index < Math.Min(one.Length, other.Length) - limit; index++)
            {
                sum += one[index] * other[index + candidate];
            }

            (best, shift) = sum > best ? (sum, candidate) : (best, shift);
        }

        return shift;
    }
}
