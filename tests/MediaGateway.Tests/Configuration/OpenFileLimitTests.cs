using MediaGateway.Configuration;
using Xunit;

namespace MediaGateway.Tests.Configuration;

public class OpenFileLimitTests
{
    [Theory]
    [InlineData(10_000, 1_048_576, 10_000)]
    [InlineData(10_000, 20_512, 5000)]
    [InlineData(10_000, 1024, 128)]
    [InlineData(10_000, 256, 16)]
    [InlineData(10, 256, 10)]
    [InlineData(10_000, long.MaxValue, 10_000)]
    public void FewFiles_FewerConnections(int wanted, long files, int connections) =>
        Assert.Equal(connections, OpenFileLimit.Connections(wanted, files));

    [Theory]
    [InlineData("Limit  Soft Limit  Hard Limit  Units\nMax processes  10  10  processes\nMax open files            1024                 4096                 files\n", 1024)]
    [InlineData("Max open files            unlimited            unlimited            files\n", long.MaxValue)]
    [InlineData("", long.MaxValue)]
    public void Limit_IsReadWhereThereIsOne(string text, long files) => Assert.Equal(files, OpenFileLimit.Parse(text));
}
