using System.Globalization;
using System.Text.Json;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>
/// Fifty publishers over WebRTC whose sound is converted, and five hundred viewers over RTMP, on whatever machine this is: all are there at the end and get media. How many pictures they
/// got is noted, for generator and gateway share the cores.
/// </summary>
[Trait(LongRun.Trait, LongRun.Full)]
[Collection(Lane.Alone)]
public sealed class SteadyLoadTests
{
    private const int Publishers = 50;
    private const int Viewers = 500;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task FiftyPublishersAndFiveHundredViewers_AllStay()
    {
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(new Dictionary<string, string?>
        {
            ["Rtmp__MaximumIdleConnectionsPerAddress"] = "1000",
            ["Whip__RequestsPerSecond"] = "1000",
            ["Whip__RequestBurst"] = "1000",
        });
        string number = Publishers.ToString(CultureInfo.InvariantCulture);
        await using LoadProgram whip = LoadProgram.Start(
            "whip", $"{gateway.Page}whip/load{{n}}", "--sessions", number, "--ramp", "10", "--warm-up", "0", "--seconds", "600");
        await gateway.WaitForStreamAsync($"load{number}", Patience, () => whip.Output);
        JsonElement played = await LoadProgram.RunAsync(
            "play", gateway.RtmpAddress("load{n}"), "--streams", number, "--sessions", Viewers.ToString(CultureInfo.InvariantCulture), "--ramp", "100", "--warm-up", "5", "--seconds", "15");
        using HttpClient client = new();
        string statistics = await client.GetStringAsync(new Uri(gateway.Page, "api/statistics"), TestContext.Current.CancellationToken);
        JsonElement published = await whip.StopAsync();
        Measurements.Note($"published: {Line(published)}\nplayed: {Line(played)}\nthe gateway: {Line(JsonSerializer.Deserialize<JsonElement>(statistics))}");
        Assert.Equal(Publishers, published.GetProperty("publishing").GetInt32());
        Assert.Equal(Viewers, played.GetProperty("playing").GetInt32());
        Assert.True(played.GetProperty("leastShare").GetDouble() > 0, "A viewer got nothing.");
        Assert.Empty(gateway.Errors);
    }

    private static string Line(JsonElement report) => JsonSerializer.Serialize(report);
}
