using MediaGateway.Servers.Hls;
using Xunit;

namespace MediaGateway.Tests.Servers.Hls;

public sealed class HlsWaitsTests
{
    [Fact]
    public void PlacesAreBoundedAndComeBack()
    {
        var waits = new HlsWaits();
        IDisposable?[] places = [.. Enumerable.Range(0, HlsLimits.Waits).Select(_ => waits.TryBegin())];
        Assert.DoesNotContain(null, places);
        Assert.Null(waits.TryBegin());

        places[0]!.Dispose();

        Assert.NotNull(waits.TryBegin());
        Assert.Equal(HlsLimits.Waits, waits.Count);
    }
}
