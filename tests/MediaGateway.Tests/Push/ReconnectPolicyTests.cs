using MediaGateway.Push;
using Xunit;

namespace MediaGateway.Tests.Push;

public class ReconnectPolicyTests
{
    [Fact]
    public void Waits_GrowFromOneSecondToTheLimitWithAFifthOfJitter()
    {
        var policy = new ReconnectPolicy(TimeSpan.FromSeconds(30), new Random(1));
        foreach (double seconds in new[] { 1.0, 2, 4, 8, 16, 30, 30 })
        {
            Assert.InRange(policy.Next().TotalSeconds, Math.Max(1, seconds * 0.8), Math.Min(30, seconds * 1.2));
        }

        policy.Reset();
        Assert.InRange(policy.Next().TotalSeconds, 1, 1.2);
    }

    [Fact]
    public void TwoPolicies_DoNotComeBackTogether()
    {
        var one = new ReconnectPolicy(TimeSpan.FromSeconds(30), new Random(1));
        var other = new ReconnectPolicy(TimeSpan.FromSeconds(30), new Random(2));
        Assert.NotEqual(Enumerable.Range(0, 5).Select(_ => one.Next()).ToArray(), Enumerable.Range(0, 5).Select(_ => other.Next()).ToArray());
    }
}
