using Xunit;

namespace MediaGateway.Fuzz.Tests;

/// <summary>
/// Every parser of bytes from strangers, with broken bytes, for some seconds each. Two classes, so that two targets run at a time: a target runs on
/// one thread.
/// </summary>
internal static class FuzzTargetRun
{
    /// <summary>The names of every second target.</summary>
    public static TheoryData<string> Half(int remainder) =>
        [.. FuzzTargets.All.Where((_, index) => index % 2 == remainder).Select(target => target.Name)];

    /// <summary>Runs one.</summary>
    public static void Run(string name)
    {
        FuzzTarget target = FuzzTargets.Find(name)!;
        var run = new FuzzRun(target, FuzzSettings.Seed);
        run.Run(target.IsBrief ? FuzzSettings.Time / 5 : FuzzSettings.Time);
        TestContext.Current.TestOutputHelper?.WriteLine($"{run.Seeds} seed inputs, {run.Inputs} others, --seed {FuzzSettings.Seed}");
    }
}

/// <summary>The targets with even places in the list.</summary>
public sealed class EvenFuzzTargetTests
{
    public static TheoryData<string> Targets => FuzzTargetRun.Half(0);

    [Theory]
    [MemberData(nameof(Targets))]
    public void Target_HoldsForBrokenInputs(string target) => FuzzTargetRun.Run(target);
}

/// <summary>The targets with odd places in the list.</summary>
public sealed class OddFuzzTargetTests
{
    public static TheoryData<string> Targets => FuzzTargetRun.Half(1);

    [Theory]
    [MemberData(nameof(Targets))]
    public void Target_HoldsForBrokenInputs(string target) => FuzzTargetRun.Run(target);
}
