using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;

namespace MediaGateway.Tests.Streams;

/// <summary>Frames as a browser's stream has them: 90 kHz pictures, 48 kHz Opus and AAC; times in milliseconds.</summary>
internal sealed class TestFrames(BufferPool pool)
{
    public static readonly OpusFormat Opus = new(2);
    public static readonly AacFormat Aac = new(new byte[] { 0x11, 0x90 }, 48_000, 2);
    public static readonly AacFormat Aac44 = new(new byte[] { 0x12, 0x10 }, 44_100, 2);
    public static readonly PlainAudioFormat Pcma = new(CodecId.Pcma, 8_000, 1, 0x72);
    public static readonly PlainAudioFormat Mp3 = new(CodecId.Mp3, 44_100, 2, 0x2F);
    public static readonly H264Format Picture360 = new(new byte[] { 1, 0x42, 0xE0, 0x1E, 0xFF }, 640, 360);
    public static readonly H264Format Picture180 = new(new byte[] { 1, 0x42, 0xE0, 0x0D, 0xFF }, 320, 180);

    /// <summary>Gateway time stamped on the frames.</summary>
    public TimeSpan ReceivedAt { get; set; }

    public MediaFrame Key(int milliseconds, int bytes = 1000, H264Format? format = null, byte content = 0) =>
        Make(format ?? Picture360, new MediaTime(milliseconds * 90L, 90_000), true, bytes, content: content);

    public MediaFrame Delta(int milliseconds, int bytes = 100, H264Format? format = null, byte content = 0) =>
        Make(format ?? Picture360, new MediaTime(milliseconds * 90L, 90_000), false, bytes, content: content);

    public MediaFrame Sound(int milliseconds, int bytes = 50) => Make(Opus, new MediaTime(milliseconds * 48L, 48_000), true, bytes);

    /// <summary>Sound as an encoder sends it over RTMP: times in whole milliseconds.</summary>
    public MediaFrame EncoderSound(TrackFormat format, int milliseconds) => Make(format, new MediaTime(milliseconds, 1000), true, 50);

    public MediaFrame Data(int milliseconds) => Make(ScriptDataFormat.Instance, new MediaTime(milliseconds, 1000), true, 10);

    /// <summary>A frame of a further track of a multitrack publisher.</summary>
    public MediaFrame Further(FlvTagFormat format, int milliseconds, bool key = true) =>
        Make(format, new MediaTime(milliseconds, 1000), key, 30);

    /// <summary>The format of a further track.</summary>
    public static FlvTagFormat FurtherFormat(TrackKind kind, int trackId, byte configuration = 0) =>
        new(kind == TrackKind.Video ? CodecId.Hevc : CodecId.Ac3, kind, new[] { configuration }, trackId, IsEnhanced: true);

    /// <summary>A format of sound in that codec.</summary>
    public static TrackFormat SoundFormat(CodecId codec) => codec switch
    {
        CodecId.Aac => Aac,
        CodecId.Opus => Opus,
        CodecId.Pcma => Pcma,
        CodecId.Mp3 => Mp3,
        _ => new PlainAudioFormat(codec, 16_000, 1, 0xB2),
    };

    public MediaFrame AacAt(long samples, TimeSpan receivedAt) => DerivedAt(Aac, samples, receivedAt);

    public MediaFrame DerivedAt(TrackFormat format, long samples, TimeSpan receivedAt) =>
        Make(format, new MediaTime(samples, 48_000), true, 20, receivedAt);

    private MediaFrame Make(TrackFormat format, MediaTime time, bool key, int bytes, TimeSpan? receivedAt = null, byte content = 0)
    {
        PooledBuffer buffer = pool.Rent(bytes, BufferOwner.Frame);
        buffer.Span[..bytes].Fill(content);
        return new MediaFrame(format, time, time, key, buffer, 0, bytes, receivedAt ?? ReceivedAt);
    }
}
