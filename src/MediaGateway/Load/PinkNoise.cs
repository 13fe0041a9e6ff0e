namespace MediaGateway.Load;

/// <summary>Noise that falls by about 3 dB an octave, as sound of most kinds does; the same in every run. The benchmarks of sound compile this file too.</summary>
/// <param name="seed">Which noise: another one for each channel.</param>
internal sealed class PinkNoise(int seed)
{
    private readonly Random _chance = new(seed);
    private double _low;
    private double _middle;
    private double _high;

    /// <summary>The next sample: of mean 0, with a standard deviation of 1.7.</summary>
    public double Next()
    {
        // Three poles that come near 3 dB an octave at 48 kHz.
        double white = (2 * _chance.NextDouble()) - 1;
        _low = (0.99765 * _low) + (white * 0.0990460);
        _middle = (0.96300 * _middle) + (white * 0.2965164);
        _high = (0.57000 * _high) + (white * 1.0526913);
        return _low + _middle + _high + (white * 0.1848);
    }
}
