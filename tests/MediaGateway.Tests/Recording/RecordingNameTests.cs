using MediaGateway.Recording;
using MediaGateway.Streams;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Recording;

public class RecordingNameTests
{
    private static readonly DateTimeOffset Start = new(2024, 2, 29, 23, 59, 58, TimeSpan.Zero);

    [Theory]
    [InlineData("{app}/{name}-{date}-{time}", "live/cam-20240229-235958")]
    [InlineData("{id}", "0123")]
    [InlineData("all/{sessionId}_x", "all/-1.2.3.4-5_x")]
    public void Places_AreFilledIn(string template, string path)
    {
        Assert.Null(RecordingName.Refuse(template));
        Assert.Equal(path, RecordingName.Make(template, TestHub.Key("cam"), "0123", "/1.2.3.4:5", Start));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/{name}")]
    [InlineData("{name}/")]
    [InlineData("a//{name}")]
    [InlineData("../{name}")]
    [InlineData("./{name}")]
    [InlineData("a/../{name}")]
    [InlineData("C:\\{name}")]
    [InlineData("{name}%2e")]
    [InlineData("{host}")]
    [InlineData("{name")]
    [InlineData("a b")]
    [InlineData("1/2/3/4/5/6/7/8/9")]
    public void TemplateThatIsNone_IsRefusedInWords(string template) => Assert.NotNull(RecordingName.Refuse(template));

    [Fact]
    public void NothingThatGoesIn_LeavesTheFolder()
    {
        foreach (string hostile in Testing.HostileNames.All)
        {
            string path = RecordingName.Make("a/{sessionId}/{id}", TestHub.Key("cam"), hostile, hostile, Start);
            string[] parts = path.Split('/');
            Assert.Equal(3, parts.Length);
            Assert.All(parts, part => Assert.True(StreamKey.TryCreate("app", part, out _, out string? refusal), $"{hostile}: {refusal}"));
        }
    }

    [Fact]
    public void LongNames_AreCut()
    {
        string path = RecordingName.Make("{name}-{id}", TestHub.Key(new string('n', StreamKey.MaximumPartLength)), "0123", "", Start);
        Assert.Equal(RecordingName.MaximumPartLength, path.Length);
    }
}
