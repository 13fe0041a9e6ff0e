using MediaGateway.Media.Memory;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>Viewers who cannot keep up, over real sockets. The one who can sets the pace, so that no clock is needed.</summary>
public sealed class SlowViewerTests : IDisposable
{
    private const int PicturesPerGroup = 25;
    private const int PictureMilliseconds = 40;
    private const int PictureBytes = 20_000;
    private const int SmallReceiveBuffer = 32 * 1024;

    private readonly TrackingBufferPool _buffers = new();
    private readonly TestFrames _frames;
    private int _milliseconds;

    public SlowViewerTests() => _frames = new TestFrames(_buffers);

    public void Dispose() => _buffers.Dispose();

    [Fact]
    public async Task ReaderOfTenPercent_GetsWholeGroupsAndTheOthersGetEverything()
    {
        const int Groups = 40;
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers);
        using PublishLease lease = host.Publish("a");
        PublishGroup(lease);
        using TestPlayer slow = await TestPlayer.PlayAsync(host.Port, "a", SmallReceiveBuffer);
        using TestPlayer fast = await TestPlayer.PlayAsync(host.Port, "a");
        await fast.UntilAsync(IsLastPicture);
        for (int group = 1; group < Groups; group++)
        {
            PublishGroup(lease);
            await fast.UntilAsync(IsLastPicture);
            await ReadAsync(slow, PicturesPerGroup * PictureBytes / 10);
        }

        await slow.UntilAsync(IsLastPicture);

        Assert.Equal(Groups * PicturesPerGroup, Pictures(fast).Count);
        List<RtmpTestMessage> shown = Pictures(slow);
        Assert.InRange(shown.Count, PicturesPerGroup, Groups * PicturesPerGroup / 2);
        int jumps = 0;
        for (int picture = 1; picture < shown.Count; picture++)
        {
            bool follows = shown[picture].Timestamp == shown[picture - 1].Timestamp + PictureMilliseconds;
            jumps += follows ? 0 : 1;
            Assert.True(follows || shown[picture].Body[0] == 0x17, $"a picture is missing before {shown[picture].Timestamp} ms");
        }

        Assert.True(jumps > 0);
        AssertStampsNeverGoBack(slow, type: 8);
        AssertStampsNeverGoBack(slow, type: 9);
    }

    [Fact]
    public async Task StoppedReader_IsDisconnectedAndTheOthersGetEverything()
    {
        const int Groups = 30;
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(
            _buffers, options => options.SlowViewerTimeout = TimeSpan.FromSeconds(1));
        using PublishLease lease = host.Publish("a");
        PublishGroup(lease);
        using TestPlayer stopped = await TestPlayer.PlayAsync(host.Port, "a", SmallReceiveBuffer);
        using TestPlayer fast = await TestPlayer.PlayAsync(host.Port, "a");
        await fast.UntilAsync(IsLastPicture);
        await RtmpServerHost.UntilAsync(() => lease.Stream.Viewers == 2, "two viewers");
        for (int group = 1; group < Groups; group++)
        {
            PublishGroup(lease);
            await fast.UntilAsync(IsLastPicture);
        }

        await RtmpServerHost.UntilAsync(() => host.Workers.Connections == 1, "the stopped reader is given up");
        await RtmpServerHost.UntilAsync(
            () => host.Log.Any(line => line.Contains("ended: SlowConsumer", StringComparison.Ordinal)), "the session's log line");
        PublishGroup(lease);
        await fast.UntilAsync(IsLastPicture);
        Assert.Equal((Groups + 1) * PicturesPerGroup, Pictures(fast).Count);
        await stopped.UntilClosedAsync();
    }

    [Fact]
    public async Task ClientThatAsksWithoutReading_IsCutOff()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(
            _buffers, options => options.SlowViewerTimeout = TimeSpan.FromSeconds(1));
        using TestPlayer client = await TestPlayer.DialAsync(host.Port, SmallReceiveBuffer);
        await client.ConnectAsync();
        byte[] questions = [.. Enumerable.Range(0, 500).SelectMany(_ => client.Client.Command("getStreamLength", 0, null, "a"))];
        Task asking = AskForEverAsync(client, questions);

        await RtmpServerHost.UntilAsync(
            () => host.Log.Any(line => line.Contains("ended: SlowConsumer", StringComparison.Ordinal)), "the client is cut off");
        await asking;
        await RtmpServerHost.UntilAsync(() => _buffers.Outstanding(BufferOwner.Reply) == 0, "its replies are let go");
    }

    private static async Task AskForEverAsync(TestPlayer client, byte[] questions)
    {
        try
        {
            while (true)
            {
                await client.SendAsync(questions);
            }
        }
        catch (IOException)
        {
            // Cut off, as it should be.
        }
    }

    private static async Task ReadAsync(TestPlayer player, int bytes)
    {
        while (bytes > 0)
        {
            int read = await player.ReceiveAsync(bytes);
            Assert.True(read > 0);
            bytes -= read;
        }
    }

    private static List<RtmpTestMessage> Pictures(TestPlayer player) =>
        [.. player.Messages.Where(message => message is { Type: 9, Body: [_, 1, ..] })];

    private static void AssertStampsNeverGoBack(TestPlayer player, int type)
    {
        uint last = 0;
        foreach (RtmpTestMessage message in player.Messages.Where(message => message.Type == type))
        {
            Assert.True(message.Timestamp >= last);
            last = message.Timestamp;
        }
    }

    private bool IsLastPicture(RtmpTestMessage message) =>
        message is { Type: 9, Body: [_, 1, ..] } && message.Timestamp == _milliseconds - PictureMilliseconds;

    /// <summary>One second of pictures, half a megabyte, with a sound beside each.</summary>
    private void PublishGroup(PublishLease lease)
    {
        for (int picture = 0; picture < PicturesPerGroup; picture++)
        {
            lease.Publish(picture == 0 ? _frames.Key(_milliseconds, PictureBytes) : _frames.Delta(_milliseconds, PictureBytes));
            lease.Publish(_frames.AacAt(_milliseconds * 48L, TimeSpan.Zero));
            _milliseconds += PictureMilliseconds;
        }
    }
}
