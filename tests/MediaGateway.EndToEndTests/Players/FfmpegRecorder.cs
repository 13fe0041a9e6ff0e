using System.Globalization;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests.Players;

/// <summary>ffmpeg playing an RTMP address into a file, nothing re-encoded.</summary>
internal static class FfmpegRecorder
{
    private const int HeaderBytes = 1024;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(25);

    /// <summary>Records so many seconds and fails when ffmpeg complains or ends badly.</summary>
    public static async Task RecordAsync(string address, TimeSpan length, string file)
    {
        List<string> complaints = [];
        await using ToolProcess player = ToolProcess.Start(
            Tool.Require("ffmpeg"),
            [
                "-nostdin", "-v", "warning", "-y", "-rtmp_live", "live", "-i", address,
                "-flush_packets", "1", "-t", length.TotalSeconds.ToString(CultureInfo.InvariantCulture), "-c", "copy", "-f", "flv", file,
            ],
            complaints.Add);
        int status = await player.WaitForExitAsync(length + Grace);
        Assert.True(status == 0, $"ffmpeg ended with status {status}:\n{string.Join('\n', complaints)}");
    }

    /// <summary>Records until the stream ends and fails when ffmpeg complains or ends badly. The stamps are those of the wire.</summary>
    public static async Task RecordToEndAsync(string address, string file, TimeSpan limit)
    {
        string[] security = address.StartsWith("rtmps", StringComparison.Ordinal) ? ["-tls_verify", "0"] : [];
        await using ToolProcess player = ToolProcess.Start(
            Tool.Require("ffmpeg"), ["-nostdin", "-v", "warning", "-y", .. security, "-copyts", "-i", address, "-flush_packets", "1", "-c", "copy", "-copyts", "-f", "flv", file]);
        int status = await player.WaitForExitAsync(limit);
        Assert.True(status == 0, $"ffmpeg ended with status {status}:\n{player.Output}");
    }

    /// <summary>Waits until a recording that runs holds more than its header.</summary>
    public static Task WaitForMediaAsync(string file) =>
        Wait.UntilAsync(() => File.Exists(file) && new FileInfo(file).Length > HeaderBytes, Grace, () => $"media in {file}");
}
