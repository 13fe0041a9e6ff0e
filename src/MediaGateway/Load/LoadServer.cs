namespace MediaGateway.Load;

/// <summary>Measures the server's process over a time.</summary>
/// <param name="process">The process.</param>
internal sealed class LoadServer(ServerProcess process)
{
    private readonly long _memoryBefore = process.OwnMemory();
    private double _processor;

    /// <summary>Looks at a process before the first session; null when none is named.</summary>
    public static LoadServer? Of(int? id) => id is { } number ? new LoadServer(new ServerProcess(number)) : null;

    /// <summary>From here on.</summary>
    public void Begin() => _processor = process.ProcessorSeconds();

    /// <summary>Until here.</summary>
    public LoadServerReport End(int sessions, double seconds)
    {
        double taken = process.ProcessorSeconds() - _processor;
        return new LoadServerReport(
            Math.Round(taken * 1000 / seconds / Math.Max(1, sessions), 4), Math.Round(taken / seconds, 4), _memoryBefore, process.OwnMemory());
    }
}
