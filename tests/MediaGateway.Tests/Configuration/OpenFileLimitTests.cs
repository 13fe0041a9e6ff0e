using MediaGateway.Configuration;
using Xunit;

namespace MediaGateway.Tests.Configuration;

public class OpenFileLimitTests
{
    [Theory]
    [InlineData(1_048_576, 10_000, 10_000, 10_000, 10_000, 2048, false)]
    [InlineData(37_138, 10_000, 10_000, 10_000, 10_000, 2048, false)]
    [InlineData(37_137, 10_000, 10_000, 9999, 9999, 2048, true)]
    [InlineData(20_000, 10_000, 10_000, 5001, 5001, 2048, true)]
    [InlineData(20_000, 10_000, 1000, 7144, 714, 2048, true)]
    [InlineData(1024, 10_000, 10_000, 128, 128, 64, true)]
    [InlineData(256, 10_000, 10_000, 16, 16, 16, true)]
    [InlineData(256, 10, 10, 10, 10, 16, false)]
    [InlineData(long.MaxValue, 1_000_000, 1_000_000, 1_000_000, 1_000_000, 2048, false)]
    public void FewFiles_FewerConnectionsInTheProportionInWhichTheyAreSet(
        long files, int wantedRtmp, int wantedHttp, int rtmp, int http, int media, bool isShort)
    {
        var limit = new OpenFileLimit(files, wantedRtmp, wantedHttp);
        Assert.Equal((rtmp, http, media, isShort), (limit.Rtmp, limit.Http, limit.Media, limit.IsShort));
    }

    [Fact]
    public void AllConnectionsAtOnce_LeaveTheReserve()
    {
        for (long files = 1024; files < 40_000; files += 97)
        {
            var limit = new OpenFileLimit(files, 10_000, 10_000);
            Assert.InRange(((long)limit.Rtmp * OpenFileLimit.FilesOfRtmp) + limit.Http + limit.Media, 1, files - OpenFileLimit.Reserve);
        }
    }

    [Theory]
    [InlineData("Limit  Soft Limit  Hard Limit  Units\nMax processes  10  10  processes\nMax open files            1024                 4096                 files\n", 1024)]
    [InlineData("Max open files            unlimited            unlimited            files\n", long.MaxValue)]
    [InlineData("", long.MaxValue)]
    public void Limit_IsReadWhereThereIsOne(string text, long files) => Assert.Equal(files, OpenFileLimit.Parse(text));
}
