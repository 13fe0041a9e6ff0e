using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Rtcp;
using MediaGateway.WebRtc.Rtp.Sending;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Rtp.Sending;

public sealed class MediaSenderAllocationTests : IDisposable
{
    private readonly BufferPool _pool = new();
    private readonly MediaSender _sender;
    private readonly byte[] _buffer = new byte[1500];
    private readonly byte[] _compound = new byte[1400];
    private readonly byte[] _unit = SenderBench.Avcc([TestMedia.Slice(1, isKeyframe: false, 12_000)]);
    private readonly byte[] _keyframe = SenderBench.Avcc([TestMedia.Slice(1, isKeyframe: true, 30_000)]);
    private readonly List<MediaFrame> _frames = [];
    private TimeSpan _now = TimeSpan.FromDays(1);
    private int _picture;
    private int _packets;
    private ushort _lastSequence;

    public MediaSenderAllocationTests() => _sender = new MediaSender(
        new MediaSenderOptions { CanonicalName = "name", StartBitrate = 20_000_000 },
        [SenderBench.Video(hasRepair: true, isCounted: true), SenderBench.Audio()]);

    public void Dispose()
    {
        _sender.Dispose();
        Assert.Equal(0, _pool.Outstanding(BufferOwner.Frame));
    }

    [Fact]
    public void PicturesSoundReportsAndRepetitions_AllocateNothing()
    {
        // The frames are made before: they are the publisher's, one object each.
        const int Pictures = 600;
        for (int i = 0; i < Pictures * 2; i++)
        {
            TimeSpan time = TimeSpan.FromMilliseconds(33 * i);
            _frames.Add(Frame(ViewerPair.VideoFormat, time, i % 60 == 0, i % 60 == 0 ? _keyframe : _unit));
            _frames.Add(Frame(ViewerPair.AudioFormat, time, true, [0xFC, 1, 2]));
        }

        long bytes = Allocation.Of(Pictures, Step);

        Assert.True(_packets > Pictures * 20, $"{_packets} packets");
        Assert.True(_sender.Statistics.RetransmittedPackets > Pictures);
        Assert.Equal(0, _sender.Statistics.DroppedPictures);
        Assert.Equal(0, bytes);
    }

    private void Step()
    {
        TimeSpan end = _now + TimeSpan.FromMilliseconds(33);
        for (int i = 0; i < 2; i++)
        {
            MediaFrame frame = _frames[(_picture * 2) + i];
            _sender.Send(frame, _now);
            frame.Release();
        }

        _picture++;
        Drain();
        var writer = new RtcpWriter(_compound);
        writer.WriteGenericNack(7, SenderBench.VideoSsrc, [_lastSequence - 3, _lastSequence]);
        _sender.ReceiveRtcp(_compound.AsSpan(0, writer.Length), _now);
        while (_sender.NextDeadline <= end)
        {
            _now = _sender.NextDeadline > _now ? _sender.NextDeadline : _now;
            _sender.Advance(_now);
            Drain();
        }

        _now = end;
    }

    private void Drain()
    {
        while (_sender.TryTakePacket(_buffer, _now, out _, out bool isRtcp))
        {
            _packets++;
            bool isPicture = !isRtcp && (_buffer[1] & 0x7F) == SenderBench.VideoType;
            _lastSequence = isPicture ? (ushort)((_buffer[2] << 8) | _buffer[3]) : _lastSequence;
        }
    }

    private MediaFrame Frame(TrackFormat format, TimeSpan time, bool isKeyframe, byte[] payload)
    {
        PooledBuffer buffer = _pool.Rent(payload.Length, BufferOwner.Frame);
        payload.CopyTo(buffer.Span);
        var stamp = new MediaTime(time.Ticks, (int)TimeSpan.TicksPerSecond);
        return new MediaFrame(format, stamp, stamp, isKeyframe, buffer, 0, payload.Length, _now + time);
    }
}
