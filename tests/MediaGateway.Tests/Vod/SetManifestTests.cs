using System.Text;
using MediaGateway.Vod;
using Xunit;

namespace MediaGateway.Tests.Vod;

/// <summary>Manifests that lie in the folder: what is read of them, and what is refused whole.</summary>
public sealed class SetManifestTests
{
    [Fact]
    public void Entries_AreReadWithTheirRates() => Assert.Equal(
        [("a.mp4", 500_000L), ("mp4:b.mp4", 0L)],
        SetManifest.Read(Bytes("""<smil xmlns="urn:x"><head><meta base="rtmp://other/"/></head><body><switch><video src="a.mp4" system-bitrate="500000"/><video src="mp4:b.mp4"/></switch></body></smil>"""))!);

    [Theory]
    [InlineData("")]
    [InlineData("<smil>")]
    [InlineData("""<video src="a.mp4"/>""")]
    [InlineData("""<html><body><video src="a.mp4"/></body></html>""")]
    [InlineData("""<smil><body><switch><video/></switch></body></smil>""")]
    [InlineData("""<!DOCTYPE smil><smil><body><video src="a.mp4"/></body></smil>""")]
    [InlineData("""<!DOCTYPE smil [<!ENTITY x SYSTEM "file:///etc/passwd">]><smil><body><video src="&x;"/></body></smil>""")]
    [InlineData("""<smil><body><video src="&x;"/></body></smil>""")]
    public void WhatIsNoManifest_IsRefusedWhole(string text) => Assert.Null(SetManifest.Read(Bytes(text)));

    [Fact]
    public void OtherPlaces_HoldNoEntries() => Assert.Empty(
        SetManifest.Read(Bytes("""<smil><head><video src="a.mp4"/></head><body><p><video src="b.mp4"/></p><x/></body><video src="c.mp4"/></smil>"""))!);

    [Fact]
    public void MoreThanTheBounds_IsRefused()
    {
        string entry = """<video src="a.mp4"/>""";
        Assert.Equal(SetManifest.MaximumLevels, SetManifest.Read(Of(SetManifest.MaximumLevels))!.Count);
        Assert.Null(SetManifest.Read(Of(SetManifest.MaximumLevels + 1)));
        Assert.Null(SetManifest.Read(Bytes($"<smil>{new string(' ', SetManifest.MaximumBytes)}</smil>")));

        byte[] Of(int count) => Bytes($"<smil><head/><body><switch>{string.Concat(Enumerable.Repeat(entry, count))}</switch></body></smil>");
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
