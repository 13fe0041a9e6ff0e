using MediaGateway.Configuration;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Native.Video;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace MediaGateway.Streams;

/// <summary>Registers the transcoders that converted pictures run on.</summary>
internal static class VideoTranscoderServiceCollectionExtensions
{
    /// <summary>Adds FFmpeg, set up as <see cref="VideoOptions"/> says, where nothing else does it. No library is loaded before it is needed.</summary>
    public static IServiceCollection AddVideoTranscoders(this IServiceCollection services)
    {
        services.TryAddSingleton<IVideoTranscoderFactory>(provider =>
        {
            VideoOptions options = provider.GetRequiredService<IOptions<VideoOptions>>().Value;
            var encoding = new VideoEncodingOptions { Preset = options.Preset, MaximumBitRate = options.MaximumBitrate };
            return new VideoTranscoderFactory(provider.GetRequiredService<BufferPool>(), encoding);
        });
        return services;
    }

    /// <summary>Adds FFmpeg for the levels of ladders, set up as <see cref="LadderOptions"/> says, where nothing else does it.</summary>
    public static IServiceCollection AddVideoLadders(this IServiceCollection services)
    {
        services.TryAddSingleton<IVideoLadderFactory>(provider => new VideoLadderFactory(
            provider.GetRequiredService<BufferPool>(), provider.GetRequiredService<IOptions<LadderOptions>>().Value.Preset));
        return services;
    }
}
