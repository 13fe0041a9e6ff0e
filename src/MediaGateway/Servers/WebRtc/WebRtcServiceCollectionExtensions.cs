using System.Security.Cryptography;
using MediaGateway.Configuration;
using MediaGateway.Media.Memory;
using MediaGateway.Native.OpenSsl;
using MediaGateway.Native.Srtp;
using MediaGateway.Streams;
using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.Servers.WebRtc;

/// <summary>Registers WebRTC ingest.</summary>
internal static class WebRtcServiceCollectionExtensions
{
    /// <summary>Adds the UDP port with its media loop, and <see cref="IPeerSessions"/> upon it.</summary>
    public static IServiceCollection AddWebRtcServer(this IServiceCollection services)
    {
        services.AddOpenFileLimit();
        services.AddSingleton<CandidateAddresses>();
        services.AddSingleton(provider => new PeerServices(
            provider.GetRequiredService<BufferPool>(), new OpenSslDtlsEndpointFactory(), new EvpSrtpCipherFactory(), RandomNumberGenerator.Create()));
        services.AddSingleton<WebRtcServer>();
        services.AddSingleton<IPeerSessions>(provider => provider.GetRequiredService<WebRtcServer>());
        services.AddHostedService(provider => provider.GetRequiredService<WebRtcServer>());
        return services;
    }
}
