using System.Collections.Concurrent;
using System.Numerics;

namespace MediaGateway.Native.Audio;

/// <summary>
/// Brings one channel from one sample rate to another, exactly: after M samples of input L of output have come, no more and no less
/// (M/L being the fraction of the rates). Free of aliases and images: what the lower of the two rates cannot carry is 80 dB down. One
/// thread at a time; allocates nothing after construction.
/// </summary>
internal sealed class RateConverter
{
    /// <summary>Rates that sources have: those of MPEG audio (ISO/IEC 14496-3 table 1.18) and FLV's own (E.4.2.1).</summary>
    private static readonly int[] KnownRates =
    [
        96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350, 5512,
    ];

    /// <summary>Taps at the lower of the two rates: the band from 0.92 of half that rate on is where the filter falls.</summary>
    private const int TapsAtLowerRate = 64;

    private const double CutoffDown = 0.92;
    private const double CutoffUp = 0.95;
    private const int LargestBlock = 1024;

    /// <summary>Filters are the same for everybody. At most one per ordered pair of the known rates and 48 kHz.</summary>
    private static readonly ConcurrentDictionary<(int Up, int Down), float[]> Tables = [];

    private readonly int _up;
    private readonly int _down;
    private readonly int _taps;
    private readonly float[] _table;
    private readonly float[] _history;
    private int _count;
    private int _position;
    private int _phase;

    /// <summary>Makes a converter; before the first sample it has heard silence.</summary>
    public RateConverter(int inputRate, int outputRate)
    {
        int divisor = (int)BigInteger.GreatestCommonDivisor(inputRate, outputRate);
        _up = outputRate / divisor;
        _down = inputRate / divisor;
        int factor = Math.Max(1, (_down + _up - 1) / _up);
        _taps = TapsAtLowerRate * factor;
        double cutoff = _down > _up ? CutoffDown * _up / _down : CutoffUp;
        _table = Tables.GetOrAdd((_up, _down), pair => KaiserSinc.Create(pair.Up, _taps, cutoff));
        _history = new float[LargestBlock + _taps];
        _count = _taps - 1;
        _position = _count;
        Delay = _taps / 2;
    }

    /// <summary>By how much the output is late, in samples of the input.</summary>
    public int Delay { get; }

    /// <summary>Whether a rate is one that sources have. Others would need tables as large as a publisher pleases.</summary>
    public static bool IsKnownRate(int sampleRate) => Array.IndexOf(KnownRates, sampleRate) >= 0;

    /// <summary>The most output that so much input gives.</summary>
    public int MaximumOutput(int samples) => (int)(((long)samples * _up / _down) + 1);

    /// <summary>Converts samples.</summary>
    /// <param name="input">Any number of them.</param>
    /// <param name="output">Room for <see cref="MaximumOutput"/>.</param>
    /// <returns>How many came out.</returns>
    public int Convert(ReadOnlySpan<float> input, Span<float> output)
    {
        int made = 0;
        while (!input.IsEmpty)
        {
            int count = Math.Min(input.Length, LargestBlock);
            Append(input[..count]);
            made += Drain(output[made..]);
            input = input[count..];
        }

        return made;
    }

    private void Append(ReadOnlySpan<float> input)
    {
        // The next output looks back at the taps that end at _position; nothing before them is needed.
        int first = Math.Min(_position - (_taps - 1), _count);
        _history.AsSpan(first, _count - first).CopyTo(_history);
        _count -= first;
        _position -= first;
        input.CopyTo(_history.AsSpan(_count));
        _count += input.Length;
    }

    private int Drain(Span<float> output)
    {
        int made = 0;
        int whole = _down / _up;
        int part = _down % _up;
        while (_position < _count)
        {
            output[made++] = Filter(_history.AsSpan(_position - (_taps - 1), _taps), _table.AsSpan(_phase * _taps, _taps));
            _position += whole;
            _phase += part;
            if (_phase >= _up)
            {
                _phase -= _up;
                _position++;
            }
        }

        return made;
    }

    private static float Filter(ReadOnlySpan<float> samples, ReadOnlySpan<float> filter)
    {
        Vector<float> sum = Vector<float>.Zero;
        for (int tap = 0; tap < filter.Length; tap += Vector<float>.Count)
        {
            sum += new Vector<float>(samples[tap..]) * new Vector<float>(filter[tap..]);
        }

        return Vector.Sum(sum);
    }
}
