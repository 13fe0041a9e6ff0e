using System.Globalization;
using System.Text.Json;
using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;

namespace MediaGateway.EndToEndTests.Gateway;

/// <summary>
/// Publisher and viewer over RTMP, and publisher over WebRTC with a viewer over RTMP, while something happens to the gateway that must not concern them. Needs ffmpeg.
/// </summary>
internal sealed class Bystanders : IAsyncDisposable
{
    private const string Encoder = "good";
    private const string Browser = "camera";
    private const int MediaSeconds = 180;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly GatewayProcess _gateway;
    private readonly string _file;
    private readonly RtmpTagPublisher _publisher;
    private readonly LoadProgram _whip;
    private readonly List<(string Name, RtmpPlayer Player)> _players = [];
    private int[] _from = [];

    private Bystanders(GatewayProcess gateway, string file)
    {
        (_gateway, _file) = (gateway, file);
        _publisher = RtmpTagPublisher.Start(gateway.RtmpAddress(Encoder), file);
        _whip = LoadProgram.Start(Whip(gateway, Browser, seconds: 600));
    }

    /// <summary>What the viewers saw between <see cref="Mark"/> and <see cref="ReportAsync"/>.</summary>
    /// <param name="MissedOfEncoder">Pictures of the encoder that did not come.</param>
    /// <param name="MissedOfWebRtc">The same of the publisher over WebRTC, as a share of all.</param>
    /// <param name="Words">All of it in words.</param>
    public sealed record Seen(int MissedOfEncoder, double MissedOfWebRtc, string Words);

    /// <summary>Starts them; returns when both viewers have pictures.</summary>
    public static async Task<Bystanders> StartAsync(GatewayProcess gateway)
    {
        Bystanders bystanders = new(gateway, await TestMedia.ShareFlvAsync(MediaSeconds, 640, 360, TestMedia.EncoderH264(bFrames: 0)));
        try
        {
            foreach (string name in (string[])[Encoder, Browser])
            {
                await gateway.WaitForStreamAsync(name, Patience, () => bystanders._whip.Output);
                RtmpPlayer player = RtmpPlayer.Start(gateway.RtmpAddress(name));
                bystanders._players.Add((name, player));
                await Wait.UntilAsync(() => player.Messages.Any(message => message.IsPicture), Patience, () => $"a picture of {name}:\n{gateway.Log}");
            }

            return bystanders;
        }
        catch
        {
            await bystanders.DisposeAsync();
            throw;
        }
    }

    /// <summary>What is seen counts from here on.</summary>
    public void Mark() => _from = [.. _players.Select(entry => entry.Player.Messages.Count)];

    /// <summary>What was seen since, up to now: the next pictures are waited for, so that a stream that has ended is not one that misses nothing.</summary>
    public async Task<Seen> ReportAsync()
    {
        long now = RtmpPlayer.Now();
        foreach ((string name, RtmpPlayer player) in _players)
        {
            await Wait.UntilAsync(
                () => player.Messages.LastOrDefault(message => message.IsPicture)?.CompleteAt > now, Patience, () => $"further pictures of {name}:\n{_gateway.Log}");
        }

        (int Pictures, int Missed, double Gap)[] seen = [.. _players.Select((entry, index) => Look([.. entry.Player.Messages.Skip(_from[index]).Where(message => message.IsPicture)]))];
        return new Seen(
            seen[0].Missed,
            (double)seen[1].Missed / (seen[1].Pictures + seen[1].Missed),
            string.Join("; ", seen.Select((one, index) => $"viewer of {_players[index].Name}: {one.Pictures} pictures, {one.Missed} missed, longest gap {one.Gap:0} ms")));
    }

    /// <summary>Milliseconds until another publisher over RTMP may send.</summary>
    public async Task<double> AdmitEncoderAsync()
    {
        long start = RtmpPlayer.Now();
        using RtmpTagPublisher second = RtmpTagPublisher.Start(_gateway.RtmpAddress("second"), _file);
        await Wait.UntilAsync(() => !second.SentAt.IsEmpty, Patience, () => $"a second publisher:\n{_gateway.Log}");
        return (second.SentAt.Values.Min() - start) / 1e6;
    }

    /// <summary>Milliseconds from the offer of another publisher over WebRTC to the end of its handshake.</summary>
    public async Task<double> ConnectWebRtcAsync()
    {
        JsonElement report = await LoadProgram.RunAsync(Whip(_gateway, "another", seconds: 1));
        return report.GetProperty("connect").GetProperty("longest").GetDouble();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _players.ForEach(static entry => entry.Player.Dispose());
        _publisher.Dispose();
        await _whip.DisposeAsync();
    }

    // What is made up has no content, but a number and a time in every picture; sound would only cost the machine that floods.
    private static IEnumerable<string> Whip(GatewayProcess gateway, string name, int seconds) =>
    [
        "whip", new Uri(gateway.Page, $"whip/{name}").AbsoluteUri, "--no-sound", "--warm-up", "0", "--seconds", seconds.ToString(CultureInfo.InvariantCulture),
    ];

    private static (int Pictures, int Missed, double Gap) Look(RtmpMessage[] pictures)
    {
        double[] steps = [.. pictures.Zip(pictures.Skip(1), (one, next) => (double)(next.Timestamp - one.Timestamp))];
        double usual = steps.Order().ElementAt(steps.Length / 2);
        int missed = steps.Sum(step => (int)Math.Round(step / usual) - 1);
        return (pictures.Length, missed, pictures.Zip(pictures.Skip(1), (one, next) => (next.CompleteAt - one.CompleteAt) / 1e6).Max());
    }
}
