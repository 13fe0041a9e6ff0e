using System.Diagnostics;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Memory;
using MediaGateway.Tests.Servers.Rtmp;
using Xunit;

namespace MediaGateway.Tests.Diagnostics;

/// <summary>
/// What a host held at one moment, its pooled memory by owner included, to compare with later. Handles of native libraries are left out,
/// because they are counted for the process, in which other tests run; so are timers that repeat, because the housekeeping starts when it likes.
/// </summary>
internal sealed class HeldResources(ResourceLedger ledger, BufferPool buffers)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    private readonly Dictionary<string, long> _before = Read(ledger, buffers);

    /// <summary>The kinds of which more or less is held than then, each with both counts.</summary>
    public IReadOnlyList<string> Differences =>
        [.. Read(ledger, buffers).Where(pair => pair.Value != _before[pair.Key]).Select(pair => $"{pair.Key} {_before[pair.Key]} -> {pair.Value}")];

    /// <summary>Waits until so many more of a kind are held than then.</summary>
    public Task UntilHeldAsync(ResourceKind kind, int more = 1)
    {
        string name = ledger.Snapshot().ElementAt((int)kind).Key;
        return RtmpServerHost.UntilAsync(() => ledger.Count(kind) == _before[name] + more, $"{more} more of {name} are held");
    }

    /// <summary>Waits until everything is as it was; names what is not.</summary>
    /// <param name="step">What makes it so, again and again: virtual time that passes.</param>
    public async Task ReturnAsync(Action? step = null)
    {
        long start = Stopwatch.GetTimestamp();
        while (Differences is { Count: > 0 } differences)
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < RtmpServerHost.Patience, $"Held before and now: {string.Join(", ", differences)}");
            step?.Invoke();
            await Task.Delay(Look, CancellationToken.None);
        }
    }

    private static Dictionary<string, long> Read(ResourceLedger ledger, BufferPool buffers)
    {
        Dictionary<string, long> counts = ledger.Snapshot()
            .Where(pair => !pair.Key.StartsWith("native.", StringComparison.Ordinal) && pair.Key != "periodic_timer")
            .ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
        foreach (BufferOwner owner in Enum.GetValues<BufferOwner>())
        {
            counts[$"buffers of {owner}"] = buffers.Outstanding(owner);
        }

        return counts;
    }
}
