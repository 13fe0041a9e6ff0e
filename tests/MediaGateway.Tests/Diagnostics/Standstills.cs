using MediaGateway.Diagnostics;
using MediaGateway.Testing;

namespace MediaGateway.Tests.Diagnostics;

/// <summary>Virtual time in which the program can stand still. Its beats make steps of it longer, so that only tests of standstills have it.</summary>
internal static class Standstills
{
    /// <summary>Notices standstills of <paramref name="time"/>, as the shipped gateway does those of the system.</summary>
    public static IServiceCollection NoticeStandstills(this IServiceCollection services, ManualTimeProvider time) =>
        services.AddSingleton(provider => new AwakeTimeProvider(time, provider.GetRequiredService<ILogger<AwakeTimeProvider>>()));
}
