using System.Diagnostics;
using System.Globalization;
using MediaGateway.Fuzz;

return FuzzProgram.Run(args, Console.Out);

/// <summary>The command line of the fuzz harness.</summary>
internal static class FuzzProgram
{
    private const string Usage = """
        Usage: dotnet run --project tests/MediaGateway.Fuzz -- [--target NAME]... [--seconds N] [--seed N] [--number N] [--input BYTES] [--trace FILE] [--list]
          --target NAME    what to run; may be given several times; all targets without it
          --seconds N      how long each target runs; 10 without it
          --seed N         which run of chance; another one each time without it
          --number N       only the input of this number
          --input BYTES    only this input: hexadecimal, or base64:..., or @FILE
          --trace FILE     keeps target, seed and number of the input under way in a file, for runs that end the process
          --list           the targets with their oracles, as the table of docs/fuzzing.md has them
        MEDIAGATEWAY_TESTDATA may name a folder of media captures: their bytes are seeds.
        """;

    /// <summary>Runs what the arguments say; 0: nothing failed, 1: something did, 2: the arguments mean nothing.</summary>
    public static int Run(string[] args, TextWriter output)
    {
        // A failed assertion is a finding with an input, not the end of the process.
        Trace.Listeners.Clear();
        Trace.Listeners.Add(new ThrowingListener());
        if (FuzzArguments.Read(args) is not { } arguments)
        {
            output.WriteLine(Usage);
            return 2;
        }

        if (arguments.Lists)
        {
            foreach (FuzzTarget target in arguments.Targets)
            {
                output.WriteLine($"| `{target.Name}` | {target.Parser} | {target.Oracle} |");
            }

            return 0;
        }

        int failures = arguments.Targets.Count(target => !Run(target, arguments, output));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{arguments.Targets.Count - failures} targets passed, {failures} failed"));
        return failures == 0 ? 0 : 1;
    }

    private static bool Run(FuzzTarget target, FuzzArguments arguments, TextWriter output)
    {
        using RunTrace? trace = arguments.Trace is null ? null : new RunTrace(arguments.Trace, target.Name, arguments.Seed);
        var run = new FuzzRun(target, arguments.Seed, trace is null ? null : trace.Note);
        try
        {
            byte[]? input = arguments.Number is { } number ? run.InputOf(number) : arguments.Input;
            if (input is not null)
            {
                FuzzRun.RunInput(target, input);
            }
            else
            {
                run.Run(arguments.Time);
            }

            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{target.Name,-26} passed: {run.Seeds} seed inputs, {run.Inputs} others, --seed {arguments.Seed}"));
            return true;
        }
        catch (FuzzFailureException failure)
        {
            output.WriteLine(failure.Message);
            output.WriteLine(failure.InnerException);
            return false;
        }
    }

    /// <summary>Turns failed assertions into exceptions.</summary>
    private sealed class ThrowingListener : DefaultTraceListener
    {
        public override void Fail(string? message, string? detailMessage) => throw new OracleException($"an assertion failed: {message} {detailMessage}");
    }
}
