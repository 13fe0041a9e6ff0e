using System.Diagnostics;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Clients;

/// <summary>A program from the system's packages, run to its end.</summary>
internal static class ClientProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Skips the test when the program is not installed.</summary>
    public static void Require(string program)
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        Assert.SkipUnless(folders.Any(folder => File.Exists(Path.Combine(folder, program))), $"Left out: {program} is not installed.");
    }

    /// <summary>Runs a program; fails the test when it fails or does not end.</summary>
    public static string Run(string program, params string[] arguments)
    {
        (int exitCode, string output, string errors) = RunAny(program, arguments);
        Assert.True(exitCode == 0, $"{program} ended with {exitCode}: {errors}");
        return output;
    }

    /// <summary>Runs a program to any end.</summary>
    public static (int ExitCode, string Output, string Errors) RunAny(string program, params string[] arguments)
    {
        Require(program);
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        using Process process = Process.Start(start)!; // null only for shell execution
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} did not end: {errors.Result}");
        }

        return (process.ExitCode, output.Result, errors.Result);
    }
}
