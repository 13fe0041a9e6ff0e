using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Rtp;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Rtp;

public sealed class MediaReceiverAllocationTests : IDisposable
{
    private const int PacketsPerPicture = 12;

    private readonly BufferPool _pool = new();
    private readonly byte[] _rtcp = new byte[1200];
    private readonly byte[] _payload = new byte[1000];
    private readonly MediaReceiver _receiver;
    private TimeSpan _now = TimeSpan.FromDays(1);
    private long _sequence;
    private long _timestamp;
    private int _frames;

    public MediaReceiverAllocationTests()
    {
        _receiver = new MediaReceiver(ReceiverBench.Options(), _pool, [ReceiverBench.Audio(), ReceiverBench.Video()]);
    }

    public void Dispose() => _receiver.Dispose();

    [Fact]
    public void Pictures_AllocateOneFrameObjectEachAndNothingPerPacket()
    {
        SendPicture(isKeyframe: true, lossEvery: 0);

        long bytes = Allocation.Of(500, () => SendPicture(isKeyframe: _sequence % 30 == 0, lossEvery: 0));

        Assert.Equal(1001, _frames);
        Assert.Equal(500 * FrameObjectBytes(), bytes);
    }

    [Fact]
    public void LossAndRepair_AllocateNothingMore()
    {
        SendPicture(isKeyframe: true, lossEvery: 0);

        long bytes = Allocation.Of(500, () => SendPicture(isKeyframe: false, lossEvery: 5));

        Assert.Equal(1001, _frames);
        Assert.InRange(_receiver.Statistics.Tracks[1].RepairedPackets, 1000, 5000);
        Assert.Equal(500 * FrameObjectBytes(), bytes);
    }

    [Fact]
    public void Sound_AllocatesOneFrameObjectEach()
    {
        long bytes = Allocation.Of(500, SendSound);

        Assert.Equal(1000, _frames);
        Assert.Equal(500 * FrameObjectBytes(), bytes);
    }

    private long FrameObjectBytes()
    {
        OpusFormat format = new(2);
        var frames = new MediaFrame[100];
        PooledBuffer buffer = _pool.Rent(10, BufferOwner.Frame);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < frames.Length; i++)
        {
            frames[i] = new MediaFrame(format, default, default, true, buffer, 0, 1, default);
        }

        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        buffer.Dispose();
        GC.KeepAlive(frames);
        return bytes / frames.Length;
    }

    private void SendPicture(bool isKeyframe, int lossEvery)
    {
        for (int i = 0; i < PacketsPerPicture; i++)
        {
            if (lossEvery == 0 || i % lossEvery != 1)
            {
                SendPart(i, isKeyframe);
            }
        }

        _now += TimeSpan.FromMilliseconds(25);
        _receiver.Advance(_now);
        Drain();
        for (int i = 1; i < PacketsPerPicture && lossEvery > 0; i += lossEvery)
        {
            SendPart(i, isKeyframe);
        }

        _sequence += PacketsPerPicture;
        _timestamp += 3000;
        _now += TimeSpan.FromMilliseconds(1000.0 / 30 - 25);
        _receiver.Advance(_now);
        Drain();
    }

    private void SendPart(int index, bool isKeyframe)
    {
        ReadOnlySpan<byte> sets = [0x78, 0, 22, 0x67, 0x42, 0xC0, 0x1F, 0xDA, 0x01, 0x40, 0x16, 0xE8, 0x40, 0, 0, 3, 0, 0x40, 0, 0, 0xF0, 0x23, 0xC6, 0x0C, 0xA8, 0, 4, 0x68, 0xCE, 0x3C, 0x80];
        int length = sets.Length;
        if (index == 0)
        {
            sets.CopyTo(_payload);
        }
        else
        {
            int start = index == 1 ? 0x80 : 0;
            int end = index == PacketsPerPicture - 1 ? 0x40 : 0;
            ReadOnlySpan<byte> head = [0x5C, (byte)(start | end | (isKeyframe ? 5 : 1)), 0x88, 0x84];
            head.CopyTo(_payload);
            length = _payload.Length;
        }

        Send(ReceiverBench.VideoType, _sequence + index, _timestamp, ReceiverBench.VideoSsrc, index == PacketsPerPicture - 1, length);
    }

    private void SendSound()
    {
        _payload[0] = 0x78;
        Send(ReceiverBench.AudioType, _sequence++, _timestamp, ReceiverBench.AudioSsrc, false, 100);
        _timestamp += 960;
        _now += TimeSpan.FromMilliseconds(20);
        _receiver.Advance(_now);
        Drain();
    }

    private void Send(int payloadType, long sequence, long timestamp, uint ssrc, bool marker, int length)
    {
        PooledBuffer buffer = _pool.Rent(2048, BufferOwner.Datagram);
        int written = RtpBytes.Write(buffer.Span, payloadType, sequence, timestamp, ssrc, marker, _payload.AsSpan(0, length));
        _receiver.ReceiveRtp(buffer, written, _now);
        Drain();
    }

    private void Drain()
    {
        while (_receiver.TryTakeFrame(out MediaFrame? frame))
        {
            _frames++;
            frame!.Release();
        }

        while (_receiver.TryTakeRtcp(_rtcp, out _))
        {
        }
    }
}
