namespace MediaGateway.Native.Audio;

/// <summary>What an encoder wants its input to be.</summary>
/// <param name="SampleRate">Samples per second; 48 kHz is a multiple of it.</param>
/// <param name="Channels">1 or 2.</param>
/// <param name="FrameSamples">Samples per channel of one frame.</param>
/// <param name="PrimingSamples">Samples that the decoder gives before the first that was put in.</param>
internal readonly record struct SoundShape(int SampleRate, int Channels, int FrameSamples, int PrimingSamples);
