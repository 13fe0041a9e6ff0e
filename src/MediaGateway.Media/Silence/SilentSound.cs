using MediaGateway.Media.Frames;

namespace MediaGateway.Media.Silence;

/// <summary>
/// Silence of every codec whose silent frames can be written down without an encoder: AAC, MP3, G.711, Speex, Nellymoser, Opus. Any
/// thread. Holds a few hundred payloads of MP3 at most; everything else is made once for the process.
/// </summary>
public sealed class SilentSound : ISilentSound
{
    /// <summary>The longest payload of G.711 or Nellymoser that has a silent twin, 64 KiB: eight seconds of G.711.</summary>
    public const int LongestPayload = 65_536;

    /// <summary>A-law's smallest positive step (ITU-T G.711, table 1a), which stands for silence.</summary>
    private const byte SilentALaw = 0xD5;

    /// <summary>Mu-law's positive zero (ITU-T G.711, table 2a).</summary>
    private const byte SilentMuLaw = 0xFF;

    private static readonly byte[] ALaw = Filled(SilentALaw);
    private static readonly byte[] MuLaw = Filled(SilentMuLaw);

    /// <summary>
    /// A block of Nellymoser: zero bits give its bands their lowest energies, and the first band, which stays louder, has its smallest
    /// coefficients. What remains is a twentieth of a step of 16 bits.
    /// </summary>
    private static readonly byte[] NellymoserBlock =
    [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xB0, 0x99,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0x6C, 0x26, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    private static readonly byte[] Nellymoser = [.. Enumerable.Repeat(NellymoserBlock, LongestPayload / NellymoserBlock.Length).SelectMany(block => block)];

    private readonly SilentMp3 _mp3 = new();

    /// <summary>Payloads of MP3 that are held.</summary>
    internal int Mp3Payloads => _mp3.Count;

    /// <inheritdoc/>
    public bool TryGet(TrackFormat format, ReadOnlySpan<byte> payload, out ReadOnlyMemory<byte> silent)
    {
        ArgumentNullException.ThrowIfNull(format);
        silent = format switch
        {
            AacFormat aac => SilentAac.For(aac),
            OpusFormat => SilentOpus.For(payload),
            { Codec: CodecId.Mp3 } => _mp3.For(payload),
            { Codec: CodecId.Speex } => SilentSpeex.For(payload),
            { Codec: CodecId.Pcma } => FirstOf(ALaw, payload.Length),
            { Codec: CodecId.Pcmu } => FirstOf(MuLaw, payload.Length),
            { Codec: CodecId.Nellymoser } => FirstOf(Nellymoser, payload.Length),
            _ => default,
        };
        return !silent.IsEmpty;
    }

    private static ReadOnlyMemory<byte> FirstOf(byte[] silence, int length) =>
        length <= silence.Length ? silence.AsMemory(0, length) : default;

    private static byte[] Filled(byte value)
    {
        byte[] bytes = new byte[LongestPayload];
        bytes.AsSpan().Fill(value);
        return bytes;
    }
}
