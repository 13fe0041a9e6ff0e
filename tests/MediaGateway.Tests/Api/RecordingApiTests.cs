using System.Text.Json;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Push;
using Xunit;

namespace MediaGateway.Tests.Api;

public sealed class RecordingApiTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("recording-api-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Recording_IsBegunShownEndedAndDeleted()
    {
        await using ApiHost host = await StartAsync();
        using PublishLease lease = host.Publish("name");
        ApiAnswer started = await host.PostAsync("/api/v1/streams/live/name/recording");
        Assert.Equal(201, started.Status);
        string location = started.Headers["Location"];
        Assert.Equal("waiting", (await host.GetAsync(location)).Json.GetProperty("state").GetString());
        Assert.Equal(409, (await host.PostAsync("/api/v1/streams/live/name/recording")).Status);
        lease.Publish(new PushFrames(host.Buffers).Key(0));
        await StateAsync(host, location, "recording");
        Assert.Equal(409, (await host.DeleteAsync(location)).Status);
        Assert.Equal(204, (await host.DeleteAsync("/api/v1/streams/live/name/recording")).Status);
        JsonElement entry = await StateAsync(host, location, "finished");
        Assert.Equal("live/name", entry.GetProperty("stream").GetString());
        string file = Path.Combine(_folder, entry.GetProperty("file").GetString()!);
        Assert.Equal(new FileInfo(file).Length, entry.GetProperty("bytes").GetInt64());
        Assert.Equal(1, (await host.GetAsync("/api/v1/recordings?stream=live/name")).Json.GetArrayLength());
        Assert.Equal(0, (await host.GetAsync("/api/v1/recordings?stream=live/other")).Json.GetArrayLength());
        Assert.Equal(204, (await host.DeleteAsync(location)).Status);
        Assert.False(File.Exists(file));
        Assert.Equal(404, (await host.GetAsync(location)).Status);
        Assert.Equal(404, (await host.DeleteAsync(location)).Status);
    }

    [Fact]
    public async Task WcsCalls_NameTheMediaSession()
    {
        await using ApiHost host = await StartAsync();
        using PublishLease lease = host.Publish("name");
        MediaSession publisher = host.Enter(host.Connect(), "name", isPublisher: true);
        MediaSession player = host.Enter(host.Connect("192.0.2.2:1"), "name", isPublisher: false);
        Assert.Equal(404, (await host.PostAsync("/rest-api/stream/startRecording", $"{{\"mediaSessionId\":\"{player.Id}\"}}")).Status);
        Assert.Equal(404, (await host.PostAsync("/rest-api/stream/startRecording", "{}")).Status);
        Assert.Equal(404, (await host.PostAsync("/rest-api/stream/stopRecording", Body(publisher))).Status);
        Assert.Equal(200, (await host.PostAsync("/rest-api/stream/startRecording", Body(publisher))).Status);
        Assert.Equal("waiting", (await host.GetAsync("/api/v1/recordings")).Json[0].GetProperty("state").GetString());
        Assert.Equal(200, (await host.PostAsync("/rest-api/stream/stopRecording", Body(publisher))).Status);
    }

    [Fact]
    public async Task RecordingThatFails_IsOneEntry()
    {
        string root = Path.Combine(_folder, "root");
        await File.WriteAllTextAsync(root, "No folder can be made here.", TestContext.Current.CancellationToken);
        await using ApiHost host = await ApiHost.StartAsync(("Recording:Root", root), ("Recording:ReservedBytes", "0"));
        using PublishLease lease = host.Publish("name");
        lease.Publish(new PushFrames(host.Buffers).Key(0));
        string location = (await host.PostAsync("/api/v1/streams/live/name/recording")).Headers["Location"];
        JsonElement failed = await StateAsync(host, location, "failed");
        Assert.Equal("", failed.GetProperty("file").GetString());
        Assert.NotEqual("", failed.GetProperty("reason").GetString());
        Assert.Equal(1, (await host.GetAsync("/api/v1/recordings")).Json.GetArrayLength());
        Assert.Equal(204, (await host.DeleteAsync("/api/v1/streams/live/name/recording")).Status);
    }

    [Fact]
    public async Task WhatCannotBe_IsSaidInWords()
    {
        await using ApiHost host = await StartAsync();
        Assert.Equal(404, (await host.PostAsync("/api/v1/streams/live/nobody/recording")).Status);
        Assert.Equal(404, (await host.DeleteAsync("/api/v1/streams/live/nobody/recording")).Status);
        foreach (string hostile in HostileNames.All.Where(name => !name.Contains('/', StringComparison.Ordinal) && name is not ("." or "..")))
        {
            Assert.InRange((await host.PostAsync($"/api/v1/streams/live/{Uri.EscapeDataString(hostile)}/recording")).Status, 400, 405);
            Assert.InRange((await host.DeleteAsync($"/api/v1/recordings/{Uri.EscapeDataString(hostile)}")).Status, 400, 405);
        }

        await using ApiHost unset = await ApiHost.StartAsync();
        using PublishLease lease = unset.Publish("name");
        Assert.Equal(503, (await unset.PostAsync("/api/v1/streams/live/name/recording")).Status);
    }

    private static string Body(MediaSession session) => $"{{\"mediaSessionId\":\"{session.Id}\"}}";

    private static async Task<JsonElement> StateAsync(ApiHost host, string location, string state)
    {
        while (true)
        {
            JsonElement entry = (await host.GetAsync(location)).Json;
            if (entry.GetProperty("state").GetString() == state)
            {
                return entry;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private Task<ApiHost> StartAsync() => ApiHost.StartAsync(("Recording:Root", _folder));
}
