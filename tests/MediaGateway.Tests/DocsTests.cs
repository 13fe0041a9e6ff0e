using Xunit;

namespace MediaGateway.Tests;

public class DocsTests
{
    public static TheoryData<string> Documents =>
        [.. DocumentCheck.Documents().Select(file => Path.GetRelativePath(RepositoryFiles.Root, file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Document_NamesOnlyWhatExists(string document)
    {
        string file = RepositoryFiles.PathOf(document);
        IReadOnlyList<string> faults = DocumentCheck.Faults(File.ReadAllText(file), Path.GetDirectoryName(file)!);
        Assert.True(faults.Count == 0, $"{document} names what does not exist: {string.Join(", ", faults)}");
    }

    [Theory]
    [InlineData("`src/MediaGateway/Streams/LiveStream.cs`")]
    [InlineData("`src/MediaGateway/Streams/`")]
    [InlineData("`LiveStream.cs` and `MediaGateway.sln`")]
    [InlineData("`LiveStream` and `RtmpOptions.ChunkSizeBytes`")]
    [InlineData("`Rtmp:Port` is set by `Rtmp__Port`")]
    [InlineData("`Http__AllowedOrigins__0` and `Http:AllowedOrigins:0`")]
    [InlineData("`./MediaGateway.sln`")]
    [InlineData("`FFmpeg`, `libopus`, `AAC`, `Opus`, `a=rtcp-mux`, `GET /health`, `N passed, N failed`")]
    [InlineData("`http://localhost:8080/docs/x`")]
    [InlineData("```\nsrc/NowhereKnown.cs `NowhereKnown`\n```")]
    public void WhatExists_IsLetPass(string text) => Assert.Empty(DocumentCheck.Faults(text, RepositoryFiles.Root));

    [Theory]
    [InlineData("src/MediaGateway/Streams/NoSuch" + "File.cs")]
    [InlineData("docs/no-such" + "-page.md")]
    [InlineData("NoSuch" + "File.cs")]
    [InlineData("NoSuch" + "Type")]
    [InlineData("LiveStream.Absent" + "Member")]
    [InlineData("Rtmp:NoSuch" + "Setting")]
    [InlineData("Rtmp__NoSuch" + "Setting")]
    public void WhatDoesNotExist_IsFound(string name) =>
        Assert.Equal([name], DocumentCheck.Faults($"See `{name}` in\n`src/`.", RepositoryFiles.Root));
}
