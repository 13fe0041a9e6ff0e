using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Native.FFmpeg;

namespace MediaGateway.Native.Audio;

/// <summary>
/// The AAC side of a transcoder: samples in, frames out. Frame n is stamped first sample - 1024 + n * 1024 from the count alone, the
/// encoder's priming being before the first sample. An encoder that fails is made anew without a hole in the count: two frames are
/// silent. One thread at a time; allocates one <see cref="MediaFrame"/> per frame.
/// </summary>
internal sealed class AacTrack : ISampleSink, IDisposable
{
    private const int FrameSamples = AacEncoder.FrameSamples;

    private readonly BufferPool _pool;
    private readonly AacEncoderOptions _options;
    private readonly Queue<MediaFrame> _finished = [];
    private readonly float[] _left = new float[FrameSamples];
    private readonly float[] _right = new float[FrameSamples];
    private AacEncoder _encoder;
    private bool _encoderHasFrame;
    private long _nextStamp;
    private int _filled;

    public AacTrack(BufferPool pool, AacEncoderOptions options)
    {
        _pool = pool;
        _options = options;
        _encoder = new AacEncoder(options);
        Format = new AacFormat(_encoder.AudioSpecificConfig, AacEncoder.SampleRate, Channels: 2);
    }

    /// <summary>The format of every frame.</summary>
    public AacFormat Format { get; }

    /// <summary>The kernel's receive time of the packet from which the samples come that are appended next.</summary>
    public TimeSpan ReceivedAt { get; set; }

    /// <summary>How often the encoder had to be made anew.</summary>
    public long EncoderFailures { get; private set; }

    /// <inheritdoc/>
    public void Start(long stamp) => _nextStamp = stamp - AacEncoder.PrimingSamples;

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        while (!left.IsEmpty)
        {
            int count = Math.Min(left.Length, FrameSamples - _filled);
            left[..count].CopyTo(_left.AsSpan(_filled));
            right[..count].CopyTo(_right.AsSpan(_filled));
            _filled += count;
            left = left[count..];
            right = right[count..];
            if (_filled == FrameSamples)
            {
                _filled = 0;
                EncodeFrame();
            }
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
    /// The failed encoder still owed the packet that its last frame would have completed. The new one gets a frame before the one
    /// that failed, so that its priming takes that packet's place. Both are silent: what was in them may be what it failed over.
    /// </summary>
    private void RestartEncoder()
    {
        _encoder.Dispose();
        _encoder = new AacEncoder(_options);
        Array.Clear(_left);
        Array.Clear(_right);
        if (_encoderHasFrame)
        {
            Encode();
        }
    }

    private void Encode()
    {
        PooledBuffer? packet = _encoder.Encode(_left, _right, _pool, out int length);
        _encoderHasFrame = true;
        if (packet is null)
        {
            return;
        }

        var stamp = new MediaTime(_nextStamp, AacEncoder.SampleRate);
        _nextStamp += FrameSamples;
        _finished.Enqueue(new MediaFrame(Format, stamp, stamp, isKeyframe: true, packet, 0, length, ReceivedAt));
    }
}
