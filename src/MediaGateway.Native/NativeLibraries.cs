using System.Globalization;
using System.Runtime.InteropServices;
using MediaGateway.Media.Memory;
using MediaGateway.Native.Audio;
using MediaGateway.Native.FFmpeg;
using MediaGateway.Native.OpenSsl;
using MediaGateway.Native.Opus;
using MediaGateway.Native.Speex;
using MediaGateway.Native.Srtp;
using MediaGateway.Native.Video;
using MediaGateway.WebRtc.Dtls;
using MediaGateway.WebRtc.Srtp;

namespace MediaGateway.Native;

/// <summary>Tries the native libraries at start, so that a missing or unknown one is said in words before anybody needs it.</summary>
public static class NativeLibraries
{
    private const string OpenSslPackage = "libssl3 (Ubuntu 24.04 and Debian 13: libssl3t64)";
    private const string OpusPackage = "libopus0";
    private const string SpeexPackage = "libspeex1";
    private const string FFmpegPackage = "libavcodec59 (Ubuntu 24.04: libavcodec60, Debian 13: libavcodec61)";

    private const string SwScalePackage = "libswscale6 (Ubuntu 24.04: libswscale7, Debian 13: libswscale8)";

    /// <summary>Loads each library and lets it do a little of what it is for. Takes some 50 ms; no exception.</summary>
    public static IReadOnlyList<NativeLibraryReport> SelfCheck() =>
    [
        Check("OpenSSL", OpenSslPackage, [LibraryResolver.Crypto, LibraryResolver.Ssl], OpenSslVersion, TryOpenSsl),
        Check("libopus", OpusPackage, [LibraryResolver.Opus], OpusVersion, TryOpus),
        Check("FFmpeg", FFmpegPackage, [LibraryResolver.AvCodec, LibraryResolver.AvUtil], FFmpegVersion, TryFFmpeg),
        CheckSpeex(),
        CheckScaler(),
    ];

    internal static NativeLibraryReport Check(
        string name, string package, IReadOnlyList<string> libraries, Func<string> version, Func<string?> attempt)
    {
        string? missing = libraries.FirstOrDefault(library => LibraryResolver.Resolve(library) == 0);
        if (missing is not null)
        {
            string files = string.Join(", ", LibraryResolver.FileNamesOf(missing));
            return new NativeLibraryReport(
                name, Version: null, $"{name} is missing (looked for {files}). On Debian or Ubuntu: apt-get install {package}.");
        }

        try
        {
            return new NativeLibraryReport(name, version(), Failure: null, attempt());
        }
        catch (Exception error) when (error is FFmpegException or OpenSslException or OpusException or SpeexException or TypeLoadException or NotSupportedException)
        {
            return new NativeLibraryReport(name, Version: null, $"{name} does not work: {error.Message}");
        }
    }

    private static string OpenSslVersion() => Text(LibCrypto.OpenSSL_version(LibCrypto.OPENSSL_VERSION));

    private static string? TryOpenSsl()
    {
        using var dtls = new OpenSslDtlsEndpointFactory();
        using IDtlsEndpoint endpoint = dtls.CreateServer();
        byte[] iv = new byte[16];
        var ciphers = new EvpSrtpCipherFactory();
        using ISrtpCipher counterMode = ciphers.Create(SrtpProfile.Aes128CmSha1With80BitTag, new byte[16], new byte[20]);
        using ISrtpCipher gcm = ciphers.Create(SrtpProfile.AeadAes128Gcm, new byte[16], []);
        counterMode.Seal(iv, iv, iv, [], new byte[counterMode.TagLength]);
        gcm.Seal(iv.AsSpan(0, 12), iv, iv, [], new byte[gcm.TagLength]);
        return null;
    }

    private static string OpusVersion() => Text(LibOpus.opus_get_version_string());

    private static string? TryOpus()
    {
        // RFC 6716 3.1: a CELT packet of 20 ms in stereo whose one frame is silence.
        ReadOnlySpan<byte> silence = [0xFC, 0xFF, 0xFE];
        using var decoder = new OpusDecoder();
        int samples = decoder.Decode(silence, new float[OpusDecoder.LongestPacket * OpusDecoder.Channels]);
        if (samples != 960)
        {
            throw new OpusException("opus_decode_float", samples);
        }

        float[] frame = new float[OpusEncoder.FrameSamples];
        using var encoder = new OpusEncoder();
        encoder.Encode(frame, frame, new BufferPool(), out _)?.Dispose();
        return null;
    }

    private static string FFmpegVersion()
    {
        uint version = AvCodec.avcodec_version();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Text(AvUtil.av_version_info())} (libavcodec {version >> 16}.{(version >> 8) & 0xFF}.{version & 0xFF})");
    }

    private static string? TryFFmpeg()
    {
        TryAac();
        return FFmpegLayout.Current.IsProven
            ? null
            : $"the structures of {FFmpegLayout.Current.Release} are taken from its headers; the self-test passed";
    }

    /// <summary>The one library that may be missing: only viewers who ask for Speex need it.</summary>
    private static NativeLibraryReport CheckSpeex() => SpeexEncoder.IsInstalled
        ? Check("libspeex", SpeexPackage, [LibraryResolver.Speex], SpeexVersion, TrySpeex)
        : new NativeLibraryReport(
            "libspeex", "not installed", Failure: null, $"sound cannot be had in Speex; on Debian or Ubuntu: apt-get install {SpeexPackage}");

    /// <summary>Needed only where the levels of ladders are made.</summary>
    private static NativeLibraryReport CheckScaler() => PictureScaler.IsInstalled
        ? Check("libswscale", SwScalePackage, [LibraryResolver.SwScale], SwScaleVersion, TryScaler)
        : new NativeLibraryReport(
            "libswscale",
            "not installed",
            Failure: null,
            $"levels of ladders cannot be made (looked for {string.Join(", ", LibraryResolver.FileNamesOf(LibraryResolver.SwScale))}); on Debian or Ubuntu: apt-get install {SwScalePackage}");

    private static string SwScaleVersion()
    {
        uint version = SwScale.swscale_version();
        return string.Create(CultureInfo.InvariantCulture, $"{version >> 16}.{(version >> 8) & 0xFF}.{version & 0xFF}");
    }

    private static string? TryScaler()
    {
        using var picture = new DecodedPicture();
        picture.Allocate(64, 64, AvUtil.AV_PIX_FMT_YUV420P);
        using var scaler = new PictureScaler(picture, 32, 32, AvUtil.AV_PIX_FMT_YUV420P);
        scaler.Scale(picture);
        return null;
    }

    private static string SpeexVersion() => SpeexEncoder.LibraryVersion;

    private static string? TrySpeex()
    {
        using var encoder = new SpeexEncoder();
        float[] frame = new float[SpeexEncoder.FrameSamples];
        encoder.Encode(frame, frame, new BufferPool(), out _)?.Dispose();
        return null;
    }

    /// <summary>There and back: a wrong place of any field of FFmpeg's structures would not give these counts.</summary>
    private static void TryAac()
    {
        var pool = new BufferPool();
        using var encoder = new AacEncoder(new AacEncoderOptions());
        using var decoder = new FFmpegSoundDecoder(encoder.Format);
        float[] frame = new float[AacEncoder.FrameSamples];
        for (int index = 0; index < 4; index++)
        {
            frame.AsSpan().Fill(index * 0.1f);
            using PooledBuffer? packet = encoder.Encode(frame, frame, pool, out int length);
            if (packet is null != (index == 0) || length > AacEncoder.FrameSamples * 2)
            {
                throw new FFmpegException($"frame {index} gave {length} bytes of AAC");
            }

            int samples = packet is null ? AacEncoder.FrameSamples : decoder.Decode(packet.Span[..length]);
            if (samples != AacEncoder.FrameSamples)
            {
                throw new FFmpegException($"frame {index} of AAC was decoded to {samples} samples");
            }
        }
    }

    private static string Text(nint text) => Marshal.PtrToStringUTF8(text) ?? "of unknown version";
}
