namespace MediaGateway.Diagnostics;

/// <summary>Whether the gateway is alive, and whether new clients may be sent to it; and why not, in words. Any thread.</summary>
internal sealed class Readiness(IHostApplicationLifetime lifetime, GatewayMetrics metrics, GatewayClock clock, MemoryPressure memory)
{
    /// <summary>What only a restart puts right: threads that do not come back from their work.</summary>
    public IReadOnlyList<string> Ailments()
    {
        TimeSpan now = clock.Now;
        return [.. metrics.Threads.Stuck(now).Select(name => $"The thread {name} has not come back from its work for more than {Heartbeats.Patience.TotalSeconds:0} seconds.")];
    }

    /// <summary>Why new clients had better go elsewhere. The host says that it has started when all ports are open and the self-test is through.</summary>
    public IReadOnlyList<string> Obstacles()
    {
        IReadOnlyList<string> ailments = Ailments();
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return ["The gateway is shutting down.", .. ailments];
        }

        if (memory.IsNear)
        {
            ailments = [MemoryPressure.Words + ".", .. ailments];
        }

        return lifetime.ApplicationStarted.IsCancellationRequested
            ? ailments
            : ["The gateway is still starting: not every port is open yet, or its self-test is not through.", .. ailments];
    }
}
