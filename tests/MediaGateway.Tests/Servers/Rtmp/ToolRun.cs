using System.ComponentModel;
using System.Diagnostics;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>A run of a real client program. A missing program skips the test, saying which.</summary>
internal sealed class ToolRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _errors;
    private readonly string _name;

    private ToolRun(string name, Process process)
    {
        (_name, _process) = (name, process);
        _output = process.StandardOutput.ReadToEndAsync();
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts a program; its arguments are separated by blanks.</summary>
    public static Task<ToolRun> StartAsync(string program, string arguments)
    {
        var start = new ProcessStartInfo(program, arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        try
        {
            Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
            return Task.FromResult(new ToolRun(program, process));
        }
        catch (Win32Exception)
        {
            Assert.Skip($"Left out: {program} is not installed.");
            throw;
        }
    }

    /// <summary>Ends the program at once, without a chance to say goodbye.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Waits for the end and returns what was printed: exit code, output and errors.</summary>
    public async Task<(int ExitCode, string Output, string Errors)> EndAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            Assert.Fail($"{_name} did not end in {Patience.TotalSeconds} s: {await _errors}");
        }

        (int ExitCode, string Output, string Errors) result = (_process.ExitCode, await _output, await _errors);
        _process.Dispose();
        return result;
    }

    /// <summary>Waits for the end, which must be a success without a word of complaint, and returns the output.</summary>
    public async Task<string> SucceedAsync()
    {
        (int exitCode, string output, string errors) = await EndAsync();
        Assert.True(exitCode == 0 && errors.Length == 0, $"{_name} ended with {exitCode}: {errors}");
        return output;
    }
}
