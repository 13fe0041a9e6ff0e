using MediaGateway.Diagnostics;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Diagnostics;
using MediaGateway.Tests.Streams;
using Xunit;
using static MediaGateway.Tests.Servers.Rtmp.RtmpServerHost;

namespace MediaGateway.Tests.Servers.WebRtc;

/// <summary>The consent of a peer runs on while the program stands still, whatever the gateway's time says (RFC 7675).</summary>
public sealed class StandstillConsentTests
{
    [Fact]
    public async Task ProgramStoodStill_PeersPastTheirConsentEndAndOthersGoOn()
    {
        var time = new ManualTimeProvider();
        var log = new LogBook();
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync(replace: services => services
            .AddSingleton<ILoggerProvider>(log)
            .NoticeStandstills(time));

        // The kernel says how old a datagram is, by real time: nothing may have come before the gateway's time began.
        time.Advance(TimeSpan.FromMinutes(1));
        using LoopbackPublisher publisher = host.Publish("camera");
        LiveStream stream = host.Streams.Find(TestHub.Key("camera"))!;
        await PicturesAsync(10);

        time.StandStill(TimeSpan.FromSeconds(20));
        await PicturesAsync(stream.Snapshot().VideoFrames + 10);
        Assert.True(publisher.End is null, string.Join('\n', log.Lines));

        time.StandStill(TimeSpan.FromSeconds(40));
        await UntilAsync(() => publisher.End is not null, "the end after the long one");
        Assert.Equal(SessionEndReason.Timeout, publisher.End!.Reason);

        // Time goes on, more slowly than the publisher's.
        Task PicturesAsync(long most) => UntilAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(1));
                return stream.Snapshot().VideoFrames > most || publisher.End is not null;
            },
            $"more than {most} pictures");
    }
}
