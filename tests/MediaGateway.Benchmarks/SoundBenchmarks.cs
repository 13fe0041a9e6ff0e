using BenchmarkDotNet.Attributes;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Native.Audio;
using MediaGateway.Native.FFmpeg;
using MediaGateway.Native.Opus;

namespace MediaGateway.Benchmarks;

/// <summary>
/// 20 ms of sound from Opus to AAC, as the audio bridge does it and as the two libraries alone do. Sixteen packets of Opus are fifteen frames of
/// AAC: that many are one call.
/// </summary>
public class SoundBenchmarks
{
    private const int Packets = 16;
    private const int PacketSamples = 960;
    private const double ToneHertz = 997;

    private readonly BufferPool _pool = new();
    private readonly float[] _interleaved = new float[OpusDecoder.LongestPacket * OpusDecoder.Channels];
    private readonly float[] _left = new float[AacEncoder.FrameSamples];
    private readonly float[] _right = new float[AacEncoder.FrameSamples];
    private byte[][] _packets = null!;
    private Bridge _fast = null!;
    private Bridge _twoLoop = null!;
    private OpusDecoder _decoder = null!;
    private AacEncoder _fastEncoder = null!;
    private AacEncoder _twoLoopEncoder = null!;
    private int _filled;

    [GlobalSetup]
    public void Setup()
    {
        _packets = Encode();
        _fast = new Bridge(_pool, "fast");
        _twoLoop = new Bridge(_pool, "twoloop");
        _decoder = new OpusDecoder();
        _fastEncoder = new AacEncoder(new AacEncoderOptions { Coder = "fast" });
        _twoLoopEncoder = new AacEncoder(new AacEncoderOptions { Coder = "twoloop" });
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _fast.Dispose();
        _twoLoop.Dispose();
        _decoder.Dispose();
        _fastEncoder.Dispose();
        _twoLoopEncoder.Dispose();
    }

    [Benchmark(OperationsPerInvoke = Packets)]
    public int OpusToAacFast() => _fast.Push(_packets);

    [Benchmark(OperationsPerInvoke = Packets)]
    public int OpusToAacTwoLoop() => _twoLoop.Push(_packets);

    [Benchmark(OperationsPerInvoke = Packets)]
    public int BareLibrariesFast() => PushBare(_fastEncoder);

    [Benchmark(OperationsPerInvoke = Packets)]
    public int BareLibrariesTwoLoop() => PushBare(_twoLoopEncoder);

    private int PushBare(AacEncoder encoder)
    {
        int bytes = 0;
        foreach (byte[] packet in _packets)
        {
            int samples = _decoder.Decode(packet, _interleaved);
            for (int index = 0; index < samples; index++)
            {
                _left[_filled] = _interleaved[2 * index];
                _right[_filled] = _interleaved[(2 * index) + 1];
                if (++_filled == AacEncoder.FrameSamples)
                {
                    _filled = 0;
                    using PooledBuffer? frame = encoder.Encode(_left, _right, _pool, out int length);
                    bytes += length;
                }
            }
        }

        return bytes;
    }

    private byte[][] Encode()
    {
        using var encoder = new OpusEncoder();
        byte[][] packets = new byte[Packets][];
        float[] sound = new float[PacketSamples];
        for (int packet = 0; packet < Packets; packet++)
        {
            for (int index = 0; index < PacketSamples; index++)
            {
                double phase = ((packet * PacketSamples) + index) * 2 * Math.PI * ToneHertz / OpusDecoder.SampleRate;
                sound[index] = (float)(0.5 * Math.Sin(phase));
            }

            using PooledBuffer? encoded = encoder.Encode(sound, sound, _pool, out int length);
            packets[packet] = encoded is null ? throw new InvalidOperationException("The encoder held a packet back.") : encoded.Span[..length].ToArray();
        }

        return packets;
    }

    /// <summary>The two halves of a transcoder, without the frames that its input would come in.</summary>
    private sealed class Bridge : IDisposable
    {
        private readonly EncodedTrack _track;
        private readonly SoundTimeline _timeline;
        private long _stamp;

        public Bridge(BufferPool pool, string coder)
        {
            _track = new EncodedTrack(pool, () => new AacEncoder(new AacEncoderOptions { Coder = coder }));
            _timeline = new SoundTimeline(_track, new OpusSoundDecoder(), isCoarse: false);
        }

        public int Push(byte[][] packets)
        {
            int bytes = 0;
            foreach (byte[] packet in packets)
            {
                _timeline.Push(_stamp, packet);
                _stamp += PacketSamples;
                while (_track.TryTake(out MediaFrame? frame))
                {
                    bytes += frame!.Length; // not null: the call said true
                    frame.Release();
                }
            }

            return bytes;
        }

        public void Dispose()
        {
            _timeline.Dispose();
            _track.Dispose();
        }
    }
}
