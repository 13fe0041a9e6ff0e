namespace MediaGateway.Native.FFmpeg;

/// <summary>What an <see cref="AudioDecoder"/> is to decode.</summary>
/// <param name="Names">Decoders of FFmpeg that can, the best first.</param>
/// <param name="CodecId">Their codec, one of <c>AV_CODEC_ID_*</c>.</param>
/// <param name="SampleRate">Samples per second as far as known beforehand.</param>
/// <param name="Channels">Channels as far as known beforehand.</param>
/// <param name="Configuration">What the decoder must know beforehand; empty for most codecs.</param>
internal sealed record AudioDecoderSettings(
    IReadOnlyList<string> Names, int CodecId, int SampleRate, int Channels, ReadOnlyMemory<byte> Configuration);
