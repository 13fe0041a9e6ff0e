using MediaGateway.Media.Frames;

namespace MediaGateway.Native.Audio;

/// <summary>
/// Lays decoded sound on the stream's timeline without hole or overlap. Whatever happens to the input, the place of each sample is the
/// one that the packets' stamps give it: small differences are slewed away, gaps are filled, what comes too late is left out. One
/// thread at a time; allocates nothing per packet.
/// </summary>
/// <remarks>
/// <para>Exact stamps come from a sample clock over a network that loses packets (RTP): every packet's stamp is believed, and a distance
/// of 5 ms is a loss.</para>
/// <para>Coarse stamps are whole milliseconds over a connection that loses nothing (RTMP), often taken from a publisher's wall clock: their
/// mean over two seconds is believed, a broken packet is replaced by as much as the one before it had, and only what is missing for
/// longer than <see cref="MaximumLead"/> is a gap.</para>
/// <para>A decoded packet lies at the packet's stamp, as in a browser that plays it. The encoder's own look-ahead (6.5 ms in libopus) is not
/// taken off: neither RTP nor RTMP carry it, and the gateway makes no constant corrections.</para>
/// </remarks>
internal sealed class SoundTimeline : IDisposable
{
    /// <summary>
    /// Sound may be that late before packets are left out instead of slewed, in samples: 100 ms. Later than 125 ms is noticed
    /// (ITU-R BT.1359), and a second of catching up takes 200.
    /// </summary>
    public const int MaximumLag = 4800;

    /// <summary>Sound is never early by more than this, in samples: 60 ms. Beyond it the difference is filled like a gap.</summary>
    public const int MaximumLead = 2880;

    /// <summary>A distance between exact stamps below this is a clock being slewed, not a loss: 5 ms, in samples.</summary>
    public const int ShortestGap = 240;

    /// <summary>The mean of coarse stamps is taken over so much, 2 s in samples.</summary>
    public const int MeanOver = 2 * OpusFormat.ClockRate;

    /// <summary>Less is not worth a call, 2.5 ms in samples.</summary>
    private const int ShortestFill = 120;

    /// <summary>The most that one call fills, 60 s in samples: bounds the work that one stamp can cause.</summary>
    private const int LongestFill = 60 * OpusFormat.ClockRate;

    /// <summary>While less than this is being slewed away, a gap is taken for as long as the stamps say; 10 ms in samples.</summary>
    private const int SmallError = 480;

    private readonly ISampleSink _output;
    private readonly ISoundDecoder _decoder;
    private readonly SlewResampler _resampler;
    private readonly SoundFiller _filler;
    private readonly bool _isCoarse;
    private bool _isStarted;
    private long _origin;
    private long _lastStamp;
    private long _inputEnd;
    private int _lastDuration = 960;
    private double _meanError;

    /// <summary>Makes the timeline of one decoder, which is disposed with it.</summary>
    /// <param name="output">Where the sound goes.</param>
    /// <param name="decoder">What decodes the packets.</param>
    /// <param name="isCoarse">Whether stamps are coarse.</param>
    public SoundTimeline(ISampleSink output, ISoundDecoder decoder, bool isCoarse)
    {
        _output = output;
        _decoder = decoder;
        _isCoarse = isCoarse;
        _resampler = new SlewResampler(output);
        _filler = new SoundFiller(decoder, _resampler);
    }

    /// <summary>Packets that were lost, broken or missing and were concealed.</summary>
    public long ConcealedPackets { get; private set; }

    /// <summary>Packets left out: repeated, out of order, or too late for their place.</summary>
    public long DroppedPackets { get; private set; }

    /// <summary>Where the sound produced so far ends, at 48 kHz; meaningless before the first packet.</summary>
    public long End => _origin + _resampler.Written + _resampler.Corrected;

    /// <summary>Takes a packet with its stamp at 48 kHz. An empty or broken one is a lost one.</summary>
    public void Push(long stamp, ReadOnlySpan<byte> payload)
    {
        if (!_decoder.IsPacket(payload))
        {
            ReplaceBroken();
            return;
        }

        if (_isStarted && !_isCoarse && stamp <= _lastStamp)
        {
            DroppedPackets++;
            return;
        }

        if (_isStarted)
        {
            FillGapBefore(stamp - _decoder.Delay, payload);
        }

        int samples = _filler.Decode(payload);
        if (samples == 0)
        {
            ReplaceBroken();
            return;
        }

        _lastStamp = stamp;
        Place(stamp - _decoder.Delay, samples);
    }

    /// <summary>Continues the sound without packets up to a stamp at 48 kHz.</summary>
    public void FillUntil(long stamp)
    {
        long missing = stamp - End;
        if (_isStarted && missing >= ShortestFill)
        {
            StopSlewing();
            Fill(missing, []);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _filler.Dispose();

    /// <summary>After exact stamps the next packet finds the gap; coarse ones cannot show it.</summary>
    private void ReplaceBroken()
    {
        if (_isStarted && _isCoarse)
        {
            Fill(_lastDuration, []);
        }
    }

    private void FillGapBefore(long stamp, ReadOnlySpan<byte> payload)
    {
        long gap = stamp - _inputEnd;
        long ahead = stamp - End;
        bool isGap = ahead > MaximumLead || (!_isCoarse && gap >= ShortestGap);
        if (!isGap || ahead <= 0)
        {
            return;
        }

        if (!_isCoarse && Math.Abs(ahead - gap) < SmallError)
        {
            Fill(gap, payload);
            return;
        }

        StopSlewing();
        Fill(ahead, payload);
    }

    /// <summary>What is filled up to a stamp needs no slewing towards it.</summary>
    private void StopSlewing()
    {
        _resampler.Target = _resampler.Corrected;
        _meanError = _resampler.Corrected;
    }

    private void Fill(long samples, ReadOnlySpan<byte> next)
    {
        int step = _decoder.ConcealmentStep;
        int rounded = (int)(Math.Min(samples, LongestFill) / step) * step;
        int concealed = _filler.Fill(rounded, next);
        ConcealedPackets += (concealed + _lastDuration - 1) / _lastDuration;
        _inputEnd += rounded;
    }

    private void Place(long stamp, int samples)
    {
        if (!_isStarted)
        {
            _isStarted = true;
            _origin = stamp;
            _output.Start(stamp);
        }

        _lastDuration = samples;
        _inputEnd = stamp + samples;
        if (stamp < End - MaximumLag)
        {
            // It was decoded all the same, so that the decoder is ready for the next one.
            DroppedPackets++;
            _filler.SkipDecoded();
            return;
        }

        // Further ahead it can only be while a long hole is being filled piece by piece.
        long error = stamp - End;
        long correction = _resampler.Corrected + (error > MaximumLead ? 0 : error);
        _resampler.Target = _isCoarse ? Mean(correction, samples) : correction;
        _filler.WriteDecoded(samples);
    }

    /// <summary>
    /// What the stamps ask for swings around what the clocks need by their rounding and the publisher's jitter. The mean counts what
    /// is still to be corrected and what was corrected together, so that it does not see its own corrections.
    /// </summary>
    private long Mean(long correction, int samples)
    {
        _meanError += (correction - _meanError) * Math.Min(1.0, samples / (double)MeanOver);
        return (long)Math.Round(_meanError);
    }
}
