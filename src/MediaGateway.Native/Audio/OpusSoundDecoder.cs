using MediaGateway.Media.Opus;
using MediaGateway.Native.Opus;

namespace MediaGateway.Native.Audio;

/// <summary>Opus, with the concealment and the in-band copies that the codec brings along.</summary>
internal sealed class OpusSoundDecoder : ISoundDecoder
{
    private readonly OpusDecoder _decoder = new();
    private readonly float[] _samples = new float[OpusDecoder.LongestPacket * OpusDecoder.Channels];

    /// <inheritdoc/>
    public int Delay => 0;

    /// <inheritdoc/>
    public int ConcealmentStep => OpusDecoder.ShortestFrame;

    /// <inheritdoc/>
    public Span<float> Sound => _samples;

    /// <inheritdoc/>
    public bool IsPacket(ReadOnlySpan<byte> packet) => OpusPacket.TryParse(packet, out _);

    /// <inheritdoc/>
    public int Decode(ReadOnlySpan<byte> packet) => _decoder.Decode(packet, _samples);

    /// <inheritdoc/>
    public int CarriedSamples(ReadOnlySpan<byte> next) =>
        OpusPacket.TryParse(next, out OpusPacket packet) && OpusDecoder.CarriesLostFrame(next) ? packet.SamplesPerFrame : 0;

    /// <inheritdoc/>
    public void Recover(ReadOnlySpan<byte> next, int samples) => _decoder.Recover(next, _samples, samples);

    /// <inheritdoc/>
    public void Conceal(int samples) => _decoder.Conceal(_samples, samples);

    /// <inheritdoc/>
    public void Dispose() => _decoder.Dispose();
}
