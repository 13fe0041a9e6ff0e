using MediaGateway.Diagnostics;
using Xunit;

namespace MediaGateway.Tests.Diagnostics;

/// <summary>The kernel's files of a container's memory, as they look in several places.</summary>
public sealed class MemoryMeterTests : IDisposable
{
    private const long Machine = 16_000_000_000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("memory-meter");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void ContainerOfVersion2_FilesThatAreKeptAreNoUse()
    {
        Write("membership", "0::/\n");
        Write("memory.max", "2000000000\n");
        Write("memory.current", "1900000000\n");
        Write("memory.stat", "anon 500000000\nfile 1400000000\ninactive_file 1000000000\nactive_file 300000000\n");
        Assert.Equal(new MemoryUse(600_000_000, 2_000_000_000), Read());
    }

    [Fact]
    public void GroupWithoutALimit_ThatAboveItCounts()
    {
        Write("membership", "0::/system.slice/mediagateway.service\n");
        Write("system.slice/mediagateway.service/memory.max", "max\n");
        Write("system.slice/mediagateway.service/memory.current", "100\n");
        Write("system.slice/memory.max", "1000\n");
        Write("system.slice/memory.current", "700\n");
        Assert.Equal(new MemoryUse(700, 1000), Read());
        Write("system.slice/mediagateway.service/memory.max", "110\n");
        Assert.Equal(new MemoryUse(100, 110), Read());
    }

    [Fact]
    public void ContainerOfVersion1_PathOfTheMachineIsNotThere()
    {
        Write("membership", "5:devices:/docker/0a1b\n4:memory:/docker/0a1b\n0::/docker/0a1b\n");
        Write("memory/memory.limit_in_bytes", "1000\n");
        Write("memory/memory.usage_in_bytes", "900\n");
        Write("memory/memory.stat", "inactive_file 1\ntotal_inactive_file 100\ntotal_active_file 50\n");
        Assert.Equal(new MemoryUse(750, 1000), Read());
    }

    [Fact]
    public void NoLimit_IsNone()
    {
        Assert.Null(Read());
        Write("membership", "4:memory:/\n0::/\n");
        Write("memory/memory.limit_in_bytes", "9223372036854771712\n");
        Write("memory/memory.usage_in_bytes", "900\n");
        Write("memory.max", "max\n");
        Assert.Null(Read());
    }

    [Fact]
    public void ThisProcess_UsesSomeOfWhatThereIs()
    {
        GC.Collect();
        MemoryUse use = new ProcessMemoryMeter().Read();
        Assert.InRange(use.UsedBytes, 1_000_000, use.LimitBytes);
        Assert.InRange(use.LimitBytes, 100_000_000, long.MaxValue - 1);
    }

    private MemoryUse? Read() => new ControlGroup(_folder.FullName, Path.Combine(_folder.FullName, "membership")).Read(Machine);

    private void Write(string name, string text)
    {
        string file = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
