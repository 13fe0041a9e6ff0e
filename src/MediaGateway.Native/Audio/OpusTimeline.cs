using MediaGateway.Media.Frames;
using MediaGateway.Media.Opus;
using MediaGateway.Native.Opus;

namespace MediaGateway.Native.Audio;

/// <summary>
/// Lays decoded Opus on the stream's timeline without hole or overlap. Whatever happens to the input, the place of each sample is the
/// one that the packets' stamps give it: small differences are slewed away, gaps are filled, what comes too late is left out. One
/// thread at a time; allocates nothing per packet.
/// </summary>
/// <remarks>
/// A decoded packet lies at the packet's stamp, as in a browser that plays it. The Opus encoder's own look-ahead (6.5 ms in libopus)
/// is not taken off: RTP does not carry it (RFC 7845's pre-skip is Ogg's), and the gateway makes no constant corrections.
/// </remarks>
internal sealed class OpusTimeline : IDisposable
{
    /// <summary>
    /// Sound may be that late before packets are left out instead of slewed, in samples: 100 ms. Later than 125 ms is noticed
    /// (ITU-R BT.1359), and a second of catching up takes 200.
    /// </summary>
    public const int MaximumLag = 4800;

    /// <summary>Sound is never early by more than this, in samples: 60 ms. Beyond it the difference is filled like a gap.</summary>
    public const int MaximumLead = 2880;

    /// <summary>A distance between packets below this is a clock being slewed, not a loss: 5 ms, in samples.</summary>
    public const int ShortestGap = 240;

    /// <summary>The most that one call fills, 60 s in samples: bounds the work that one stamp can cause.</summary>
    private const int LongestFill = 60 * OpusFormat.ClockRate;

    /// <summary>While less than this is being slewed away, a gap is taken for as long as the stamps say; 10 ms in samples.</summary>
    private const int SmallError = 480;

    private readonly ISampleSink _output;
    private readonly SlewResampler _resampler;
    private readonly SoundFiller _filler;
    private bool _isStarted;
    private long _origin;
    private long _lastStamp;
    private long _inputEnd;
    private int _lastDuration = 960;

    /// <summary>Opens a decoder whose sound goes to <paramref name="output"/>.</summary>
    public OpusTimeline(ISampleSink output)
    {
        _output = output;
        _resampler = new SlewResampler(output);
        _filler = new SoundFiller(_resampler);
    }

    /// <summary>Packets that were lost, broken or missing and were concealed.</summary>
    public long ConcealedPackets { get; private set; }

    /// <summary>Packets left out: repeated, out of order, or too late for their place.</summary>
    public long DroppedPackets { get; private set; }

    /// <summary>Where the sound produced so far ends, at 48 kHz; meaningless before the first packet.</summary>
    public long End => _origin + _resampler.Written + _resampler.Corrected;

    /// <summary>Takes a packet with its stamp at 48 kHz. An empty or broken one is a lost one: the next packet finds a gap.</summary>
    public void Push(long stamp, ReadOnlySpan<byte> payload)
    {
        if (!OpusPacket.TryParse(payload, out OpusPacket packet))
        {
            return;
        }

        if (_isStarted && stamp <= _lastStamp)
        {
            DroppedPackets++;
            return;
        }

        if (_isStarted)
        {
            FillGapBefore(stamp, payload, packet);
        }

        Place(stamp, payload);
    }

    /// <summary>Continues the sound without packets up to a stamp at 48 kHz.</summary>
    public void FillUntil(long stamp)
    {
        long missing = stamp - End;
        if (_isStarted && missing >= OpusDecoder.ShortestFrame)
        {
            StopSlewing();
            Fill(missing, [], nextFrameSamples: 0);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _filler.Dispose();

    private void FillGapBefore(long stamp, ReadOnlySpan<byte> payload, OpusPacket packet)
    {
        long gap = stamp - _inputEnd;
        long ahead = stamp - End;
        bool isGap = gap >= ShortestGap || ahead > MaximumLead;
        if (!isGap || ahead <= 0)
        {
            return;
        }

        if (Math.Abs(ahead - gap) < SmallError)
        {
            Fill(gap, payload, packet.SamplesPerFrame);
            return;
        }

        StopSlewing();
        Fill(ahead, payload, packet.SamplesPerFrame);
    }

    /// <summary>What is filled up to a stamp needs no slewing towards it.</summary>
    private void StopSlewing() => _resampler.Target = _resampler.Corrected;

    private void Fill(long samples, ReadOnlySpan<byte> next, int nextFrameSamples)
    {
        int rounded = (int)(Math.Min(samples, LongestFill) / OpusDecoder.ShortestFrame) * OpusDecoder.ShortestFrame;
        int concealed = _filler.Fill(rounded, next, nextFrameSamples);
        ConcealedPackets += (concealed + _lastDuration - 1) / _lastDuration;
        _inputEnd += rounded;
    }

    private void Place(long stamp, ReadOnlySpan<byte> payload)
    {
        int samples = _filler.Decode(payload);
        if (samples == 0)
        {
            return;
        }

        if (!_isStarted)
        {
            _isStarted = true;
            _origin = stamp;
            _output.Start(stamp);
        }

        _lastStamp = stamp;
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
        _resampler.Target = _resampler.Corrected + (error > MaximumLead ? 0 : error);
        _filler.WriteDecoded(samples);
    }
}
