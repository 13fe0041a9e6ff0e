using Xunit;

namespace MediaGateway.Fuzz.Tests;

/// <summary>Inputs that a target failed on once, shortened, each with what it found.</summary>
public sealed class FoundInputTests
{
    [Theory]
    [InlineData("flv-tag", "2701800000", "The lowest composition time of 24 bits was written one higher.")]
    [InlineData("hub-messages", "7B22223A312C22223A22222C22746172676574223A22FF221E", "The hub's protocol says InvalidOperationException to a name that is not UTF-8.")]
    [InlineData("hub-messages", "7B2274797065223A3165397D1E", "The hub's protocol says FormatException to a type that is no Int32.")]
    [InlineData("checked-json", "316536353437373538303830", "Two numbers with such exponents cannot be compared by JsonElement.DeepEquals.")]
    public void Input_ThatFailedOnce_IsHarmless(string target, string input, string found)
    {
        Assert.NotEmpty(found);
        FuzzRun.RunInput(FuzzTargets.Find(target)!, Convert.FromHexString(input));
    }
}
