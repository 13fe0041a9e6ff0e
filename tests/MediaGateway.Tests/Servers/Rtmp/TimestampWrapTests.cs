using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>
/// An encoder whose timestamps pass the places at which servers have broken: 24 bits, where they become extended (4.7 hours), the sign of 32 bits
/// (24.9 days) and 32 bits (49.7 days).
/// </summary>
public sealed class TimestampWrapTests : IDisposable
{
    private const int PictureMilliseconds = 40;
    private const int PicturesPerGroup = 10;
    private const int Groups = 4;

    private readonly TrackingBufferPool _buffers = new();

    public void Dispose() => _buffers.Dispose();

    [Theory]
    [InlineData(0xFFFFFFu)]
    [InlineData(0x7FFFFFFFu)]
    [InlineData(0xFFFFFFFFu)]
    public async Task EncodersClockComesRound_PlayersGetItsStampsFromBeforeAndAfter(uint wrap)
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers);
        using TestEncoder encoder = await TestEncoder.PublishAsync(host.Port, "a");
        uint start = wrap - (PicturesPerGroup * 3 / 2 * PictureMilliseconds) + 3;
        await encoder.SendHeadersAsync(start);
        await SendGroupAsync(encoder, start, 0);
        using TestPlayer early = await TestPlayer.PlayAsync(host.Port, "a");
        await early.UntilAsync(message => IsPictureAt(message, StampOf(start, PicturesPerGroup - 1)), "the end of the first group");
        for (int group = 1; group < Groups; group++)
        {
            await SendGroupAsync(encoder, start, group);
        }

        uint last = StampOf(start, (Groups * PicturesPerGroup) - 1);
        await early.UntilAsync(message => IsPictureAt(message, last), "the last picture");
        using TestPlayer late = await TestPlayer.PlayAsync(host.Port, "a");
        await late.UntilAsync(message => IsPictureAt(message, last), "the last picture for who comes late");

        uint[] all = [.. Enumerable.Range(0, Groups * PicturesPerGroup).Select(picture => StampOf(start, picture))];
        Assert.Contains(all, stamp => stamp > wrap - 1000 && stamp <= wrap);
        Assert.Equal(all, Stamps(early, 9));
        Assert.Equal(all.Select(stamp => unchecked(stamp + 5)), Stamps(early, 8).Take(all.Length));
        Assert.Equal(all[^PicturesPerGroup..], Stamps(late, 9));
    }

    private static uint StampOf(uint start, int picture) => unchecked(start + (uint)(picture * PictureMilliseconds));

    private static bool IsPictureAt(RtmpTestMessage message, uint stamp) => message is { Type: 9, Body: [_, 1, ..] } && message.Timestamp == stamp;

    private static uint[] Stamps(TestPlayer player, int type) =>
        [.. player.Messages.Where(message => message.Type == type && message.Body is [_, 1, ..]).Select(message => message.Timestamp)];

    private static async Task SendGroupAsync(TestEncoder encoder, uint start, int group)
    {
        for (int picture = group * PicturesPerGroup; picture < (group + 1) * PicturesPerGroup; picture++)
        {
            uint stamp = StampOf(start, picture);
            await encoder.SendPictureAsync(picture, picture % PicturesPerGroup == 0, stamp);
            await encoder.SendSoundAsync(unchecked(stamp + 5));
        }
    }
}
