using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Native.FFmpeg;

namespace MediaGateway.Native.Audio;

/// <summary>
/// The output side of a transcoder: stereo at 48 kHz in, frames of the target codec out. Frame n is stamped first sample - delay + n *
/// frame length from the count alone, the delay being that of the conversion of the rate and the encoder's priming: the sound of the
/// first sample is heard at its own stamp. An encoder that fails is made anew without a hole in the count. One thread at a time;
/// allocates one <see cref="MediaFrame"/> per frame.
/// </summary>
internal sealed class EncodedTrack : ISampleSink, IDisposable
{
    private const int InputRate = OpusFormat.ClockRate;
    private const int MixBlock = 960;

    private readonly BufferPool _pool;
    private readonly Func<ISoundEncoder> _openEncoder;
    private readonly SoundShape _shape;
    private readonly RateConverter? _converter;
    private readonly float[] _mix = new float[MixBlock];
    private readonly float[] _converted = new float[MixBlock];
    private readonly Queue<MediaFrame> _finished = [];
    private readonly float[] _left;
    private readonly float[] _right;
    private ISoundEncoder _encoder;
    private int _framesHeld;
    private long _nextStamp;
    private int _filled;

    /// <summary>Opens the encoder, and another one whenever it has failed.</summary>
    public EncodedTrack(BufferPool pool, Func<ISoundEncoder> openEncoder)
    {
        _pool = pool;
        _openEncoder = openEncoder;
        _encoder = openEncoder();
        Format = _encoder.Format;
        _shape = _encoder.Shape;
        _left = new float[_shape.FrameSamples];
        _right = new float[_shape.FrameSamples];
        _converter = _shape.SampleRate == InputRate ? null : new RateConverter(InputRate, _shape.SampleRate);
    }

    /// <summary>The format of every frame.</summary>
    public TrackFormat Format { get; }

    /// <summary>The kernel's receive time of the packet from which the samples come that are appended next.</summary>
    public TimeSpan ReceivedAt { get; set; }

    /// <summary>How often the encoder had to be made anew.</summary>
    public long EncoderFailures { get; private set; }

    /// <inheritdoc/>
    public void Start(long stamp)
    {
        long first = new MediaTime(stamp - (_converter?.Delay ?? 0), InputRate).Rescale(_shape.SampleRate).Value;
        _nextStamp = first - _shape.PrimingSamples;
    }

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        if (_shape.Channels == 2)
        {
            AppendConverted(left, right);
            return;
        }

        while (!left.IsEmpty)
        {
            int count = Math.Min(left.Length, MixBlock);
            for (int index = 0; index < count; index++)
            {
                _mix[index] = 0.5f * (left[index] + right[index]);
            }

            int made = _converter?.Convert(_mix.AsSpan(0, count), _converted) ?? 0;
            AppendConverted(_converted.AsSpan(0, made), _converted.AsSpan(0, made));
            left = left[count..];
            right = right[count..];
        }
    }

    /// <summary>Takes the next frame; the caller owns the reference.</summary>
    public bool TryTake(out MediaFrame? frame) => _finished.TryDequeue(out frame);

    /// <inheritdoc/>
    public void Dispose()
    {
        _encoder.Dispose();
        while (_finished.TryDequeue(out MediaFrame? frame))
        {
            frame.Release();
        }
    }

    private void AppendConverted(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        while (!left.IsEmpty)
        {
            int count = Math.Min(left.Length, _shape.FrameSamples - _filled);
            left[..count].CopyTo(_left.AsSpan(_filled));
            right[..count].CopyTo(_right.AsSpan(_filled));
            _filled += count;
            left = left[count..];
            right = right[count..];
            if (_filled == _shape.FrameSamples)
            {
                _filled = 0;
                EncodeFrame();
            }
        }
    }

    private void EncodeFrame()
    {
        try
        {
            Encode();
        }
        catch (FFmpegException)
        {
            EncoderFailures++;
            RestartEncoder();
            Encode();
        }
    }

    /// <summary>
    /// The failed encoder still owed the packets of the frames that it held. The new one gets as many before the one that failed, so
    /// that its priming takes those packets' place. All are silent: what was in them may be what it failed over.
    /// </summary>
    private void RestartEncoder()
    {
        _encoder.Dispose();
        _encoder = _openEncoder();
        Array.Clear(_left);
        Array.Clear(_right);
        int owed = _framesHeld;
        _framesHeld = 0;
        for (int index = 0; index < owed; index++)
        {
            Encode();
        }
    }

    private void Encode()
    {
        PooledBuffer? packet = _encoder.Encode(_left, _right, _pool, out int length);
        if (packet is null)
        {
            _framesHeld++;
            return;
        }

        var stamp = new MediaTime(_nextStamp, _shape.SampleRate);
        _nextStamp += _shape.FrameSamples;
        _finished.Enqueue(new MediaFrame(Format, stamp, stamp, isKeyframe: true, packet, 0, length, ReceivedAt));
    }
}
