namespace MediaGateway.Diagnostics;

/// <summary>
/// The real limits: that of the container, or without one the memory of the machine, of which only this process's own part counts; and that of
/// the managed heap, which .NET keeps at three quarters of the container's. Whichever is nearer. Any thread.
/// </summary>
internal sealed class ProcessMemoryMeter : IMemoryMeter
{
    private const string MemoryFile = "/proc/meminfo";
    private const string TotalLine = "MemTotal:";
    private const int BytesPerKilobyte = 1024;

    private readonly long _machine = ReadMachine();
    private readonly ControlGroup _group = new("/sys/fs/cgroup", "/proc/self/cgroup");

    /// <inheritdoc/>
    public MemoryUse Read()
    {
        GCMemoryInfo collected = GC.GetGCMemoryInfo(GCKind.Any);
        // What was left by the newest collection: garbage is no use. Before the first one everything counts.
        var heap = new MemoryUse(collected.Index > 0 ? collected.HeapSizeBytes : GC.GetTotalMemory(forceFullCollection: false), collected.TotalAvailableMemoryBytes);
        MemoryUse all = _group.Read(_machine) ?? new MemoryUse(Environment.WorkingSet, _machine);
        return heap.Share > all.Share ? heap : all;
    }

    private static long ReadMachine()
    {
        string? line = File.Exists(MemoryFile)
            ? File.ReadLines(MemoryFile).FirstOrDefault(static line => line.StartsWith(TotalLine, StringComparison.Ordinal))
            : null;
        return line is not null && long.TryParse(line.AsSpan(TotalLine.Length).TrimEnd(" kB").Trim(), out long kilobytes)
            ? kilobytes * BytesPerKilobyte
            : long.MaxValue;
    }
}
