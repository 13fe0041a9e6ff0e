using MediaGateway.Load;

namespace MediaGateway.Benchmarks;

/// <summary>Stereo sound at 48 kHz, the same in every run.</summary>
/// <param name="Name">What it is, in words.</param>
/// <param name="Left">The left channel.</param>
/// <param name="Right">The right channel, of the same length.</param>
internal sealed record StereoSound(string Name, float[] Left, float[] Right);

/// <summary>Stand-ins for what is heard: made in code from fixed seeds, so that nobody needs a file and figures can be compared.</summary>
internal static class SoundSamples
{
    /// <summary>Samples per second.</summary>
    public const int Rate = 48_000;

    private const double Turn = 2 * Math.PI;

    /// <summary>A sine in both channels.</summary>
    public static StereoSound Tone(double hertz, double level, int seconds)
    {
        float[] tone = Fill(seconds, (_, time) => Gain(level) * Math.Sin(Turn * hertz * time));
        return new StereoSound($"tone of {hertz:0} Hz, {level:0} dB", tone, tone);
    }

    /// <summary>Sines an octave and a fifth apart.</summary>
    public static StereoSound Tones(int seconds)
    {
        double[] hertz = [110, 165, 220, 330, 440, 660, 880, 1320, 1760, 2640, 3520, 5280, 7040, 10_560];
        float[] tones = Fill(seconds, (_, time) => hertz.Sum(pitch => 0.05 * Math.Sin((Turn * pitch * time) + pitch)));
        return new StereoSound("fourteen tones", tones, tones);
    }

    /// <summary>White noise, another one in each channel or the same.</summary>
    public static StereoSound White(int seconds, bool isStereo) => Noise(isStereo ? "white noise, stereo" : "white noise, mono", seconds, isStereo, WhiteNoise);

    /// <summary>Noise that falls by 3 dB an octave.</summary>
    public static StereoSound Pink(int seconds, bool isStereo) =>
        Noise(isStereo ? "pink noise, stereo" : "pink noise, mono", seconds, isStereo, static seed => new PinkNoise(seed).Next);

    /// <summary>Clicks like castanets': short bursts of noise with silence before them.</summary>
    public static StereoSound Castanets(int seconds)
    {
        var chance = new Random(5);
        double since = 1;
        double pan = 0;
        float[] right = new float[seconds * Rate];
        float[] left = Fill(seconds, (index, _) =>
        {
            if (index % (Rate / 7) == 0)
            {
                (since, pan) = (0, chance.NextDouble());
            }

            since += 1.0 / Rate;
            double click = 0.8 * Math.Exp(-since * 350) * ((2 * chance.NextDouble()) - 1 + Math.Sin(Turn * 2400 * since)) / 2;
            right[index] = (float)(click * pan);
            return click * (1 - pan);
        });
        return new StereoSound("castanets", left, right);
    }

    /// <summary>
    /// Like speech: pulses of a voice whose pitch wanders, through the formants of changing vowels, hissed consonants between them, and pauses. The
    /// same in both channels, as a microphone gives it.
    /// </summary>
    public static StereoSound Speech(int seconds)
    {
        (double First, double Second, double Third)[] vowels = [(730, 1090, 2440), (270, 2290, 3010), (570, 840, 2410), (530, 1840, 2480), (300, 870, 2240)];
        var chance = new Random(3);
        Resonator[] formants = [new(), new(), new()];
        var hiss = new Resonator();
        double phase = 0;
        float[] voice = Fill(seconds, (index, time) =>
        {
            int syllable = (int)(time / 0.22);
            double within = (time / 0.22) - syllable;
            (double first, double second, double third) = vowels[syllable * 7 % vowels.Length];
            formants[0].Tune(first, 70);
            formants[1].Tune(second, 100);
            formants[2].Tune(third, 140);
            hiss.Tune(5500 + (600 * (syllable % 3)), 1800);
            bool isPause = syllable % 9 == 8;
            bool isHissed = within < 0.25;
            phase += (115 + (25 * Math.Sin(time * 2.1)) + (8 * Math.Sin(time * 31))) / Rate;
            double pulse = 0;
            if (phase >= 1)
            {
                phase--;
                pulse = 1;
            }

            double breath = (2 * chance.NextDouble()) - 1;
            double envelope = isPause ? 0.001 : Math.Pow(Math.Sin(Math.PI * within), 0.6);
            double spoken = formants.Sum(formant => formant.Pass(isHissed ? 0 : pulse + (breath * 0.004)));
            return envelope * ((spoken * 2.2) + (isHissed ? 0.06 * hiss.Pass(breath) : 0)) + (0.0003 * breath);
        });
        return new StereoSound("like speech", Scale(voice), voice);
    }

    /// <summary>Like music: plucked strings of four voices, spread over both channels, with a drum.</summary>
    public static StereoSound Music(int seconds)
    {
        double[] scale = [110, 123.5, 146.8, 164.8, 196, 220, 246.9, 293.7, 329.6, 392, 440];
        var chance = new Random(11);
        float[] left = new float[seconds * Rate];
        float[] right = new float[seconds * Rate];
        for (int voice = 0; voice < 4; voice++)
        {
            for (int start = voice * 2000; start < left.Length; start += Rate / (2 + voice))
            {
                Pluck(left, right, start, scale[chance.Next(scale.Length)] * (voice + 1) / 2, 0.2 + (0.2 * voice), chance);
            }
        }

        for (int start = 0; start < left.Length; start += Rate / 2)
        {
            for (int index = 0; index < Rate / 4 && start + index < left.Length; index++)
            {
                double time = index / (double)Rate;
                double beat = (0.4 * Math.Exp(-time * 18) * Math.Sin(Turn * 65 * time)) + (0.08 * Math.Exp(-time * 60) * ((2 * chance.NextDouble()) - 1));
                left[start + index] += (float)beat;
                right[start + index] += (float)beat;
            }
        }

        double peak = Math.Max(left.Max(Math.Abs), right.Max(Math.Abs));
        Scale(left, peak);
        Scale(right, peak);
        return new StereoSound("like music", left, right);
    }

    private static double Gain(double decibels) => Math.Pow(10, decibels / 20);

    private static float[] Fill(int seconds, Func<int, double, double> sample)
    {
        float[] samples = new float[seconds * Rate];
        for (int index = 0; index < samples.Length; index++)
        {
            samples[index] = (float)sample(index, index / (double)Rate);
        }

        return samples;
    }

    private static Func<double> WhiteNoise(int seed)
    {
        var chance = new Random(seed);
        return () => (2 * chance.NextDouble()) - 1;
    }

    private static StereoSound Noise(string name, int seconds, bool isStereo, Func<int, Func<double>> source)
    {
        float[] left = Noise(seconds, source(1));
        return new StereoSound(name, left, isStereo ? Noise(seconds, source(2)) : left);
    }

    private static float[] Noise(int seconds, Func<double> next)
    {
        float[] noise = Fill(seconds, (_, _) => next());
        return Scale(noise, 2.5 * noise.Max(Math.Abs));
    }

    // Karplus and Strong: noise that goes round in a delay of one period, and is smoothed a little each time.
    private static void Pluck(float[] left, float[] right, int start, double hertz, double pan, Random chance)
    {
        double[] line = new double[(int)(Rate / hertz)];
        for (int index = 0; index < line.Length; index++)
        {
            line[index] = (2 * chance.NextDouble()) - 1;
        }

        for (int index = 0; index < Rate && start + index < left.Length; index++)
        {
            int at = index % line.Length;
            double now = line[at];
            line[at] = 0.4985 * (now + line[(at + 1) % line.Length]);
            left[start + index] += (float)(now * (1 - pan));
            right[start + index] += (float)(now * pan);
        }
    }

    private static float[] Scale(float[] samples, double peak = 0)
    {
        double gain = 0.6 / (peak > 0 ? peak : samples.Max(Math.Abs));
        for (int index = 0; index < samples.Length; index++)
        {
            samples[index] = (float)(samples[index] * gain);
        }

        return samples;
    }

    /// <summary>Two poles at a frequency.</summary>
    private sealed class Resonator
    {
        private double _hertz;
        private double _width;
        private double _gain;
        private double _one;
        private double _two;
        private double _before;
        private double _beforeThat;

        public void Tune(double hertz, double width)
        {
            if ((_hertz, _width) != (hertz, width))
            {
                (_hertz, _width) = (hertz, width);
                double radius = Math.Exp(-Math.PI * width / Rate);
                (_one, _two, _gain) = (2 * radius * Math.Cos(Turn * hertz / Rate), -radius * radius, 1 - radius);
            }
        }

        public double Pass(double sample)
        {
            double passed = (_gain * sample) + (_one * _before) + (_two * _beforeThat);
            (_beforeThat, _before) = (_before, passed);
            return passed;
        }
    }
}
