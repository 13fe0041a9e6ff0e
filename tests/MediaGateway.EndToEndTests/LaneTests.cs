using System.Reflection;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>The tests' own order.</summary>
[Collection(Lane.Programs)]
public sealed class LaneTests
{
    [Fact]
    public void EveryClassOfTests_NamesItsLane()
    {
        string[] lanes = [Lane.Browser, Lane.Programs, Lane.Alone];
        IEnumerable<Type> without = typeof(LaneTests).Assembly.GetTypes()
            .Where(type => type.GetMethods().Any(method => method.GetCustomAttributes<FactAttribute>().Any()))
            .Where(type => type.GetCustomAttribute<CollectionAttribute>() is not { } named || !lanes.Contains(named.Name));
        Assert.Empty(without);
    }
}
