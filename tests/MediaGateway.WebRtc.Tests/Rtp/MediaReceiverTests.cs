using MediaGateway.Media.Frames;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Rtp;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Rtp;

public sealed class MediaReceiverTests
{
    [Fact]
    public void FirstOpusPacket_LeavesAtOnceAtTheEpoch()
    {
        using var pool = new TrackingBufferPool();
        using var receiver = new MediaReceiver(
            new MediaReceiverOptions { LocalSsrc = 1, CanonicalName = "a" },
            pool,
            [new ReceiveTrack { Kind = TrackKind.Audio, Mid = "0", PayloadTypes = [new ReceivePayloadType(111, CodecId.Opus)] }]);
        byte[] packet = RtpBytes.Packet(111, 5, 1000, 7, false, [0x78, 1, 2]);

        receiver.ReceiveRtp(RtpBytes.Rent(pool, packet), packet.Length, TimeSpan.FromDays(3));

        Assert.True(receiver.TryTakeFrame(out MediaFrame? frame));
        Assert.Equal(new MediaTime(48000, 48000), frame!.Presentation);
        Assert.Equal([0x78, 1, 2], frame.Payload.ToArray());
        frame.Release();
    }
}
