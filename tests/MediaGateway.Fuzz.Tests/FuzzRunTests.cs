using Xunit;

namespace MediaGateway.Fuzz.Tests;

/// <summary>The harness itself: it finds what is broken, says how to see it again, and does the same twice.</summary>
public sealed class FuzzRunTests
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromMinutes(1);

    [Fact]
    public void ExceptionOfAParser_IsFoundAndTheInputIsShortened()
    {
        // Fails where a length says more than is left, as a parser does that believes it.
        FuzzTarget target = Target(bytes => _ = bytes.Length > 1 ? bytes[1 + bytes[0]] : 0);
        FuzzFailureException failure = Assert.Throws<FuzzFailureException>(() => new FuzzRun(target, 5).Run(LongEnough));

        Assert.IsType<IndexOutOfRangeException>(failure.InnerException);
        Assert.Equal(2, failure.Input.Length);
        Assert.Contains($"--target test --input {Convert.ToHexString(failure.Input)}", failure.Message, StringComparison.Ordinal);
        Assert.Contains("--seed 5 --number ", failure.Message, StringComparison.Ordinal);
        Assert.Throws<FuzzFailureException>(() => FuzzRun.RunInput(target, failure.Input));
    }

    [Fact]
    public void AllocationByADeclaredLength_IsFound()
    {
        FuzzTarget target = Target(bytes => _ = new byte[bytes.Length > 2 ? (bytes[0] << 16) | (bytes[1] << 8) | bytes[2] : 0]);
        FuzzFailureException failure = Assert.Throws<FuzzFailureException>(() => new FuzzRun(target, 5).Run(LongEnough));

        Assert.Null(failure.InnerException);
        Assert.Contains("bytes were allocated", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnswerThatIsNotWhatItMustBe_IsFound()
    {
        FuzzTarget target = Target(_ => { }, bytes => OracleException.RequireEqual(0, bytes.Length > 3 ? bytes[3] & 0x80 : 0, "the top bit"));
        FuzzFailureException failure = Assert.Throws<FuzzFailureException>(() => new FuzzRun(target, 5).Run(LongEnough));

        Assert.Contains("the top bit: expected 0, found 128", failure.Message, StringComparison.Ordinal);
        Assert.Equal(4, failure.Input.Length);
    }

    [Fact]
    public void InputThatTakesForEver_IsFound()
    {
        // Not disposed: the thread that waits for it is left behind, as that of an endless input is.
        var release = new ManualResetEventSlim();
        FuzzTarget target = Target(_ => release.Wait(CancellationToken.None));
        var run = new FuzzRun(target, 5) { Endless = TimeSpan.FromMilliseconds(300) };
        FuzzFailureException failure = Assert.Throws<FuzzFailureException>(() => run.Run(TimeSpan.Zero));

        Assert.NotEmpty(failure.Input);
        Assert.Contains("does not come to an end", failure.Message, StringComparison.Ordinal);
        release.Set();
    }

    [Fact]
    public void InputOfANumber_IsTheSameInEveryRunAndOfSeveralKinds()
    {
        FuzzTarget target = Target(_ => { });
        var one = new FuzzRun(target, 77);
        var other = new FuzzRun(target, 77);
        HashSet<string> inputs = [];
        for (long number = 0; number < 2000; number++)
        {
            byte[] input = one.InputOf(number);
            inputs.Add(Convert.ToHexString(input));
            Assert.Equal(input, other.InputOf(number));
            Assert.True(input.Length <= target.MaximumBytes);
        }

        Assert.True(inputs.Count > 1000, $"{inputs.Count} of 2000 inputs are different.");
        var elsewhere = new FuzzRun(target, 78);
        Assert.Contains(Enumerable.Range(0, 20), number => !one.InputOf(number).AsSpan().SequenceEqual(elsewhere.InputOf(number)));
        Assert.Contains(inputs, input => input.Length < 8);
        Assert.Contains(inputs, input => input.Length > 2 * 4 * 16);
        Assert.Contains(inputs, input => input.Contains("FFFFFFFF", StringComparison.Ordinal));
    }

    [Fact]
    public void EveryTarget_HasItsOwnNameASecondOracleAndSeedsWithoutTestData()
    {
        Assert.True(FuzzTargets.All.Count(target => !target.IsBrief) >= 20);
        Assert.Equal(FuzzTargets.All.Count, FuzzTargets.All.Select(target => target.Name).Distinct().Count());
        Assert.All(FuzzTargets.All, target =>
        {
            Assert.Matches("^[a-z0-9-]+$", target.Name);
            Assert.NotEmpty(target.Oracle);
            Assert.NotEmpty(target.Seeds());
        });
    }

    [Fact]
    public void TableInTheDocuments_NamesEveryTarget()
    {
        DirectoryInfo folder = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "MediaGateway.sln")))
        {
            folder = folder.Parent!; // the tests are built inside the repository
        }

        string[] rows = [.. File.ReadAllLines(Path.Combine(folder.FullName, "docs", "fuzzing.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal))];
        Assert.Equal(FuzzTargets.All.Select(target => $"| `{target.Name}` | {target.Parser} | {target.Oracle} |"), rows);
    }

    private static FuzzTarget Target(Action<byte[]> parse, Action<byte[]>? verify = null) => new()
    {
        Name = "test",
        Parser = "nothing",
        Oracle = "nothing",
        Seeds = () => [[3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], [0, 0, 4, 1, 2, 3, 4]],
        MaximumBytes = 256,
        Parse = parse,
        Verify = verify,
    };
}
