using System.Globalization;

namespace MediaGateway.EndToEndTests.Tools;

/// <summary>A file system of a few megabytes in memory. Mounting needs root; without, the test is skipped.</summary>
internal sealed class SmallDisk : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private SmallDisk(string path) => Path = path;

    /// <summary>Where it is mounted.</summary>
    public string Path { get; }

    /// <summary>Mounts it.</summary>
    public static async Task<SmallDisk> MountAsync(string path, int megabytes)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Tool.Missing("only root can mount a small disk");
        }

        Directory.CreateDirectory(path);
        string size = string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m");
        try
        {
            await ToolProcess.RunAsync(Tool.Require("mount"), ["-t", "tmpfs", "-o", size, "tmpfs", path], Limit);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Tool.Missing("this machine does not let root mount a small disk");
        }

        return new SmallDisk(path);
    }

    /// <inheritdoc/>
    public void Dispose() => ToolProcess.RunAsync(Tool.Require("umount"), ["-l", Path], Limit).GetAwaiter().GetResult();
}
