using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests.Publishers;

/// <summary>ffmpeg publishing to an RTMP address in real time.</summary>
internal sealed class FfmpegEncoder : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(40);

    private readonly ToolProcess _process;

    private FfmpegEncoder(ToolProcess process) => _process = process;

    /// <summary>Publishes a file as it is and returns when the gateway lists the stream.</summary>
    /// <param name="gateway">The gateway.</param>
    /// <param name="file">What to publish.</param>
    /// <param name="address">Where.</param>
    /// <param name="endless">Begins anew at the end of the file.</param>
    public static Task<FfmpegEncoder> PublishAsync(GatewayProcess gateway, string file, string address, bool endless = false)
    {
        string[] loop = endless ? ["-stream_loop", "-1"] : [];
        return PublishAsync(gateway, [.. loop, "-re", "-i", file, "-c", "copy"], address);
    }

    /// <summary>Publishes with the given input and codec options and returns when the gateway lists the stream.</summary>
    public static async Task<FfmpegEncoder> PublishAsync(GatewayProcess gateway, IEnumerable<string> options, string address)
    {
        string[] security = address.StartsWith("rtmps", StringComparison.Ordinal) ? ["-tls_verify", "0"] : [];
        FfmpegEncoder encoder = new(ToolProcess.Start(
            Tool.Require("ffmpeg"), ["-nostdin", "-v", "warning", .. options, .. security, "-f", "flv", address]));
        try
        {
            string name = new Uri(address).Segments[^1];
            await gateway.WaitForStreamAsync(name, StartLimit, () => encoder._process.Output);
            return encoder;
        }
        catch
        {
            await encoder.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether it still publishes: it ends when it is cut off.</summary>
    public bool IsRunning => !_process.Process.HasExited;

    /// <summary>Waits until everything is published.</summary>
    public async Task WaitForEndAsync(TimeSpan limit)
    {
        int status = await _process.WaitForExitAsync(limit);
        Assert.True(status == 0, $"ffmpeg ended with status {status}:\n{_process.Output}");
    }

    /// <summary>Ends it as a user does, by Ctrl-C: it unpublishes.</summary>
    public Task StopAsync() => _process.StopAsync("INT", StartLimit);

    /// <summary>Ends it so that it can say nothing more.</summary>
    public Task KillAsync() => _process.StopAsync("KILL", StartLimit);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
