using System.Numerics;

namespace MediaGateway.Benchmarks;

/// <summary>How a sound that was encoded and decoded differs from what it was.</summary>
/// <param name="Ratio">Signal to noise over all of it, in dB.</param>
/// <param name="Segments">Mean of the signal-to-noise ratios of blocks of 21 ms that are not silent, each between -10 and 60 dB.</param>
/// <param name="NoiseToMask">Mean over blocks and critical bands of noise above the masking threshold, in dB: below 0 it is not heard.</param>
/// <param name="Audible">Share of blocks and bands in which noise is above the threshold, in percent.</param>
/// <remarks>
/// The threshold is a simple one: the energy of each Bark band, spread by 25 dB a band downwards and 10 dB upwards, less 6 dB where the band is like noise
/// and 14.5 dB and the band's number where it is like a tone (Johnston 1988), not below 20 bit of silence. It says which of two encodings has its noise
/// in the better place; no more.
/// </remarks>
internal sealed record SoundDifference(double Ratio, double Segments, double NoiseToMask, double Audible)
{
    private const int Block = 1024;
    private const int Bands = 25;
    private const double SilentEnergy = 1e-8 * Block;
    private const double QuietEnergy = 1e-7;
    private const double SpreadUpwards = 10;
    private const double SpreadDownwards = 25;

    private static readonly int[] BandOf = [.. Enumerable.Range(0, Block / 2).Select(bin => Bark(bin * (double)SoundSamples.Rate / Block))];
    private static readonly double[] Window = [.. Enumerable.Range(0, Block).Select(index => 0.5 - (0.5 * Math.Cos(2 * Math.PI * index / Block)))];

    /// <summary>Compares channel by channel; both sounds are as long.</summary>
    public static SoundDifference Of(IReadOnlyList<ReadOnlyMemory<float>> original, IReadOnlyList<ReadOnlyMemory<float>> decoded)
    {
        double signal = 0;
        double noise = 0;
        List<double> segments = [];
        List<double> noiseToMask = [];
        for (int channel = 0; channel < original.Count; channel++)
        {
            for (int start = 0; start + Block <= original[channel].Length; start += Block / 2)
            {
                double[] clean = Copy(original[channel].Span.Slice(start, Block));
                double[] error = [.. Copy(decoded[channel].Span.Slice(start, Block)).Zip(clean, (one, other) => one - other)];
                double energy = clean.Sum(sample => sample * sample);
                double wrong = error.Sum(sample => sample * sample);
                (signal, noise) = (signal + energy, noise + wrong);
                if (energy > SilentEnergy)
                {
                    segments.Add(Math.Clamp(Decibels(energy / Math.Max(wrong, 1e-12)), -10, 60));
                    AddBands(noiseToMask, clean, error);
                }
            }
        }

        return new SoundDifference(
            Decibels(signal / Math.Max(noise, 1e-12)),
            segments.DefaultIfEmpty().Average(),
            noiseToMask.DefaultIfEmpty().Average(),
            100.0 * noiseToMask.Count(value => value > 0) / Math.Max(1, noiseToMask.Count));
    }

    private static double[] Copy(ReadOnlySpan<float> samples)
    {
        double[] copy = new double[samples.Length];
        for (int index = 0; index < copy.Length; index++)
        {
            copy[index] = samples[index];
        }

        return copy;
    }

    private static double Decibels(double ratio) => 10 * Math.Log10(ratio);

    private static void AddBands(List<double> noiseToMask, double[] clean, double[] error)
    {
        double[] spectrum = Spectrum(clean);
        double[] noise = ByBand(Spectrum(error));
        double[] energy = ByBand(spectrum);
        double[] threshold = Threshold(spectrum, energy);
        for (int band = 0; band < Bands; band++)
        {
            // What lies in no band that anything was in, and is no louder than silence, says nothing.
            if (energy[band] > QuietEnergy || noise[band] > QuietEnergy)
            {
                noiseToMask.Add(Math.Clamp(Decibels(Math.Max(noise[band], 1e-12) / threshold[band]), -40, 40));
            }
        }
    }

    private static double[] Threshold(double[] spectrum, double[] energy)
    {
        double[] tonality = Tonality(spectrum);
        double[] threshold = new double[Bands];
        for (int band = 0; band < Bands; band++)
        {
            double masked = QuietEnergy;
            for (int masker = 0; masker < Bands; masker++)
            {
                double distance = band - masker;
                double spread = distance > 0 ? -SpreadUpwards * distance : SpreadDownwards * distance;
                double offset = (tonality[masker] * (14.5 + masker)) + ((1 - tonality[masker]) * 6);
                masked += energy[masker] * Math.Pow(10, (spread - offset) / 10);
            }

            threshold[band] = masked;
        }

        return threshold;
    }

    /// <summary>1 for a tone, 0 for noise: the geometric beside the arithmetic mean of a band's lines, -40 dB being a tone.</summary>
    private static double[] Tonality(double[] spectrum)
    {
        double[] sum = new double[Bands];
        double[] logarithms = new double[Bands];
        int[] count = new int[Bands];
        for (int bin = 1; bin < spectrum.Length; bin++)
        {
            int band = BandOf[bin];
            double power = Math.Max(spectrum[bin], 1e-15);
            sum[band] += power;
            logarithms[band] += Math.Log10(power);
            count[band]++;
        }

        return [.. sum.Select((total, band) => count[band] < 2 ? 1 : Math.Clamp(10 * ((logarithms[band] / count[band]) - Math.Log10(total / count[band])) / -40, 0, 1))];
    }

    private static double[] ByBand(double[] spectrum)
    {
        double[] bands = new double[Bands];
        for (int bin = 1; bin < spectrum.Length; bin++)
        {
            bands[BandOf[bin]] += spectrum[bin];
        }

        return bands;
    }

    private static int Bark(double hertz) =>
        Math.Min(Bands - 1, (int)((13 * Math.Atan(0.00076 * hertz)) + (3.5 * Math.Atan(hertz / 7500 * hertz / 7500))));

    private static double[] Spectrum(double[] samples)
    {
        Complex[] values = [.. samples.Select((sample, index) => new Complex(sample * Window[index], 0))];
        Transform(values);
        return [.. values.Take(Block / 2).Select(value => (value.Real * value.Real) + (value.Imaginary * value.Imaginary)).Select(power => power / Block)];
    }

    // Cooley and Tukey, in place.
    private static void Transform(Complex[] values)
    {
        for (int index = 1, reversed = 0; index < values.Length; index++)
        {
            int bit = values.Length >> 1;
            for (; (reversed & bit) != 0; bit >>= 1)
            {
                reversed ^= bit;
            }

            reversed ^= bit;
            if (index < reversed)
            {
                (values[index], values[reversed]) = (values[reversed], values[index]);
            }
        }

        for (int length = 2; length <= values.Length; length <<= 1)
        {
            var step = Complex.FromPolarCoordinates(1, -2 * Math.PI / length);
            for (int start = 0; start < values.Length; start += length)
            {
                Complex turn = Complex.One;
                for (int index = start; index < start + (length / 2); index++)
                {
                    Complex other = values[index + (length / 2)] * turn;
                    (values[index], values[index + (length / 2)]) = (values[index] + other, values[index] - other);
                    turn *= step;
                }
            }
        }
    }
}
