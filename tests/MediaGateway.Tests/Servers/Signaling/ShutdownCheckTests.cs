using MediaGateway.Servers.Signaling;
using Xunit;

namespace MediaGateway.Tests.Servers.Signaling;

public sealed class ShutdownCheckTests
{
    [Theory]
    [InlineData(false, "/signaling", true)]
    [InlineData(true, "/signaling", false)]
    [InlineData(true, "/Signaling/negotiate", false)]
    [InlineData(true, "/health", true)]
    public async Task NewPage_IsTakenUntilTheGatewayShutsDown(bool isStopping, string path, bool isTaken)
    {
        using var lifetime = new Lifetime();
        if (isStopping)
        {
            lifetime.StopApplication();
        }

        var context = new DefaultHttpContext();
        context.Request.Path = path;
        bool passed = false;
        await new ShutdownCheck(lifetime).InvokeAsync(context, _ =>
        {
            passed = true;
            return Task.CompletedTask;
        });

        Assert.Equal(isTaken, passed);
        Assert.Equal(isTaken ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, context.Response.StatusCode);
    }

    private sealed class Lifetime : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource _stopping = new();

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => _stopping.Token;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => _stopping.Cancel();

        public void Dispose() => _stopping.Dispose();
    }
}
