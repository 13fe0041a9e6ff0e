using System.Diagnostics.CodeAnalysis;
using MediaGateway.Media.Frames;

namespace MediaGateway.Media.Mp4;

/// <summary>One track of a written MP4 file. Immutable.</summary>
/// <param name="Id">The track's number (ISO/IEC 14496-12 8.3.2), 1 or higher.</param>
/// <param name="Timescale">Ticks per second of all its times: 90,000 for pictures, the sample rate for sound.</param>
/// <param name="Format">What its samples are.</param>
public sealed record Mp4Track(int Id, int Timescale, TrackFormat Format)
{
    /// <summary>The number of the pictures' track.</summary>
    public const int VideoId = 1;

    /// <summary>The number of the sound's track.</summary>
    public const int AudioId = 2;

    /// <summary>The clock of pictures: RTP's, a multiple of every customary frame rate but those with 1001 in them.</summary>
    public const int VideoTimescale = 90_000;

    /// <summary>Whether MP4 as it is written here can carry the format: H.264, AAC, Opus and MP3.</summary>
    public static bool CanCarry([NotNullWhen(true)] TrackFormat? format) =>
        format is H264Format or AacFormat or OpusFormat or PlainAudioFormat { Codec: CodecId.Mp3 };

    /// <summary>The track of a format; null without one.</summary>
    /// <exception cref="ArgumentException">MP4 cannot carry it: see <see cref="CanCarry"/>.</exception>
    public static Mp4Track? Of(TrackFormat? format) => format switch
    {
        null => null,
        H264Format => new Mp4Track(VideoId, VideoTimescale, format),
        AacFormat aac => new Mp4Track(AudioId, aac.SampleRate, format),
        OpusFormat => new Mp4Track(AudioId, OpusFormat.ClockRate, format),
        PlainAudioFormat { Codec: CodecId.Mp3 } mp3 => new Mp4Track(AudioId, mp3.SampleRate, format),
        _ => throw new ArgumentException($"MP4 is not written with {format.Codec} here.", nameof(format)),
    };

    /// <summary>The codec as <c>CODECS</c> of a playlist and as media types name it (RFC 6381).</summary>
    public string CodecName => Format switch
    {
        H264Format { ConfigurationRecord: { Length: >= 4 } record } =>
            $"avc1.{record.Span[1]:X2}{record.Span[2]:X2}{record.Span[3]:X2}",
        H264Format => "avc1.42E01E",
        AacFormat aac => $"mp4a.40.{ObjectTypeOf(aac)}",
        OpusFormat => "opus",
        _ => "mp4a.6B",
    };

    private static int ObjectTypeOf(AacFormat format) =>
        Aac.AudioSpecificConfig.TryRead(format.AudioSpecificConfig.Span, out Aac.AudioSpecificConfig config)
            ? config.ObjectType
            : Aac.AudioSpecificConfig.LowComplexity;
}
