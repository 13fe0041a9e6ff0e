using MediaGateway.Media.Frames;
using MediaGateway.Media.G711;
using MediaGateway.Media.Memory;
using MediaGateway.Native.Audio;
using MediaGateway.Native.FFmpeg;
using MediaGateway.Native.Tests.Opus;

namespace MediaGateway.Native.Tests.Audio;

/// <summary>A publisher's encoder of one kind: gives packets of a sound that is a function of time.</summary>
internal sealed class TestSource : IDisposable
{
    private readonly BufferPool _pool = new();
    private readonly AudioEncoder? _encoder;
    private readonly OpusTestEncoder? _opus;
    private readonly int _format;

    private TestSource(TrackFormat format, int rate, int channels, int frameSamples, AudioEncoderSettings? settings = null)
    {
        _encoder = settings is null ? null : new AudioEncoder(settings);
        _format = settings?.SampleFormat ?? 0;
        _opus = format is OpusFormat ? new OpusTestEncoder(channels, 128_000) : null;
        Format = format is AacFormat aac
            ? aac with { AudioSpecificConfig = aac.AudioSpecificConfig.IsEmpty ? _encoder!.Configuration : aac.AudioSpecificConfig }
            : format;
        Rate = rate;
        Channels = channels;
        FrameSamples = _encoder?.FrameSamples ?? frameSamples;
    }

    /// <summary>The kinds that <see cref="Open"/> knows.</summary>
    public static readonly string[] Kinds =
    [
        "aac-48000-2", "aac-44100-2", "aac-44100-1", "aac-22050-1", "aac-96000-2", "heaac-24000-2", "mp3-44100-2", "mp3-48000-2",
        "mp3-22050-1", "mp3-16000-1", "pcma", "pcmu", "speex", "speex-narrow", "nellymoser-8000", "nellymoser-16000", "nellymoser-22050",
        "nellymoser-44100", "opus",
    ];

    public TrackFormat Format { get; }

    public int Rate { get; }

    public int Channels { get; }

    public int FrameSamples { get; }

    public static TestSource Open(string kind)
    {
        string[] parts = kind.Split('-');
        int rate = parts.Length > 1 && int.TryParse(parts[1], out int given) ? given : 16_000;
        int channels = parts.Length > 2 ? parts[2][0] - '0' : 1;
        return parts[0] switch
        {
            "aac" => new TestSource(new AacFormat(default, rate, channels), rate, channels, 0, Aac(rate, channels, "+global_header")),

            // The frames of plain AAC with a configuration that promises spectral band replication.
            "heaac" => new TestSource(
                new AacFormat(new byte[] { 0x2B, 0x11, 0x88, 0x00 }, rate, channels), rate, channels, 0, Aac(rate, channels, "+global_header")),
            "mp3" => new TestSource(
                new PlainAudioFormat(CodecId.Mp3, rate, channels, 0x2F),
                rate,
                channels,
                0,
                new AudioEncoderSettings("libmp3lame", AvCodec.AV_CODEC_ID_MP3, AvUtil.AV_SAMPLE_FMT_FLTP, rate, channels)
                {
                    BitRate = rate > 30_000 ? 128_000 : 64_000,
                }),
            "pcma" => new TestSource(new PlainAudioFormat(CodecId.Pcma, 8000, 1, 0x72), 8000, 1, 160),
            "pcmu" => new TestSource(new PlainAudioFormat(CodecId.Pcmu, 8000, 1, 0x82), 8000, 1, 160),
            "speex" => Speex(kind == "speex" ? 16_000 : 8000),
            "nellymoser" => new TestSource(
                new PlainAudioFormat(CodecId.Nellymoser, rate, 1, 0x62),
                rate,
                1,
                0,
                new AudioEncoderSettings("nellymoser", AvCodec.AV_CODEC_ID_NELLYMOSER, AvUtil.AV_SAMPLE_FMT_FLT, rate, 1)),
            "opus" => new TestSource(new OpusFormat(2), 48_000, 2, 960),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
    }

    /// <summary>Encodes the next frame. Sample n of it is the sound at n / <see cref="Rate"/> seconds.</summary>
    /// <param name="first">The number of its first sample.</param>
    /// <param name="sound">The sound of each channel at a time.</param>
    /// <returns>The packet that comes out; null while the encoder has none.</returns>
    public byte[]? Encode(long first, Func<double, int, float> sound)
    {
        float[][] channels = [.. Enumerable.Range(0, Channels).Select(channel =>
            Enumerable.Range(0, FrameSamples).Select(index => sound((first + index) / (double)Rate, channel)).ToArray())];
        if (_encoder is null)
        {
            return Format.Codec switch
            {
                CodecId.Pcma => [.. channels[0].Select(sample => ALaw.Encode(PcmSample.FromFloat(sample)))],
                CodecId.Pcmu => [.. channels[0].Select(sample => MuLaw.Encode(PcmSample.FromFloat(sample)))],
                _ => _opus!.Encode(channels[0].Zip(channels[^1]).SelectMany(pair => new[] { pair.First, pair.Second }).ToArray()),
            };
        }

        _encoder.Prepare();
        for (int channel = 0; channel < Channels; channel++)
        {
            if (_format == AvUtil.AV_SAMPLE_FMT_S16)
            {
                PcmSample.Convert(channels[channel], _encoder.Plane<short>(channel));
            }
            else
            {
                channels[channel].CopyTo(_encoder.Plane<float>(channel));
            }
        }

        _encoder.Send();
        PooledBuffer? packet = _encoder.TryReceive(_pool, out int length);
        byte[]? bytes = packet?.Span[..length].ToArray();
        packet?.Dispose();
        return bytes;
    }

    /// <summary>The packets of so many seconds of a sound.</summary>
    public IReadOnlyList<byte[]> Packets(double seconds, Func<double, int, float> sound)
    {
        List<byte[]> packets = [];
        for (long first = 0; first < seconds * Rate; first += FrameSamples)
        {
            if (Encode(first, sound) is { } packet)
            {
                packets.Add(packet);
            }
        }

        return packets;
    }

    /// <summary>The stamp of a packet as RTMP carries it, in whole milliseconds; that of Opus as RTP does.</summary>
    public MediaTime StampOf(int packet) =>
        Format is OpusFormat
            ? new MediaTime(packet * (long)FrameSamples, Rate)
            : new MediaTime((long)packet * FrameSamples, Rate).Rescale(1000);

    public void Dispose()
    {
        _encoder?.Dispose();
        _opus?.Dispose();
    }

    private static AudioEncoderSettings Aac(int rate, int channels, string flags) =>
        new("aac", AvCodec.AV_CODEC_ID_AAC, AvUtil.AV_SAMPLE_FMT_FLTP, rate, channels)
        {
            BitRate = channels * 64_000,
            Options = [("flags", flags), ("aac_coder", "fast")],
        };

    private static TestSource Speex(int rate) =>
        new(
            new PlainAudioFormat(CodecId.Speex, 16_000, 1, 0xB2),
            rate,
            1,
            0,
            new AudioEncoderSettings("libspeex", AvCodec.AV_CODEC_ID_SPEEX, AvUtil.AV_SAMPLE_FMT_S16, rate, 1)
            {
                Options = [("cbr_quality", "10")],
            });
}
