using MediaGateway.Native.FFmpeg;
using Xunit;

namespace MediaGateway.Native.Tests;

public sealed class NativeLibrariesTests
{
    [Fact]
    public void InstalledLibraries_PassAndSayTheirVersions()
    {
        IReadOnlyList<NativeLibraryReport> reports = NativeLibraries.SelfCheck();
        Assert.Equal(["OpenSSL", "libopus", "FFmpeg", "libspeex", "libswscale"], reports.Select(report => report.Name));
        Assert.All(reports, report => Assert.Null(report.Failure));
        Assert.Contains("OpenSSL 3.", reports[0].ToString(), StringComparison.Ordinal);
        Assert.Contains("libopus 1.", reports[1].ToString(), StringComparison.Ordinal);
        Assert.Contains("libavcodec ", reports[2].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void MissingLibrary_IsNamedWithThePackageThatHasIt()
    {
        NativeLibraryReport report = NativeLibraries.Check("libnone", "libnone0", ["libnone"], () => "1", () => null);
        Assert.Contains("libnone is missing", report.ToString(), StringComparison.Ordinal);
        Assert.Contains("apt-get install libnone0", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void LibraryThatFails_IsSaidWithItsReason()
    {
        NativeLibraryReport report = NativeLibraries.Check(
            "FFmpeg", "x", [LibraryResolver.AvUtil], () => "1", () => throw new FFmpegException("no such thing"));
        Assert.Equal("FFmpeg does not work: no such thing", report.ToString());
    }

    [Theory]
    [InlineData(59, 37, "5.1")]
    [InlineData(60, 3, "6.0 or 6.1")]
    [InlineData(60, 31, "6.0 or 6.1")]
    [InlineData(61, 19, "7.0 or 7.1")]
    public void KnownFFmpeg_HasATable(uint major, uint minor, string release) =>
        Assert.Equal(release, FFmpegLayout.For((major << 16) | (minor << 8)).Release);

    [Theory]
    [InlineData(58, 134)]
    [InlineData(59, 18)]
    [InlineData(62, 11)]
    public void UnknownFFmpeg_IsRefusedInWords(uint major, uint minor)
    {
        FFmpegException error = Assert.Throws<FFmpegException>(() => FFmpegLayout.For((major << 16) | (minor << 8)));
        Assert.Contains($"libavcodec {major}.{minor} is not supported", error.Message, StringComparison.Ordinal);
        Assert.Contains("5.1 (libavcodec 59), 6.0 or 6.1 (libavcodec 60), 7.0 or 7.1 (libavcodec 61)", error.Message, StringComparison.Ordinal);
    }
}
