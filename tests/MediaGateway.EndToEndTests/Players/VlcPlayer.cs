using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using MediaGateway.EndToEndTests.Tools;

namespace MediaGateway.EndToEndTests.Players;

/// <summary>VLC without a window, as a normal user, asked over its remote control.</summary>
internal sealed partial class VlcPlayer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    /// <summary>What these tests' publishers send between two keyframes, and VLC's buffer.</summary>
    private static readonly TimeSpan LongestGroup = TimeSpan.FromSeconds(3);

    private readonly WorkFolder _home = new();
    private readonly ToolProcess _process;
    private readonly int _port = FreePort.Tcp();
    private readonly List<string> _decoderErrors = [];
    private long _rebufferedAt;

    private VlcPlayer(string address)
    {
        string vlc = Tool.Require("vlc");
        // VLC plays into dummies; sound and picture are decoded and shown all the same, which is what its statistics count.
        string[] arguments =
        [
            "-I", "rc", "--rc-fake-tty", "--rc-host", $"127.0.0.1:{_port}", "--no-interact", "--no-media-library", "--no-metadata-network-access",
            "--vout", "dummy", "--aout", "dummy", "-v", address,
        ];
        Dictionary<string, string?> environment = new() { ["HOME"] = _home.Path, ["XDG_RUNTIME_DIR"] = null, ["DISPLAY"] = null };
        if (!Environment.IsPrivilegedProcess)
        {
            _process = ToolProcess.Start(vlc, arguments, OnLine, environment: environment);
            return;
        }

        // VLC refuses to run as root.
        File.SetUnixFileMode(_home.Path, (UnixFileMode)Convert.ToInt32("777", 8));
        _process = ToolProcess.Start(Tool.Require("runuser"), ["-u", "nobody", "--", vlc, .. arguments], OnLine, environment: environment);
    }

    /// <summary>VLC's own count of its work.</summary>
    /// <param name="FramesDisplayed">Pictures shown.</param>
    /// <param name="FramesLost">Pictures dropped because they were late.</param>
    /// <param name="AudioBuffersPlayed">Pieces of sound played.</param>
    /// <param name="AudioBuffersLost">Pieces of sound dropped.</param>
    public sealed record Statistics(int FramesDisplayed, int FramesLost, int AudioBuffersPlayed, int AudioBuffersLost);

    /// <summary>
    /// How often VLC found its own clock too early and began to buffer anew, as it does on a busy machine. It then throws away what its
    /// decoders hold, so that they complain until the next keyframe: those complaints say nothing of the stream.
    /// </summary>
    public int Rebufferings { get; private set; }

    /// <summary>Error lines of VLC's decoders so far, but for those that follow one of its <see cref="Rebufferings"/>.</summary>
    public IReadOnlyList<string> DecoderErrors
    {
        get
        {
            lock (_decoderErrors)
            {
                return [.. _decoderErrors];
            }
        }
    }

    /// <summary>Starts VLC on an address and waits until it answers.</summary>
    public static async Task<VlcPlayer> StartAsync(string address)
    {
        VlcPlayer player = new(address);
        try
        {
            await Wait.UntilAsync(player.AnswersAsync, StartLimit, () => $"VLC to answer; it said:\n{player._process.Output}");
            return player;
        }
        catch
        {
            await player.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks for the statistics.</summary>
    public async Task<Statistics> StatisticsAsync()
    {
        string text = await AskAsync("stats");
        return new Statistics(
            Count(text, "frames displayed"), Count(text, "frames lost"), Count(text, "buffers played"), Count(text, "buffers lost"));
    }

    /// <summary>The text of VLC's <c>info</c> command: codecs and picture sizes.</summary>
    public Task<string> InformationAsync() => AskAsync("info");

    /// <summary>Pauses, or goes on.</summary>
    public Task PauseAsync() => AskAsync("pause");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _home.Dispose();
    }

    private static int Count(string text, string what)
    {
        Match match = Regex.Match(text, what + @" *: *(\d+)");
        return match.Success ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0;
    }

    private void OnLine(string line)
    {
        lock (_decoderErrors)
        {
            if (line.Contains("is called too late (pts_delay increased", StringComparison.Ordinal))
            {
                Rebufferings++;
                _rebufferedAt = Stopwatch.GetTimestamp();
            }
            else if (DecoderError().IsMatch(line) && (Rebufferings == 0 || Stopwatch.GetElapsedTime(_rebufferedAt) > LongestGroup))
            {
                _decoderErrors.Add(line);
            }
        }
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            return (await AskAsync("status")).Contains("state", StringComparison.Ordinal);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    // One connection per question; each answer ends with the prompt.
    private async Task<string> AskAsync(string command)
    {
        using TcpClient client = new();
        await client.ConnectAsync("127.0.0.1", _port);
        NetworkStream stream = client.GetStream();
        await ReadToPromptAsync(stream);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(command + "\n"));
        return await ReadToPromptAsync(stream);
    }

    private static async Task<string> ReadToPromptAsync(NetworkStream stream)
    {
        using CancellationTokenSource cancellation = new(StartLimit);
        byte[] buffer = new byte[4096];
        StringBuilder text = new();
        while (!text.ToString().EndsWith("> ", StringComparison.Ordinal))
        {
            int count = await stream.ReadAsync(buffer, cancellation.Token);
            if (count == 0)
            {
                break;
            }

            text.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }

        return text.ToString();
    }

    // VLC's decoders are libavcodec's, which names itself in its complaints.
    [GeneratedRegex(@"^\[(h264|aac) @")]
    private static partial Regex DecoderError();
}
