using MediaGateway.Configuration;
using Microsoft.Extensions.Options;
using Xunit;

namespace MediaGateway.Tests.Configuration;

public sealed class GatewayShutdownTests
{
    [Fact]
    public void Host_StopsWithinItsLimitWhichIsBelowTenSeconds()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.AddGatewayOptions();
        using IHost host = builder.Build();
        Assert.Equal(GatewayShutdown.Limit, host.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout);
        Assert.InRange(GatewayShutdown.Limit, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(9));
    }
}
