namespace MediaGateway.Native.Audio;

/// <summary>
/// Decodes packets and makes up what is missing between them: the copy that the next packet carries (in-band FEC), else what the
/// decoder invents, for at most 120 ms with a fade at its end, then silence. One thread at a time; allocates nothing.
/// </summary>
/// <param name="decoder">The decoder, which is disposed with this.</param>
/// <param name="output">Where the sound goes.</param>
internal sealed class SoundFiller(ISoundDecoder decoder, SlewResampler output) : IDisposable
{
    /// <summary>Invented sound is bearable that long, in samples: 120 ms.</summary>
    public const int MaximumConcealment = 5760;

    private const int Channels = 2;
    private const int ConcealmentBlock = 960;
    private const int FadeOut = 960;
    private const int FadeIn = 240;

    private readonly float[] _silence = new float[SlewResampler.MaximumBlock * Channels];
    private int _concealed;
    private bool _fadesIn;

    /// <summary>Decodes a packet without passing it on.</summary>
    /// <returns>Samples per channel; 0 for a broken packet.</returns>
    public int Decode(ReadOnlySpan<byte> packet) => decoder.Decode(packet);

    /// <summary>Passes on what the last <see cref="Decode"/> gave.</summary>
    public void WriteDecoded(int samples)
    {
        _concealed = 0;
        Write(samples);
    }

    /// <summary>Says that what was decoded last is not heard: the next sound begins softly.</summary>
    public void SkipDecoded() => _fadesIn = true;

    /// <summary>Fills a gap.</summary>
    /// <param name="samples">Its length, a multiple of the decoder's step.</param>
    /// <param name="next">The packet that ends the gap; empty when there is none yet.</param>
    /// <returns>Samples that were recovered or invented; the rest is silence.</returns>
    public int Fill(int samples, ReadOnlySpan<byte> next)
    {
        int carried = decoder.CarriedSamples(next);
        int recovered = samples >= carried ? carried : 0;
        int invented = Math.Min(samples - recovered, MaximumConcealment - _concealed);
        Invent(invented);
        WriteSilence(samples - recovered - invented);
        if (recovered > 0)
        {
            decoder.Recover(next, recovered);
            Write(recovered);
        }

        return recovered + invented;
    }

    /// <inheritdoc/>
    public void Dispose() => decoder.Dispose();

    private void Invent(int samples)
    {
        while (samples > 0)
        {
            int count = Math.Min(samples, ConcealmentBlock);
            decoder.Conceal(count);
            Span<float> sound = decoder.Sound;
            for (int index = 0; index < count; index++)
            {
                float gain = Math.Min(1f, (MaximumConcealment - _concealed - index) / (float)FadeOut);
                sound[index * Channels] *= gain;
                sound[(index * Channels) + 1] *= gain;
            }

            _concealed += count;
            samples -= count;
            Write(count);
        }
    }

    private void WriteSilence(int samples)
    {
        while (samples > 0)
        {
            int count = Math.Min(samples, SlewResampler.MaximumBlock);
            samples -= count;
            output.Write(_silence.AsSpan(0, count * Channels));
            _fadesIn = true;
        }
    }

    private void Write(int samples)
    {
        Span<float> sound = decoder.Sound[..(samples * Channels)];
        if (_fadesIn)
        {
            _fadesIn = false;
            for (int index = 0; index < Math.Min(samples, FadeIn); index++)
            {
                sound[index * Channels] *= index / (float)FadeIn;
                sound[(index * Channels) + 1] *= index / (float)FadeIn;
            }
        }

        while (!sound.IsEmpty)
        {
            int length = Math.Min(sound.Length, SlewResampler.MaximumBlock * Channels);
            output.Write(sound[..length]);
            sound = sound[length..];
        }
    }
}
