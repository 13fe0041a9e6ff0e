using System.Buffers.Binary;
using System.Text.Json;
using MediaGateway.Media.Frames;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Api;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Snapshots;

/// <summary>Who is live, with pictures: the public list, the calls of operators, and what is kept from strangers.</summary>
public sealed class LiveListTests
{
    private const string Secret = "0123456789abcdef0123456789abcdef";

    [Fact]
    public async Task List_SaysWhoIsLiveTheNewestFirstWithoutLevels()
    {
        await using ApiHost host = await ApiHost.StartAsync(("Ladder:Default", "standard"));
        Assert.Equal("""{"streams":[]}""", (await host.GetAsync("/live-streams")).Text);
        using PublishLease sound = Publish(host, "radio");
        sound.Publish(new TestFrames(host.Buffers).Sound(0));
        using PublishLease camera = PublishPicture(host, "camera");
        camera.Stream.AddViewers(2);
        using PublishLease level = PublishPicture(host, "camera_360p");
        ApiAnswer answer = await host.GetAsync("/live-streams");

        JsonElement[] streams = [.. answer.Json.GetProperty("streams").EnumerateArray()];
        Assert.Equal(["camera", "radio"], streams.Select(stream => stream.GetProperty("name").GetString()));
        Assert.Equal("live", streams[0].GetProperty("application").GetString());
        Assert.Equal((2, 320, 180), (streams[0].GetProperty("viewers").GetInt32(), streams[0].GetProperty("width").GetInt32(), streams[0].GetProperty("height").GetInt32()));
        Assert.Equal((true, false), (streams[0].GetProperty("hasVideo").GetBoolean(), streams[0].GetProperty("hasAudio").GetBoolean()));
        Assert.Equal("/live-streams/live/camera.jpg", streams[0].GetProperty("snapshot").GetString());
        Assert.Equal(JsonValueKind.Null, streams[1].GetProperty("snapshot").ValueKind);
        Assert.Equal(JsonValueKind.Null, streams[1].GetProperty("width").ValueKind);
        Assert.Equal("no-cache", answer.Headers["Cache-Control"]);
        Assert.Equal("*", answer.Headers["Access-Control-Allow-Origin"]);
    }

    [Fact]
    public async Task Pictures_AreJpegsWithATagAndPngsForWcs()
    {
        await using ApiHost host = await ApiHost.StartAsync(("Snapshots:ListWidth", "160"), ("Snapshots:Lifetime", "00:01:00"));
        using PublishLease camera = PublishPicture(host, "cam.era");

        using HttpResponseMessage small = await host.Client.GetAsync(new Uri("/live-streams/live/cam.era.jpg?t=1", UriKind.Relative));
        byte[] jpeg = await small.Content.ReadAsByteArrayAsync();
        Assert.Equal(("image/jpeg", 200), (small.Content.Headers.ContentType?.MediaType, (int)small.StatusCode));
        Assert.Equal((160, 90), SizeOfJpeg(jpeg));
        Assert.Equal(304, (await host.GetAsync("/live-streams/live/cam.era.jpg", ("If-None-Match", small.Headers.ETag!.Tag))).Status);

        foreach (string path in new[] { "/api/v1/streams/live/cam.era/snapshot.jpg", "/api/v1/streams/cam.era/snapshot.jpg" })
        {
            Assert.Equal((320, 180), SizeOfJpeg(await host.Client.GetByteArrayAsync(new Uri(path, UriKind.Relative))));
        }

        ApiAnswer wcs = await host.PostAsync("/rest-api/stream/snapshot", """{"streamName":"cam.era"}""");
        byte[] png = Convert.FromBase64String(wcs.Json.GetProperty("data").GetString()!);
        Assert.Equal((320, 180), (BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20))));
    }

    [Theory]
    [InlineData("/live-streams/live/nobody.jpg")]
    [InlineData("/live-streams/live/..%2F..%2Fetc%2Fpasswd.jpg")]
    [InlineData("/live-streams/a%20b/c.jpg")]
    [InlineData("/api/v1/streams/live/nobody/snapshot.jpg")]
    [InlineData("/api/v1/streams/nobody/snapshot.jpg")]
    public async Task WhatIsNotThere_IsNotFound(string path)
    {
        await using ApiHost host = await ApiHost.StartAsync();

        Assert.Equal(404, (await host.GetAsync(path)).Status);
    }

    [Fact]
    public async Task WcsSnapshotOfNothing_IsNotFoundAndOfNoNameABadRequest()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        Assert.Equal(404, (await host.PostAsync("/rest-api/stream/snapshot", """{"streamName":"nobody"}""")).Status);
        Assert.Equal(400, (await host.PostAsync("/rest-api/stream/snapshot", """{"streamName":"../x"}""")).Status);
        Assert.Equal(400, (await host.PostAsync("/rest-api/stream/snapshot", "{}")).Status);
    }

    [Theory]
    [InlineData("Open", true, 404)]
    [InlineData("Always", true, 200)]
    [InlineData("Off", false, 404)]
    [InlineData("Open", false, 200)]
    public async Task List_IsThereAsTheSettingSays(string setting, bool hasTokens, int status)
    {
        await using ApiHost host = await ApiHost.StartAsync([("Snapshots:LiveList", setting), .. hasTokens ? [("Tokens:Secrets:0", Secret)] : Array.Empty<(string, string)>()]);
        using PublishLease camera = PublishPicture(host, "camera");

        Assert.Equal(status, (await host.GetAsync("/live-streams")).Status);
        Assert.Equal(status, (await host.GetAsync("/live-streams/live/camera.jpg")).Status);
    }

    [Theory]
    [InlineData("true", "a-key-that-is-long-enough", 200)]
    [InlineData("false", "a-key-that-is-long-enough", 404)]
    [InlineData("true", "", 404)] // The API answers this machine without a key: pages of other sites that are read on it do not get at it.
    public async Task CrossDomainPolicy_IsThereUnlessTurnedOffAndOpensNoApi(string setting, string key, int status)
    {
        await using ApiHost host = await ApiHost.StartAsync(
            [("Relay:CrossDomainPolicy", setting), .. key.Length > 0 ? [("Api:Key", key)] : Array.Empty<(string, string)>()]);
        ApiAnswer answer = await host.GetAsync("/crossdomain.xml");

        Assert.Equal(status, answer.Status);
        if (status == 200)
        {
            Assert.Equal("text/x-cross-domain-policy", answer.MediaType);
            Assert.Equal("*", System.Xml.Linq.XDocument.Parse(answer.Text[answer.Text.IndexOf("<cross", StringComparison.Ordinal)..]).Root?.Element("allow-access-from")?.Attribute("domain")?.Value);
        }
    }

    private static PublishLease Publish(ApiHost host, string name) =>
        host.Streams.TryPublish(TestHub.Key(name), ExpectedTracks.None, new FakePublisher(), out _)!;

    private static PublishLease PublishPicture(ApiHost host, string name)
    {
        PublishLease lease = Publish(host, name);
        using var pictures = TestPictures.H264();
        foreach (MediaFrame frame in pictures.Encode(1, host.Buffers))
        {
            lease.Publish(frame);
        }

        return lease;
    }

    // ITU-T T.81, B.2.2: the start of frame holds the height and then the width.
    private static (int Width, int Height) SizeOfJpeg(byte[] file)
    {
        int position = 2;
        while (file[position + 1] is not (0xC0 or 0xC1 or 0xC2))
        {
            position += 2 + BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(position + 2));
        }

        int height = BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(position + 5));
        return (BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(position + 7)), height);
    }
}
