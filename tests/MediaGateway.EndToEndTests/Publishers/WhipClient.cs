using System.Collections.Concurrent;
using System.Text.Json;
using MediaGateway.EndToEndTests.Tools;

namespace MediaGateway.EndToEndTests.Publishers;

/// <summary>
/// A program that speaks WHIP or WHEP itself, on Pion or GStreamer: it says what it does in lines of JSON and takes commands in lines of
/// words (<c>Pion/http.go</c>).
/// </summary>
internal sealed class WhipClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<Message> _messages = new();
    private readonly ToolProcess _process;

    private WhipClient(string program, IEnumerable<string> arguments) =>
        _process = ToolProcess.Start(program, arguments, OnLine);

    /// <summary>What the gateway's header <c>Location</c> said.</summary>
    public string Location => _messages.First(message => message.Event == "opened").Text!;

    /// <summary>The status codes of all answers of that kind: <c>opened</c>, <c>trickled</c>, <c>restarted</c>, <c>deleted</c>.</summary>
    public int[] Statuses(string kind) => [.. _messages.Where(message => message.Event == kind).Select(message => message.Status)];

    /// <summary>
    /// When the pictures, or the first packet of sound, that Pion plays were due, in seconds of the gateway's clock as its sender reports
    /// tell it.
    /// </summary>
    public double[] TimesOf(string kind, int clockRate)
    {
        Message report = _messages.Last(message => message.Event == "report" && message.Kind == kind);
        return [.. _messages.Where(message => message.Event == "stamp" && message.Kind == kind).Select(
            stamp => (report.Nanoseconds / 1e9) + (unchecked((int)(stamp.Index - report.Index)) / (double)clockRate))];
    }

    /// <summary>Pion publishes, and trickles its candidates.</summary>
    /// <param name="media">What it publishes.</param>
    /// <param name="address">The address of WHIP.</param>
    /// <param name="token">A bearer token.</param>
    /// <param name="likeObs">Offer, packets and sender reports are those of OBS Studio 30 and newer.</param>
    public static async Task<WhipClient> PublishWithPionAsync(
        PublisherMedia media, Uri address, string token = "", bool likeObs = false)
    {
        string program = await StackPrograms.BuildPionAsync();
        string[] shape = likeObs ? ["-obs"] : [];
        return await ConnectAsync(new WhipClient(
            program, ["-whip", address.AbsoluteUri, "-token", token, "-video", media.Video, "-audio", media.Audio, .. shape]));
    }

    /// <summary>Pion plays, and writes pictures and sound to files.</summary>
    public static async Task<WhipClient> PlayWithPionAsync(Uri address, PublisherMedia files)
    {
        string program = await StackPrograms.BuildPionAsync();
        return await ConnectAsync(new WhipClient(program, ["-whep", address.AbsoluteUri, "-video", files.Video, "-audio", files.Audio]));
    }

    /// <summary>GStreamer publishes.</summary>
    public static Task<WhipClient> PublishWithGStreamerAsync(PublisherMedia media, Uri address, string token) => ConnectAsync(new WhipClient(
        StackPrograms.Python, [StackPrograms.GStreamer("whip.py"), "publish", address.AbsoluteUri, token, media.Video, media.Audio]));

    /// <summary>GStreamer plays, and records a Matroska file.</summary>
    public static Task<WhipClient> PlayWithGStreamerAsync(Uri address, string token, string file) => ConnectAsync(new WhipClient(
        StackPrograms.Python, [StackPrograms.GStreamer("whip.py"), "play", address.AbsoluteUri, token, file]));

    /// <summary>Waits until it has played so many pictures.</summary>
    public Task WaitForPicturesAsync(int count) =>
        WaitAsync(() => _messages.Count(message => message.Event == "stamp" && message.Kind == "video") >= count, $"{count} pictures");

    /// <summary>Restarts ICE and waits for the answer and for what the two tags are worth after it.</summary>
    public async Task RestartIceAsync()
    {
        int trickled = Statuses("trickled").Length;
        await SendAsync("restart");
        await WaitAsync(() => Statuses("trickled").Length >= trickled + 2, "the answers to a restart of ICE");
    }

    /// <summary>Ends the session, and asks once more for what is gone.</summary>
    public async Task DeleteAsync()
    {
        await SendAsync("delete");
        await WaitAsync(() => Statuses("deleted").Length == 2, "the answers to two DELETEs");
    }

    /// <summary>Ends the program; its files are complete then.</summary>
    public async Task CloseAsync()
    {
        _process.Process.StandardInput.Close();
        await _process.WaitForExitAsync(Patience);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static async Task<WhipClient> ConnectAsync(WhipClient client)
    {
        try
        {
            await client.WaitAsync(() => client._messages.Any(message => message.Event == "connected"), "a connected client");
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    private async Task SendAsync(string command)
    {
        await _process.Process.StandardInput.WriteLineAsync(command);
        await _process.Process.StandardInput.FlushAsync();
    }

    private Task WaitAsync(Func<bool> condition, string what) => Wait.UntilAsync(
        () => condition() || (_process.Process.HasExited ? throw new InvalidOperationException($"The client ended:\n{_process.Output}") : false),
        Patience,
        () => $"{what}; the client said:\n{_process.Output}");

    private void OnLine(string line)
    {
        if (line.StartsWith('{'))
        {
            _messages.Enqueue(JsonSerializer.Deserialize<Message>(line, JsonSerializerOptions.Web)!);
        }
    }

    private sealed record Message(string Event, int Status, string? Text, string? Kind, uint Index, long Nanoseconds);
}
