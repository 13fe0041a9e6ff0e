using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Xunit;

namespace MediaGateway.EndToEndTests.Tools;

/// <summary>
/// A child process whose text output is kept. It ends with this object at the latest; the last lines of what it said are shown with
/// a test that fails.
/// </summary>
internal sealed class ToolProcess : IAsyncDisposable
{
    private const int LinesKept = 400;

    private readonly string _name;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Action<string>? _onLine;
    private readonly Predicate<string> _keep;
    private readonly Task _readers;

    private ToolProcess(string name, Process process, Action<string>? onLine, Predicate<string> keep, bool binaryOutput)
    {
        _name = name;
        Process = process;
        _onLine = onLine;
        _keep = keep;
        Task errors = ReadLinesAsync(process.StandardError);
        _readers = binaryOutput ? errors : Task.WhenAll(errors, ReadLinesAsync(process.StandardOutput));
    }

    /// <summary>The process itself.</summary>
    public Process Process { get; }

    /// <summary>The kept end of both outputs, oldest line first.</summary>
    public string Output => string.Join('\n', _lines);

    /// <summary>Starts a program.</summary>
    /// <param name="program">Path of the program.</param>
    /// <param name="arguments">Its arguments, not interpreted by any shell.</param>
    /// <param name="onLine">Sees every line of both outputs, on the reader's thread.</param>
    /// <param name="keep">Which lines are worth showing with a failed test; null: all.</param>
    /// <param name="environment">Variables to set (null removes).</param>
    /// <param name="workingDirectory">Where it runs; null: here.</param>
    /// <param name="binaryOutput">Leaves standard output to the caller.</param>
    public static ToolProcess Start(
        string program,
        IEnumerable<string> arguments,
        Action<string>? onLine = null,
        Predicate<string>? keep = null,
        IReadOnlyDictionary<string, string?>? environment = null,
        string? workingDirectory = null,
        bool binaryOutput = false)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
            WorkingDirectory = workingDirectory ?? "",
        };
        foreach ((string key, string? value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[key] = value;
        }

        Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        return new ToolProcess(Path.GetFileName(program), process, onLine, keep ?? (_ => true), binaryOutput);
    }

    /// <summary>Runs a program to its end and returns what it said; fails when its status is not 0.</summary>
    public static async Task<string> RunAsync(
        string program, IEnumerable<string> arguments, TimeSpan limit, IReadOnlyDictionary<string, string?>? environment = null, string? workingDirectory = null)
    {
        StringBuilder output = new();
        await using ToolProcess process = Start(program, arguments, line => Append(output, line), keep: _ => false, environment: environment, workingDirectory: workingDirectory);
        process.Process.StandardInput.Close();
        int status = await process.WaitForExitAsync(limit);
        string text;
        lock (output)
        {
            text = output.ToString();
        }

        Assert.True(status == 0, $"{Path.GetFileName(program)} ended with status {status}:\n{text}");
        return text;
    }

    /// <summary>Waits for the end, with patience, and returns the exit status.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan limit)
    {
        limit = Wait.Patience(limit);
        using CancellationTokenSource cancellation = new(limit);
        try
        {
            await Process.WaitForExitAsync(cancellation.Token);
            await _readers;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{_name} did not end within {limit.TotalSeconds:0} s:\n{Output}");
        }

        return Process.ExitCode;
    }

    /// <summary>Sends a signal, such as <c>STOP</c>.</summary>
    public async Task SignalAsync(string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", Process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Asks the process to end (SIGINT or SIGTERM) and returns its exit status; kills it after <paramref name="limit"/>.</summary>
    public async Task<int> StopAsync(string signal, TimeSpan limit)
    {
        if (!Process.HasExited)
        {
            await SignalAsync(signal);
        }

        return await WaitForExitAsync(limit);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!Process.HasExited)
        {
            Process.Kill(entireProcessTree: true);
            await Process.WaitForExitAsync();
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"--- {_name} (process {Process.Id}, status {Process.ExitCode}), last lines:\n{Output}");
        Process.Dispose();
    }

    private static void Append(StringBuilder text, string line)
    {
        lock (text)
        {
            text.Append(line).Append('\n');
        }
    }

    private async Task ReadLinesAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            _onLine?.Invoke(line);
            if (!_keep(line))
            {
                continue;
            }

            _lines.Enqueue(line);
            while (_lines.Count > LinesKept)
            {
                _lines.TryDequeue(out _);
            }
        }
    }
}
