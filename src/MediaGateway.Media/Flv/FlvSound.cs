using MediaGateway.Media.Frames;
using MediaGateway.Media.Mp3;

namespace MediaGateway.Media.Flv;

/// <summary>
/// What the first byte of an audio tag says of codecs without a configuration of their own (Video File Format v10.1, E.4.2.1). For most
/// of them the rate in it means nothing, and readers take what the codec is known to have; MP3 tells its own.
/// </summary>
public static class FlvSound
{
    private const int SpeexSampleRate = 16_000;
    private const int TelephoneSampleRate = 8_000;

    // E.4.2.1 SoundRate: 0 is 5.5 kHz, and each step twice as much.
    private const int HighestSampleRate = 44_100;
    private const int HighestRateIndex = 3;

    /// <summary>The format of a tag with a plain codec; null when the codec is another.</summary>
    /// <param name="header">The first byte.</param>
    /// <param name="payload">What follows it.</param>
    /// <param name="previous">The format of the tag before, returned again unless something changed; null for the first.</param>
    public static PlainAudioFormat? ReadFormat(byte header, ReadOnlySpan<byte> payload, PlainAudioFormat? previous)
    {
        int flagged = HighestSampleRate >> (HighestRateIndex - ((header >> 2) & 3));
        int channels = (header & 1) + 1;
        return (FlvSoundFormat)(header >> 4) switch
        {
            FlvSoundFormat.Mp3 => ReadMp3(header, payload, flagged, channels, previous),
            FlvSoundFormat.Mp3At8Kilohertz => ReadMp3(header, payload, TelephoneSampleRate, channels, previous),
            FlvSoundFormat.Nellymoser16Kilohertz => Make(CodecId.Nellymoser, SpeexSampleRate, 1, header, previous),
            FlvSoundFormat.Nellymoser8Kilohertz => Make(CodecId.Nellymoser, TelephoneSampleRate, 1, header, previous),
            FlvSoundFormat.Nellymoser => Make(CodecId.Nellymoser, flagged, channels, header, previous),
            FlvSoundFormat.Pcma => Make(CodecId.Pcma, TelephoneSampleRate, channels, header, previous),
            FlvSoundFormat.Pcmu => Make(CodecId.Pcmu, TelephoneSampleRate, channels, header, previous),
            FlvSoundFormat.Speex => Make(CodecId.Speex, SpeexSampleRate, 1, header, previous),
            _ => null,
        };
    }

    /// <summary>The format of MP3 that comes without such a byte; null when there is no frame.</summary>
    public static PlainAudioFormat? ReadMp3Format(ReadOnlySpan<byte> payload, PlainAudioFormat? previous) =>
        Mp3FrameHeader.TryRead(payload, out Mp3FrameHeader frame)
            ? Make(CodecId.Mp3, frame.SampleRate, frame.Channels, Mp3Header(frame.SampleRate, frame.Channels), previous)
            : previous;

    /// <summary>The first byte of an MP3 tag for sound of this rate: 48 kHz is marked 44, and 8 kHz has a format of its own.</summary>
    public static byte Mp3Header(int sampleRate, int channels)
    {
        const int SixteenBits = 2;
        FlvSoundFormat format = sampleRate == TelephoneSampleRate ? FlvSoundFormat.Mp3At8Kilohertz : FlvSoundFormat.Mp3;
        int rate = sampleRate switch
        {
            >= 32_000 => 3,
            >= 16_000 => 2,
            > TelephoneSampleRate => 1,
            _ => 0,
        };
        return (byte)(((int)format << 4) | (rate << 2) | SixteenBits | (channels > 1 ? 1 : 0));
    }

    /// <summary>The codec of a tag whose payload the gateway does not look into; null when it is another.</summary>
    public static CodecId? ReadOpaqueCodec(byte header) => (FlvSoundFormat)(header >> 4) switch
    {
        FlvSoundFormat.Adpcm => CodecId.Adpcm,
        FlvSoundFormat.LinearPcm or FlvSoundFormat.LinearPcmPlatform => CodecId.LinearPcm,
        _ => null,
    };

    // A tag may go on with a frame that began in the one before, and then has no header: it is what that one was.
    private static PlainAudioFormat ReadMp3(byte header, ReadOnlySpan<byte> payload, int flagged, int channels, PlainAudioFormat? previous)
    {
        if (Mp3FrameHeader.TryRead(payload, out Mp3FrameHeader frame))
        {
            return Make(CodecId.Mp3, frame.SampleRate, frame.Channels, header, previous);
        }

        return previous is { Codec: CodecId.Mp3 } && previous.FlvHeader == header
            ? previous
            : new PlainAudioFormat(CodecId.Mp3, flagged, channels, header);
    }

    private static PlainAudioFormat Make(CodecId codec, int sampleRate, int channels, byte header, PlainAudioFormat? previous)
    {
        bool isSame = previous is not null && previous.Codec == codec && previous.SampleRate == sampleRate
            && previous.Channels == channels && previous.FlvHeader == header;
        return isSame ? previous! : new PlainAudioFormat(codec, sampleRate, channels, header); // isSame: not null
    }
}
