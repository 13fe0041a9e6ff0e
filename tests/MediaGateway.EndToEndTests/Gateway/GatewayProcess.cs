using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests.Gateway;

/// <summary>
/// The gateway, started as a user starts it: the built program in a process of its own, with settings from the environment, on free
/// ports of the loopback interface. The environment variable <c>MEDIAGATEWAY_PROGRAM</c> names another program to test instead.
/// </summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    /// <summary>Stands in settings for the port of HTTP, which is known only when the program starts.</summary>
    public const string HttpPortPlaceholder = "{HttpPort}";

    private const string ProgramVariable = "MEDIAGATEWAY_PROGRAM";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(15);

    private readonly ConcurrentQueue<string> _errors = new();
    private readonly ToolProcess _process;
    private readonly int _httpPort;
    private readonly int _httpsPort;
    private readonly int _rtmpPort;
    private readonly int _rtmpsPort;
    private readonly int _webRtcPort;

    private GatewayProcess(IReadOnlyDictionary<string, string?> settings, GatewayProcess? former = null, int? openFiles = null)
    {
        _httpPort = former?._httpPort ?? FreePort.Tcp();
        _httpsPort = former?._httpsPort ?? FreePort.Tcp();
        _rtmpPort = former?._rtmpPort ?? FreePort.Tcp();
        _rtmpsPort = former?._rtmpsPort ?? FreePort.Tcp();
        _webRtcPort = former?._webRtcPort ?? FreePort.UdpAndTcp();
        Dictionary<string, string?> environment = new()
        {
            ["Http__BindAddress"] = "127.0.0.1",
            ["Http__Port"] = Number(_httpPort),
            ["Http__TlsPort"] = Number(_httpsPort),
            ["Rtmp__BindAddress"] = "127.0.0.1",
            ["Rtmp__Port"] = Number(_rtmpPort),
            ["Rtmp__TlsPort"] = Number(_rtmpsPort),
            ["WebRtc__BindAddress"] = "127.0.0.1",
            ["WebRtc__Port"] = Number(_webRtcPort),
            ["WebRtc__AdvertisedAddresses__0"] = "127.0.0.1",
            // Of a container's memory the tests and their programs take the most.
            ["Limits__MemoryPercent"] = "0",
            // The tests' own host must not leak into the program.
            ["MEDIAGATEWAY_PUBLIC_ADDRESS"] = null,
            ["ASPNETCORE_URLS"] = null,
            ["ASPNETCORE_ENVIRONMENT"] = null,
            ["DOTNET_ENVIRONMENT"] = null,
        };
        foreach ((string key, string? value) in settings)
        {
            environment[key] = value?.Replace(HttpPortPlaceholder, Number(_httpPort), StringComparison.Ordinal);
        }

        string program = Environment.GetEnvironmentVariable(ProgramVariable) ?? Repository.GatewayProgram;
        string[] command = program.EndsWith(".dll", StringComparison.Ordinal) ? [Tool.Require("dotnet"), program] : [program];
        if (openFiles is { } files)
        {
            command = [Tool.Require("sh"), "-c", $"ulimit -n {files} && exec \"$0\" \"$@\"", .. command];
        }

        _process = ToolProcess.Start(command[0], command[1..], NoteError, environment: environment, workingDirectory: Repository.Root);
    }

    /// <summary>The page.</summary>
    public Uri Page => new($"http://127.0.0.1:{_httpPort}/");

    /// <summary>The page over HTTPS.</summary>
    public Uri SecurePage => new($"https://127.0.0.1:{_httpsPort}/");

    /// <summary>The signalling hub.</summary>
    public Uri Signaling => new($"ws://127.0.0.1:{_httpPort}/signaling");

    /// <summary>What the program has logged: the newest lines.</summary>
    public string Log => _process.Output;

    /// <summary>The lines of all that it has logged with which errors begin.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    /// <summary>The memory that the process occupies.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Process.Refresh();
            return _process.Process.WorkingSet64;
        }
    }

    /// <summary>Areas in which its threads allocate native memory, beside the first: glibc begins each at a multiple of 64 MiB.</summary>
    public int NativeArenas => File.ReadLines($"/proc/{_process.Process.Id}/maps")
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Count(words => words.Length == 5 && words[1] == "rw-p" && Convert.ToInt64(words[0].Split('-')[0], 16) % (64 << 20) == 0);

    /// <summary>How many files it has open, connections among them.</summary>
    public int OpenFiles => Directory.GetFiles($"/proc/{_process.Process.Id}/fd").Length;

    /// <summary>The time that processors have spent on it.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Process.Refresh();
            return _process.Process.TotalProcessorTime;
        }
    }

    /// <summary>The TCP port of RTMP.</summary>
    public int RtmpPort => _rtmpPort;

    /// <summary>The TCP port of RTMPS.</summary>
    public int RtmpsPort => _rtmpsPort;

    /// <summary>The UDP port of WebRTC.</summary>
    public int WebRtcPort => _webRtcPort;

    /// <summary>Starts the program and waits until it is healthy.</summary>
    /// <param name="settings">Settings of this test, such as <c>Streams__CacheBytes</c>, over those of all tests.</param>
    /// <param name="former">A gateway that has ended, whose ports this one takes: a restart.</param>
    /// <param name="openFiles">How many files it may have open (<c>ulimit -n</c>); null: as many as the tests.</param>
    public static async Task<GatewayProcess> StartAsync(
        IReadOnlyDictionary<string, string?>? settings = null, GatewayProcess? former = null, int? openFiles = null)
    {
        GatewayProcess gateway = new(settings ?? new Dictionary<string, string?>(), former, openFiles);
        try
        {
            using HttpClient client = new();
            await Wait.UntilAsync(() => gateway.IsHealthyAsync(client), StartLimit, () => $"a healthy gateway; it said:\n{gateway.Log}");
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the program with settings that it must refuse, and returns its exit status and what it said.</summary>
    public static async Task<(int Status, string Output)> StartInVainAsync(IReadOnlyDictionary<string, string?> settings)
    {
        await using GatewayProcess gateway = new(settings);
        int status = await gateway._process.WaitForExitAsync(StartLimit);
        return (status, gateway.Log);
    }

    /// <summary>The RTMP address under which a stream is played.</summary>
    public string RtmpAddress(string stream, string application = "live") => $"rtmp://127.0.0.1:{_rtmpPort}/{application}/{stream}";

    /// <summary>The same behind TLS.</summary>
    public string RtmpsAddress(string stream) => $"rtmps://127.0.0.1:{_rtmpsPort}/live/{stream}";

    /// <summary>The same in HTTP requests.</summary>
    public string RtmptAddress(string stream) => $"rtmpt://127.0.0.1:{_httpPort}/live/{stream}";

    /// <summary>Waits until the gateway lists a stream with all its tracks.</summary>
    /// <param name="name">Its name in the application <c>live</c>.</param>
    /// <param name="limit">How long at most.</param>
    /// <param name="said">What the publisher has said, for a test that fails.</param>
    public async Task WaitForStreamAsync(string name, TimeSpan limit, Func<string> said)
    {
        using HttpClient client = new();
        string streams = "";
        await Wait.UntilAsync(
            async () => (streams = await client.GetStringAsync(new Uri(Page, "api/streams"))).Contains($"/{name}\"", StringComparison.Ordinal),
            limit,
            () => $"stream {name} among {streams}\nThe publisher said:\n{said()}\nThe gateway said:\n{Log}");
    }

    /// <summary>Waits until the gateway no longer lists a stream.</summary>
    public async Task WaitForEndOfStreamAsync(string name, TimeSpan limit)
    {
        using HttpClient client = new();
        await Wait.UntilAsync(
            async () => !(await client.GetStringAsync(new Uri(Page, "api/streams"))).Contains($"/{name}\"", StringComparison.Ordinal),
            limit,
            () => $"the end of stream {name}");
    }

    /// <summary>Halts the program, as when its machine sleeps.</summary>
    public Task HaltAsync() => _process.SignalAsync("STOP");

    /// <summary>Lets it go on.</summary>
    public Task ResumeAsync() => _process.SignalAsync("CONT");

    /// <summary>Ends the program so that it can say nothing more.</summary>
    public Task KillAsync() => _process.StopAsync("KILL", StopLimit);

    /// <summary>Ends the program as a service manager does and returns its exit status.</summary>
    public Task<int> StopAsync() => _process.StopAsync("TERM", StopLimit);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private void NoteError(string line)
    {
        if (line.StartsWith("fail:", StringComparison.Ordinal) || line.StartsWith("crit:", StringComparison.Ordinal))
        {
            _errors.Enqueue(line);
        }
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private async Task<bool> IsHealthyAsync(HttpClient client)
    {
        Assert.False(_process.Process.HasExited, $"The gateway ended at its start:\n{Log}");
        try
        {
            using HttpResponseMessage answer = await client.GetAsync(new Uri(Page, "health"));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
