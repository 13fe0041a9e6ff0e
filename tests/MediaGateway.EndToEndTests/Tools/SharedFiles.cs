using System.Collections.Concurrent;

namespace MediaGateway.EndToEndTests.Tools;

/// <summary>
/// Files that several tests need and that take long to make: each is made once in a run, by the first who asks, and removed when the run
/// ends. Nobody changes them.
/// </summary>
internal static class SharedFiles
{
    private static readonly WorkFolder Folder = MakeFolder();
    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> Made = new();

    /// <summary>The path of what <paramref name="make"/> has made for <paramref name="key"/>: it is given a path that no other has.</summary>
    /// <param name="key">Everything that the file depends on.</param>
    /// <param name="make">Makes the file, or a folder of files.</param>
    public static Task<string> GetAsync(string key, Func<string, Task> make) =>
        Made.GetOrAdd(key, static (_, making) => new Lazy<Task<string>>(() => MakeAsync(making)), make).Value;

    private static async Task<string> MakeAsync(Func<string, Task> make)
    {
        string path = Folder.File(Guid.NewGuid().ToString("N"));
        await make(path);
        return path;
    }

    private static WorkFolder MakeFolder()
    {
        WorkFolder folder = new();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        return folder;
    }
}
