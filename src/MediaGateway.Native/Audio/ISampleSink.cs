namespace MediaGateway.Native.Audio;

/// <summary>Takes stereo sound at 48 kHz that has its place on the stream's timeline.</summary>
internal interface ISampleSink
{
    /// <summary>Says where the first sample lies, at 48 kHz. Once, before the first sample.</summary>
    void Start(long stamp);

    /// <summary>Takes the next samples; as many left as right.</summary>
    void Append(ReadOnlySpan<float> left, ReadOnlySpan<float> right);
}
