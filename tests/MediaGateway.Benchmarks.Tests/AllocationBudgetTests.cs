using Xunit;

namespace MediaGateway.Benchmarks.Tests;

/// <summary>The benchmarks without a stopwatch: what they allocate is what their budgets say, to the byte.</summary>
public sealed class AllocationBudgetTests
{
    public static TheoryData<string> Names => [.. KernelBenchmark.All.Select(benchmark => benchmark.Name)];

    [Fact]
    public void EveryBenchmark_HasABudget_AndEveryBudgetABenchmark() =>
        Assert.Equal(KernelBenchmark.All.Select(benchmark => benchmark.Name).Order(), AllocationBudgets.All.Keys.Order());

    [Theory]
    [MemberData(nameof(Names))]
    public void Operation_AllocatesItsBudget(string name)
    {
        KernelBenchmark benchmark = KernelBenchmark.All.Single(candidate => candidate.Name == name);
        double budget = AllocationBudgets.All[name];

        Assert.Equal(budget, benchmark.MeasureAllocation(budget));
    }
}
