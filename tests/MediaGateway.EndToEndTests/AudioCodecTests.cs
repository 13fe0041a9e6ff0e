using System.Globalization;
using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>Sound in the codec that a viewer asks for, measured with a tone.</summary>
[Collection(Lane.Programs)]
public sealed class AudioCodecTests
{
    private const double ToneHertz = 1000;
    private const double ToneVolume = 0.25;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    // A tone for longer than anybody records it under pictures, as ffmpeg makes it; `volume` of a full-scale sine.
    private static readonly string[] Tone =
    [
        "-re", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30", "-f", "lavfi", "-i",
        string.Create(CultureInfo.InvariantCulture, $"aevalsrc={ToneVolume}*sin({2 * Math.PI * ToneHertz}*t)|{ToneVolume}*sin({2 * Math.PI * ToneHertz}*t):s=48000"),
        "-t", "60", "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "30", "-pix_fmt", "yuv420p",
    ];

    [Fact]
    public async Task ViewersAskForCodecs_EachGetsTheToneInItsOwn()
    {
        using WorkFolder folder = new();
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using FfmpegEncoder aac = await FfmpegEncoder.PublishAsync(gateway, [.. Tone, "-c:a", "aac", "-b:a", "160k"], gateway.RtmpAddress("aac"));
        await using FfmpegEncoder mp3 = await FfmpegEncoder.PublishAsync(
            gateway, [.. Tone, "-c:a", "libmp3lame", "-ar", "44100", "-b:a", "160k"], gateway.RtmpAddress("mp3"));

        (string Stream, string Asked, string Codec, string Rate)[] viewers =
        [
            ("aac", "pcma", "pcm_alaw", "8000"),
            ("aac", "pcmu", "pcm_mulaw", "8000"),
            ("aac", "speex", "speex", "16000"),
            ("mp3", "mp3", "mp3", "44100"),
            ("mp3", "aac", "aac", "48000"),
        ];
        await Task.WhenAll(viewers.Select(viewer => FfmpegRecorder.RecordAsync(
            $"{gateway.RtmpAddress(viewer.Stream)}?audio={viewer.Asked}", TimeSpan.FromSeconds(6), folder.File($"{viewer.Stream}-{viewer.Asked}.flv"))));

        foreach ((string stream, string asked, string codec, string rate) in viewers)
        {
            string file = folder.File($"{stream}-{asked}.flv");
            MediaTrackInfo sound = (await MediaTrackInfo.ListAsync(file)).Single(track => track.Kind == "audio");
            Assert.Equal((codec, rate), (sound.Codec, sound.SampleRate));

            // FFmpeg 5.1 also has a Speex decoder of its own, which makes noise of what libspeex encodes; VLC decodes with libspeex too.
            await AssertToneAsync(file, $"{stream} to {asked}", codec == "speex" ? "libspeex" : null);
            await AssertUnbrokenAsync(file, codec);
        }
    }

    [Fact]
    public async Task OneViewerSuppressesSound_ItsSoundIsDigitalSilenceInUnbrokenTimeAndTheOtherViewersIsNot()
    {
        using WorkFolder folder = new();
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using FfmpegEncoder encoder = await FfmpegEncoder.PublishAsync(
            gateway, [.. Tone, "-c:a", "aac", "-b:a", "128k"], gateway.RtmpAddress("tone"));

        string quiet = gateway.RtmpAddress("tone").Replace("/live/", "/live?suppress_sound=true/", StringComparison.Ordinal);
        await Task.WhenAll(
            FfmpegRecorder.RecordAsync(gateway.RtmpAddress("tone"), TimeSpan.FromSeconds(5), folder.File("loud.flv")),
            FfmpegRecorder.RecordAsync(quiet, TimeSpan.FromSeconds(5), folder.File("quiet.flv")),
            FfmpegRecorder.RecordAsync(quiet + "?audio=pcma", TimeSpan.FromSeconds(5), folder.File("quiet-pcma.flv")));

        await AssertToneAsync(folder.File("loud.flv"), "beside a silent viewer");
        foreach ((string name, string codec) in new[] { ("quiet.flv", "aac"), ("quiet-pcma.flv", "pcm_alaw") })
        {
            Assert.Equal(codec, (await MediaTrackInfo.ListAsync(folder.File(name))).Single(track => track.Kind == "audio").Codec);
            DecodedMedia media = await DecodedMedia.DecodeAsync(folder.File(name), video: false);
            Assert.True(media.Sound.Length > 4 * TestPattern.SampleRate, $"{media.Sound.Length} samples");
            // A-law has no zero: its smallest value is 8 of 32768.
            int limit = codec == "aac" ? 1 : 8;
            Assert.DoesNotContain(media.Sound, sample => Math.Abs((int)sample) > limit);
            await AssertUnbrokenAsync(folder.File(name), codec);
        }
    }

    private static async Task AssertToneAsync(string file, string what, string? decoder = null)
    {
        DecodedMedia media = await DecodedMedia.DecodeAsync(file, video: false, soundDecoder: decoder);
        // The first half second may hold the encoder's and the resampler's beginning.
        ReadOnlySpan<short> sound = media.Sound.AsSpan(TestPattern.SampleRate / 2);
        Assert.True(sound.Length > 3 * TestPattern.SampleRate, $"{sound.Length} samples");
        (double frequency, double decibels) = Tones.Measure(sound, TestPattern.SampleRate);
        double expected = 20 * Math.Log10(ToneVolume / Math.Sqrt(2));
        Measurements.Note($"{what}: {frequency:0.0} Hz (sent {ToneHertz} Hz), level {decibels - expected:+0.00;-0.00} dB against the tone sent");
        Assert.InRange(frequency, ToneHertz * 0.99, ToneHertz * 1.01);
        Assert.InRange(decibels - expected, -1, 1);
    }

    // FLV stamps are whole milliseconds: every packet begins where the one before it ends, but for rounding.
    private static async Task AssertUnbrokenAsync(string file, string codec)
    {
        double[] stamps = [.. (await MediaPacket.ListAsync(file)).Where(packet => packet.Codec == "audio").Select(packet => packet.Pts * 1000)];
        double[] steps = [.. stamps.Zip(stamps.Skip(1), (left, right) => right - left)];
        double usual = (stamps[^1] - stamps[0]) / (stamps.Length - 1);
        Assert.True(steps.All(step => Math.Abs(step - usual) <= 2), $"{codec}: steps of {steps.Min():0.0} to {steps.Max():0.0} ms, on average {usual:0.00} ms");
    }
}
