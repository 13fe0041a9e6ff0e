using System.Numerics;

namespace MediaGateway.Native.Audio;

/// <summary>
/// Lengthens or shortens stereo sound a little, inaudibly: one sample is added or removed over 800, 400 or 200 samples (0.125 %,
/// 0.25 %, 0.5 %), as long as the length is off its target. Between two such corrections the samples pass through bit for bit.
/// Holds 16 samples back. One thread at a time; allocates nothing after construction.
/// </summary>
internal sealed class SlewResampler(ISampleSink output)
{
    /// <summary>Most samples per channel that one <see cref="Write"/> takes.</summary>
    public const int MaximumBlock = 5760;

    /// <summary>Samples that are held back, so that a filter always has both its sides.</summary>
    public const int Lookahead = SincTable.Taps - SincTable.TapsBefore;

    /// <summary>An error below this is left alone, 0.5 ms: rounded stamps waver by a sample or two.</summary>
    public const int Tolerance = 24;

    private const int SlowLength = 800;
    private const int MediumLength = 400;
    private const int FastLength = 200;
    private const int MediumError = 48;
    private const int FastError = 96;

    /// <summary>Samples kept before the place of the next output: a filter's, and one more when the place lies before it.</summary>
    private const int History = SincTable.TapsBefore;

    private readonly float[] _left = new float[MaximumBlock + (2 * SincTable.Taps)];
    private readonly float[] _right = new float[MaximumBlock + (2 * SincTable.Taps)];
    private readonly float[] _outputLeft = new float[FastLength];
    private readonly float[] _outputRight = new float[FastLength];
    private int _count = History;
    private int _position = History;
    private bool _isCorrecting;
    private int _direction;
    private int _length;
    private int _step;

    /// <summary>Samples written so far, per channel.</summary>
    public long Written { get; private set; }

    /// <summary>Samples added so far, less those removed, a correction under way included.</summary>
    public long Corrected { get; private set; }

    /// <summary>What <see cref="Corrected"/> ought to be.</summary>
    public long Target { get; set; }

    /// <summary>Takes interleaved samples and passes on what is ready.</summary>
    public void Write(ReadOnlySpan<float> interleaved)
    {
        Append(interleaved);
        while (_position + Lookahead < _count)
        {
            if (_direction == 0 && !TryBeginCorrection())
            {
                PassThrough();
                return;
            }

            Correct();
        }
    }

    private static float Filter(ReadOnlySpan<float> samples, ReadOnlySpan<float> filter)
    {
        Vector<float> sum = Vector<float>.Zero;
        for (int tap = 0; tap < SincTable.Taps; tap += Vector<float>.Count)
        {
            sum += new Vector<float>(samples[tap..]) * new Vector<float>(filter[tap..]);
        }

        return Vector.Sum(sum);
    }

    /// <summary>Moves what is still needed to the front and puts the new samples behind it.</summary>
    private void Append(ReadOnlySpan<float> interleaved)
    {
        int first = _position - History;
        _left.AsSpan(first, _count - first).CopyTo(_left);
        _right.AsSpan(first, _count - first).CopyTo(_right);
        _position = History;
        _count -= first;
        for (int index = 0; index < interleaved.Length; index += 2)
        {
            _left[_count] = interleaved[index];
            _right[_count] = interleaved[index + 1];
            _count++;
        }

        Written += interleaved.Length / 2;
    }

    /// <summary>Once begun, corrections follow one another until the error is gone: no wavering around the tolerance.</summary>
    private bool TryBeginCorrection()
    {
        long error = Target - Corrected;
        long size = Math.Abs(error);
        _isCorrecting = size != 0 && (_isCorrecting || size >= Tolerance);
        if (!_isCorrecting)
        {
            return false;
        }

        _direction = Math.Sign(error);
        _length = size >= FastError ? FastLength : size >= MediumError ? MediumLength : SlowLength;
        _step = 0;
        Corrected += _direction;
        return true;
    }

    private void PassThrough()
    {
        int ready = _count - Lookahead - _position;
        output.Append(_left.AsSpan(_position, ready), _right.AsSpan(_position, ready));
        _position += ready;
    }

    /// <summary>
    /// Output sample number s of a correction over L samples lies at input place s * (L - 1) / L when one is added and at
    /// s * (L + 1) / L when one is removed; after L of them the place is a whole sample again.
    /// </summary>
    private void Correct()
    {
        int made = 0;
        int stepPhase = SincTable.Phases / _length;
        while (_step < _length && made < _outputLeft.Length && _position + Lookahead < _count)
        {
            int moved = _step * stepPhase;
            bool isBetween = moved != 0;
            int phase = _direction > 0 && isBetween ? SincTable.Phases - moved : moved;
            int left = _direction > 0 && isBetween ? _position - 1 : _position;
            ReadOnlySpan<float> filter = SincTable.At(phase);
            _outputLeft[made] = Filter(_left.AsSpan(left - (SincTable.TapsBefore - 1), SincTable.Taps), filter);
            _outputRight[made] = Filter(_right.AsSpan(left - (SincTable.TapsBefore - 1), SincTable.Taps), filter);
            made++;
            _step++;
            _position++;
        }

        if (_step == _length)
        {
            // Adding a sample takes one input sample less than it makes output, removing one takes one more.
            _position -= _direction;
            _direction = 0;
        }

        output.Append(_outputLeft.AsSpan(0, made), _outputRight.AsSpan(0, made));
    }
}
