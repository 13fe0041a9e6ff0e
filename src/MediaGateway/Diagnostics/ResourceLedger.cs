using System.Text;
using MediaGateway.Native;

namespace MediaGateway.Diagnostics;

/// <summary>
/// Counts what the host holds for its sessions, so that what is not given back shows as a number that does not return. Pooled memory is
/// counted by its pool (<see cref="Media.Memory.BufferPool.Outstanding(Media.Memory.BufferOwner)"/>). Any thread; counting allocates nothing.
/// </summary>
internal sealed class ResourceLedger
{
    private static readonly string[] Names = [.. Enum.GetNames<ResourceKind>().Select(ToWords)];
    private static readonly string[] NativeNames = [.. Enum.GetNames<NativeHandleKind>().Select(static name => $"native.{ToWords(name)}")];

    private readonly long[] _counts = new long[Names.Length];

    /// <summary>One more is held.</summary>
    public void Take(ResourceKind kind) => Interlocked.Increment(ref _counts[(int)kind]);

    /// <summary>One was given back. Once for each <see cref="Take"/>.</summary>
    public void GiveBack(ResourceKind kind) => Interlocked.Decrement(ref _counts[(int)kind]);

    /// <summary>How many are held now.</summary>
    public long Count(ResourceKind kind) => Volatile.Read(ref _counts[(int)kind]);

    /// <summary>Counts something until the returned object is disposed, once or more often.</summary>
    public IDisposable Hold(ResourceKind kind) => new Holding(this, kind);

    /// <summary>Runs something that counts for as long as it runs.</summary>
    public async Task RunAsync(ResourceKind kind, Func<Task> work)
    {
        Take(kind);
        try
        {
            await work();
        }
        finally
        {
            GiveBack(kind);
        }
    }

    /// <summary>
    /// Every kind by the name that it has in <c>mediagateway.resources</c>, with its count. Handles of native libraries (<c>native.</c>)
    /// are counted for the process, everything else for this host.
    /// </summary>
    public IEnumerable<KeyValuePair<string, long>> Snapshot()
    {
        for (int kind = 0; kind < Names.Length; kind++)
        {
            yield return new(Names[kind], Volatile.Read(ref _counts[kind]));
        }

        for (int kind = 0; kind < NativeNames.Length; kind++)
        {
            yield return new(NativeNames[kind], NativeHandleCounts.Count((NativeHandleKind)kind));
        }
    }

    /// <summary>HlsMuxer becomes hls_muxer.</summary>
    private static string ToWords(string name)
    {
        var words = new StringBuilder();
        foreach (char letter in name)
        {
            if (char.IsUpper(letter) && words.Length > 0)
            {
                words.Append('_');
            }

            words.Append(char.ToLowerInvariant(letter));
        }

        return words.ToString();
    }

    private sealed class Holding : IDisposable
    {
        private readonly ResourceKind _kind;
        private ResourceLedger? _ledger;

        public Holding(ResourceLedger ledger, ResourceKind kind)
        {
            (_ledger, _kind) = (ledger, kind);
            ledger.Take(kind);
        }

        public void Dispose() => Interlocked.Exchange(ref _ledger, null)?.GiveBack(_kind);
    }
}
