using MediaGateway.Servers.Signaling;
using Xunit;

namespace MediaGateway.Tests.Servers.Signaling;

public sealed class HubFailuresTests : SignalingHost
{
    [Fact]
    public async Task RefusedCall_IsToldThePageAndNotLogged()
    {
        await using HubClient page = await ConnectAsync();
        Peers.Refusal = "No.";
        Assert.Equal("No.", await page.RefusalAsync("Play", Offer("camera")));
        Assert.DoesNotContain(Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Warning", StringComparison.Ordinal));
    }

    [Fact]
    public async Task BrokenCall_IsLoggedOnceInWordsAndThePageGoesOn()
    {
        await using HubClient page = await ConnectAsync();
        Peers.Fault = new InvalidOperationException("The cupboard is bare.");
        Assert.Equal(HubFailures.Words, await page.RefusalAsync("Play", Offer("camera")));
        string line = Assert.Single(Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
        Assert.StartsWith("Error: The page's call Play failed", line, StringComparison.Ordinal);
        Assert.Contains("The cupboard is bare.", line, StringComparison.Ordinal);
        Assert.Empty(Directory.Sessions);

        Peers.Fault = null;
        Assert.NotNull(await page.CallAsync("Play", Offer("camera")));
    }

    [Fact]
    public async Task CallThatIsNone_IsRefusedAndNotLogged()
    {
        await using HubClient page = await ConnectAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => page.CallAsync("Dance"));
        Assert.NotNull(await page.CallAsync("Play", Offer("camera")));
        Assert.DoesNotContain(Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }
}
