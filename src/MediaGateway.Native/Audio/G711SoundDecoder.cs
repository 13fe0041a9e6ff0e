using MediaGateway.Media.Frames;
using MediaGateway.Media.G711;
using MediaGateway.Native.FFmpeg;

namespace MediaGateway.Native.Audio;

/// <summary>G.711: every byte is a sample, no packet is broken.</summary>
/// <param name="format">A-law or mu-law; one or two channels.</param>
internal sealed class G711SoundDecoder(PlainAudioFormat format) : ISoundDecoder
{
    private const int Block = 512;

    private readonly SourceSound _sound = new();
    private readonly float[] _table =
    [
        .. Enumerable.Range(0, 256).Select(code => PcmSample.ToFloat(
            format.Codec == CodecId.Pcma ? ALaw.Decode((byte)code) : MuLaw.Decode((byte)code))),
    ];

    private readonly float[] _left = new float[Block];
    private readonly float[] _right = new float[Block];

    /// <inheritdoc/>
    public int Delay => _sound.Delay;

    /// <inheritdoc/>
    public int ConcealmentStep => 1;

    /// <inheritdoc/>
    public Span<float> Sound => _sound.Samples;

    /// <inheritdoc/>
    public bool IsPacket(ReadOnlySpan<byte> packet) => packet.Length >= format.Channels && packet.Length <= AudioDecoder.LongestPacket;

    /// <inheritdoc/>
    public int Decode(ReadOnlySpan<byte> packet)
    {
        _sound.Begin();
        int channels = format.Channels;
        int left = packet.Length / channels;
        for (int first = 0; first < left && !_sound.IsFull; first += Block)
        {
            int count = Math.Min(Block, left - first);
            for (int index = 0; index < count; index++)
            {
                _left[index] = _table[packet[(first + index) * channels]];
                _right[index] = _table[packet[((first + index) * channels) + channels - 1]];
            }

            _sound.Append(_left.AsSpan(0, count), _right.AsSpan(0, count), format.SampleRate);
        }

        _sound.End();
        return _sound.Count;
    }

    /// <inheritdoc/>
    public int CarriedSamples(ReadOnlySpan<byte> next) => 0;

    /// <inheritdoc/>
    public void Recover(ReadOnlySpan<byte> next, int samples) => _sound.Conceal(samples);

    /// <inheritdoc/>
    public void Conceal(int samples) => _sound.Conceal(samples);

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
