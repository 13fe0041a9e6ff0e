using System.Net;
using MediaGateway.Servers.Hls;
using Xunit;

namespace MediaGateway.Tests.Servers.Hls;

public sealed class HlsNewcomersTests
{
    [Fact]
    public void PlacesOfAnAddress_AreBounded_AndComeBackOnce()
    {
        var newcomers = new HlsNewcomers();
        IPAddress one = IPAddress.Parse("192.0.2.1");
        IDisposable?[] places = [.. Enumerable.Range(0, HlsLimits.NewcomersPerAddress).Select(_ => newcomers.TryEnter(one))];

        Assert.DoesNotContain(null, places);
        Assert.Null(newcomers.TryEnter(one));
        Assert.Null(newcomers.TryEnter(one.MapToIPv6()));
        Assert.NotNull(newcomers.TryEnter(IPAddress.Parse("192.0.2.2")));
        places[0]!.Dispose();
        places[0]!.Dispose();

        Assert.NotNull(newcomers.TryEnter(one));
        Assert.Null(newcomers.TryEnter(one));
    }
}
