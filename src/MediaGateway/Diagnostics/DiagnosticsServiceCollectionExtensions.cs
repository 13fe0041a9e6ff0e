using MediaGateway.Media.Memory;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MediaGateway.Diagnostics;

/// <summary>Registers what every feature measures with.</summary>
internal static class DiagnosticsServiceCollectionExtensions
{
    /// <summary>Registers the clock, the figures and the memory that they count.</summary>
    public static IServiceCollection AddDiagnostics(this IServiceCollection services)
    {
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<BufferPool>();
        services.AddSingleton<GatewayClock>();
        services.AddSingleton<GatewayMetrics>();
        return services;
    }
}
