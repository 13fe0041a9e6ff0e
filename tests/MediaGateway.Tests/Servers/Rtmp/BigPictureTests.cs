using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>
/// 4K at 20 Mbit/s with keyframes of 1.3 MB, to a viewer with a receive buffer of 16 KiB who reads in small pieces but on average as fast
/// as the stream runs.
/// </summary>
public sealed class BigPictureTests : IDisposable
{
    private const int ReceiveBufferBytes = 16 * 1024;
    private const int PictureMilliseconds = 40;
    private const int PicturesPerGroup = 50;
    private const int Groups = 4;
    private const int KeyframeBytes = 1_300_000;

    /// <summary>20 Mbit/s over a group of two seconds, less the keyframe.</summary>
    private const int PictureBytes = (5_000_000 - KeyframeBytes) / (PicturesPerGroup - 1);

    private readonly TrackingBufferPool _buffers = new();
    private readonly TestFrames _frames;

    public BigPictureTests() => _frames = new TestFrames(_buffers);

    public void Dispose() => _buffers.Dispose();

    [Fact]
    public async Task SmallSocketBuffer_LosesNothingAndEveryByteIsRight()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers);
        using PublishLease lease = host.Publish("a");
        Publish(lease, 0);
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a", ReceiveBufferBytes);
        await player.ExpectAsync("onMetaData"); // It has begun with the first picture.

        // The viewer reads a group while the next one is sent: it is up to two seconds behind, and its socket is full all the time.
        for (int picture = 1; picture < PicturesPerGroup * Groups; picture++)
        {
            Publish(lease, picture);
            if (picture >= PicturesPerGroup)
            {
                await ReadAsync(player, picture - PicturesPerGroup);
            }
        }

        await ReadAsync(player, (PicturesPerGroup * Groups) - 1);

        RtmpTestMessage[] pictures = [.. player.Messages.Where(IsPicture)];
        Assert.Equal(Enumerable.Range(0, PicturesPerGroup * Groups).Select(TimeOf), pictures.Select(picture => picture.Timestamp));
        Assert.All(pictures, AssertWhole);
        Assert.DoesNotContain(player.Messages, message => message.Code == "NetStream.Play.InsufficientBW");
    }

    private static bool IsPicture(RtmpTestMessage message) => message is { Type: 9, Body: [_, 1, ..] };

    private static uint TimeOf(int picture) => (uint)(picture * PictureMilliseconds);

    private static bool IsKeyframe(int picture) => picture % PicturesPerGroup == 0;

    private static int BytesOf(int picture) => IsKeyframe(picture) ? KeyframeBytes : PictureBytes;

    private static void AssertWhole(RtmpTestMessage message)
    {
        int picture = (int)message.Timestamp / PictureMilliseconds;
        ReadOnlySpan<byte> payload = message.Body.AsSpan(5); // Behind the FLV header of H.264.
        Assert.Equal(BytesOf(picture), payload.Length);
        Assert.Equal(-1, payload.IndexOfAnyExcept((byte)picture));
    }

    private static async Task ReadAsync(TestPlayer player, int upTo)
    {
        while (!player.Messages.Any(message => IsPicture(message) && message.Timestamp >= TimeOf(upTo)))
        {
            Assert.True(await player.ReceiveAsync(atMost: 8 * 1024) > 0);
        }
    }

    private void Publish(PublishLease lease, int picture)
    {
        int milliseconds = picture * PictureMilliseconds;
        lease.Publish(
            IsKeyframe(picture)
                ? _frames.Key(milliseconds, BytesOf(picture), content: (byte)picture)
                : _frames.Delta(milliseconds, BytesOf(picture), content: (byte)picture));
    }
}
