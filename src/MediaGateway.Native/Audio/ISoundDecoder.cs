namespace MediaGateway.Native.Audio;

/// <summary>
/// Packets of one codec in, stereo at 48 kHz out, and what can be made up for packets that are missing. One thread at a time;
/// allocates nothing per packet once it has seen the longest.
/// </summary>
internal interface ISoundDecoder : IDisposable
{
    /// <summary>By how many samples at 48 kHz the sound is later than the packets it came in.</summary>
    int Delay { get; }

    /// <summary>What is concealed is a multiple of so many samples.</summary>
    int ConcealmentStep { get; }

    /// <summary>The interleaved samples that the last call made. The owner of the decoder may change them until the next call.</summary>
    Span<float> Sound { get; }

    /// <summary>Whether bytes can be a packet at all.</summary>
    bool IsPacket(ReadOnlySpan<byte> packet);

    /// <summary>Decodes a packet into <see cref="Sound"/>.</summary>
    /// <returns>Samples per channel; 0 for a broken packet, which leaves the decoder usable.</returns>
    int Decode(ReadOnlySpan<byte> packet);

    /// <summary>The duration of the copy of lost sound that a packet carries, in samples at 48 kHz; 0 without one.</summary>
    int CarriedSamples(ReadOnlySpan<byte> next);

    /// <summary>Brings the copy that a packet carries into <see cref="Sound"/>.</summary>
    void Recover(ReadOnlySpan<byte> next, int samples);

    /// <summary>Brings a continuation of what was heard last into <see cref="Sound"/>.</summary>
    /// <param name="samples">How many, a multiple of <see cref="ConcealmentStep"/>, at most 120 ms.</param>
    void Conceal(int samples);
}
