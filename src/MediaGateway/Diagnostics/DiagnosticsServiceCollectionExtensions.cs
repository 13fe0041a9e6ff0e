using MediaGateway.Configuration;
using MediaGateway.Diagnostics.Export;
using MediaGateway.Media.Memory;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MediaGateway.Diagnostics;

/// <summary>Registers what every feature measures with.</summary>
internal static class DiagnosticsServiceCollectionExtensions
{
    /// <summary>
    /// Registers the clock (the system's less the standstills of the program, unless there is another), the ledger of what is held, the figures and their ways out, the memory that
    /// they count, and what the self-test
    /// says, and how near memory is to its limit.
    /// </summary>
    public static IServiceCollection AddDiagnostics(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton<ResourceLedger>();
        var given = services.LastOrDefault(static service => service.ServiceType == typeof(TimeProvider))?.ImplementationInstance as TimeProvider;
        services.AddSingleton(provider => new AwakeTimeProvider(
            given ?? TimeProvider.System, provider.GetRequiredService<ILogger<AwakeTimeProvider>>(), watches: given is null));
        services.AddSingleton<TimeProvider>(static provider => new CountingTimeProvider(
            provider.GetRequiredService<AwakeTimeProvider>(), provider.GetRequiredService<ResourceLedger>()));
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
