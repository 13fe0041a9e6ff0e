using MediaGateway.Configuration;
using MediaGateway.Diagnostics.Export;
using MediaGateway.Media.Memory;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MediaGateway.Diagnostics;

/// <summary>Registers what every feature measures with.</summary>
internal static class DiagnosticsServiceCollectionExtensions
{
    /// <summary>
    /// Registers the clock (the system's, unless there is another), the ledger of what is held, the figures and their ways out, the memory that
    /// they count, and what the self-test
    /// says, and how near memory is to its limit.
    /// </summary>
    public static IServiceCollection AddDiagnostics(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton<ResourceLedger>();
        TimeProvider time = services.LastOrDefault(static service => service.ServiceType == typeof(TimeProvider))?.ImplementationInstance as TimeProvider
            ?? TimeProvider.System;
        services.AddSingleton<TimeProvider>(provider => new CountingTimeProvider(time, provider.GetRequiredService<ResourceLedger>()));
        services.TryAddSingleton<BufferPool>();
        services.AddSingleton<GatewayClock>();
        services.AddSingleton<GatewayMetrics>();
        services.AddSingleton<SelfTestResult>();
        services.AddSingleton<Readiness>();
        services.AddOptions<LimitsOptions>();
        services.TryAddSingleton<IMemoryMeter, ProcessMemoryMeter>();
        services.AddSingleton<MemoryPressure>();
        services.AddHostedService(static provider => provider.GetRequiredService<MemoryPressure>());
        // First of all: what is counted before somebody listens is lost.
        services.AddSingleton<MetricTable>();
        services.AddHostedService(static provider => provider.GetRequiredService<MetricTable>());
        services.AddHostedService<OtlpExport>();
        services.AddHostedService<ProcessMetrics>();
        return services;
    }
}
