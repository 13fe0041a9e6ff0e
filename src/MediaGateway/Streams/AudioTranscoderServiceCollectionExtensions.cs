using MediaGateway.Configuration;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Media.Silence;
using MediaGateway.Native.Audio;
using MediaGateway.Native.FFmpeg;
using Microsoft.Extensions.Options;

namespace MediaGateway.Streams;

/// <summary>Registers the transcoders that audio bridges run on.</summary>
internal static class AudioTranscoderServiceCollectionExtensions
{
    /// <summary>Adds libopus and FFmpeg, set up as <see cref="AudioOptions"/> says, and encoded silence.</summary>
    public static IServiceCollection AddAudioTranscoders(this IServiceCollection services) => services
        .AddSingleton<ISilentSound, SilentSound>()
        .AddSingleton<IAudioTranscoderFactory>(provider =>
        {
            AudioOptions options = provider.GetRequiredService<IOptions<AudioOptions>>().Value;
            var encoding = new AacEncoderOptions { BitRate = options.Bitrate, Coder = options.Coder };
            return new AudioTranscoderFactory(provider.GetRequiredService<BufferPool>(), encoding);
        });
}
