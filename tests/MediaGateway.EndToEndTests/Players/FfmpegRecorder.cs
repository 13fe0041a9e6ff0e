using System.Globalization;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests.Players;

/// <summary>ffmpeg playing an RTMP address into a file, nothing re-encoded.</summary>
internal static class FfmpegRecorder
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(25);

    /// <summary>Records so many seconds and fails when ffmpeg complains or ends badly.</summary>
    public static async Task RecordAsync(string address, TimeSpan length, string file)
    {
        List<string> complaints = [];
        await using ToolProcess player = ToolProcess.Start(
            Tool.Require("ffmpeg"),
            [
                "-nostdin", "-v", "warning", "-y", "-rtmp_live", "live", "-i", address,
                "-t", length.TotalSeconds.ToString(CultureInfo.InvariantCulture), "-c", "copy", "-f", "flv", file,
            ],
            complaints.Add);
        int status = await player.WaitForExitAsync(length + Grace);
        Assert.True(status == 0, $"ffmpeg ended with status {status}:\n{string.Join('\n', complaints)}");
    }
}
