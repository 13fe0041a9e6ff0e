using MediaGateway.Streams;
using Xunit;

namespace MediaGateway.Tests.Streams;

public class StreamKeyTests
{
    [Theory]
    [InlineData("live/a", "live", "a")]
    [InlineData("live/AZaz09._~-", "live", "AZaz09._~-")]
    [InlineData("live/...", "live", "...")]
    [InlineData("live/.hidden", "live", ".hidden")]
    public void GoodKey_IsParsed(string text, string application, string name)
    {
        Assert.True(StreamKey.TryParse(text, out StreamKey key, out string? refusal));
        Assert.Null(refusal);
        Assert.Equal((application, name), (key.Application, key.Name));
        Assert.Equal(text, key.ToString());
    }

    [Theory]
    [InlineData(null, "application/name")]
    [InlineData("", "application/name")]
    [InlineData("name", "application/name")]
    [InlineData("live/", "Stream name is missing.")]
    [InlineData("/a", "Application name is missing.")]
    [InlineData("live/.", "Stream name must not be '.' or '..'.")]
    [InlineData("live/..", "Stream name must not be '.' or '..'.")]
    [InlineData("../a", "Application name must not be '.' or '..'.")]
    [InlineData("live/a/b", "may contain only")]
    [InlineData("live/a b", "may contain only")]
    [InlineData("live/a\0", "may contain only")]
    [InlineData("live/a\n", "may contain only")]
    [InlineData("live/ä", "may contain only")]
    [InlineData("live/a%2e", "may contain only")]
    [InlineData("live/<script>", "may contain only")]
    public void BadKey_IsRefusedInWords(string? text, string words)
    {
        Assert.False(StreamKey.TryParse(text, out _, out string? refusal));
        Assert.Contains(words, refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Length_IsBoundedAt128()
    {
        Assert.True(StreamKey.TryCreate("live", new string('a', 128), out _, out _));
        Assert.False(StreamKey.TryCreate("live", new string('a', 129), out _, out string? refusal));
        Assert.Equal("Stream name is longer than 128 characters.", refusal);
        Assert.False(StreamKey.TryCreate(new string('a', 129), "a", out _, out _));
    }

    [Fact]
    public void Case_Matters()
    {
        Assert.True(StreamKey.TryParse("live/a", out StreamKey small, out _));
        Assert.True(StreamKey.TryParse("live/A", out StreamKey large, out _));
        Assert.NotEqual(small, large);
    }
}
