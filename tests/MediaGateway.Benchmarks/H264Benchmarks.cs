using BenchmarkDotNet.Attributes;
using MediaGateway.Media.Frames;
using MediaGateway.Media.H264;
using MediaGateway.Media.Memory;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Rtp;
using MediaGateway.WebRtc.Rtp.Payloads;
using MediaGateway.WebRtc.Rtp.Sending;

namespace MediaGateway.Benchmarks;

/// <summary>A picture of 10 kB out of RTP payloads and into RTP packets, and through the whole sender.</summary>
public class H264Benchmarks
{
    private const int MaximumPayload = 1172;

    private readonly BufferPool _pool = new();
    private readonly byte[] _packet = new byte[1500];
    private readonly byte[] _unit = Samples.Picture();
    private readonly byte[][] _payloads = [.. TestMedia.Packetize(TestMedia.Slice(1, isKeyframe: false, Samples.PictureBytes), isKeyframe: false)];
    private AccessUnitBuilder _builder = null!;
    private RtpHeader _header = null!;
    private MediaSender _sender = null!;
    private TimeSpan _now = TimeSpan.FromHours(1);
    private ushort _sequence;

    [GlobalSetup]
    public void Setup()
    {
        var parameterSets = new ParameterSetStore();
        parameterSets.TryStore(TestMedia.SequenceParameterSet);
        parameterSets.TryStore(TestMedia.PictureParameterSet);
        _builder = new AccessUnitBuilder(_pool, parameterSets, 1_000_000);
        SendTrack track = Track();
        _header = new RtpHeader(track, track.PayloadType, track.Ssrc);
        _sender = new MediaSender(new MediaSenderOptions { CanonicalName = "gateway", StartBitrate = 50_000_000 }, [track]);
        Send(isKeyframe: true);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _builder.Dispose();
        _sender.Dispose();
    }

    [Benchmark]
    public int DepacketizePicture()
    {
        foreach (byte[] payload in _payloads)
        {
            PooledBuffer packet = _pool.Rent(payload.Length, BufferOwner.Datagram);
            payload.CopyTo(packet.Span);
            if (!_builder.TryHold(packet) || !H264Depacketizer.TryAdd(payload, 0, _builder))
            {
                throw new InvalidOperationException("A payload was refused.");
            }
        }

        using PooledBuffer unit = _builder.Build(out int length);
        return length;
    }

    [Benchmark]
    public int PacketizePicture()
    {
        int packets = 0;
        var cursor = new H264PacketCursor();
        while (cursor.TryNext(_unit, MaximumPayload, out PayloadPart part))
        {
            _header.Write(_packet, new RtpHeaderFields(_sequence, 90_000, cursor.IsAtEnd(_unit), _sequence, 1));
            part.Write(_unit, _packet.AsSpan(_header.Length));
            _sequence++;
            packets++;
        }

        return packets;
    }

    [Benchmark]
    public int SendPicture() => Send(isKeyframe: false);

    private static SendTrack Track() => new()
    {
        Kind = TrackKind.Video,
        Mid = "0",
        PayloadType = Samples.VideoType,
        Ssrc = Samples.VideoSsrc,
        MidExtensionId = 4,
        AbsoluteSendTimeExtensionId = 2,
        TransportSequenceExtensionId = 3,
        Feedback = RtcpFeedback.Nack | RtcpFeedback.PictureLossIndication,
    };

    // The frame is the publisher's: one object, made here because its time must go on.
    private int Send(bool isKeyframe)
    {
        int packets = 0;
        MediaFrame frame = Samples.Frame(_pool, ViewerPair.VideoFormat, _now, isKeyframe, _unit);
        _sender.Send(frame, _now);
        frame.Release();
        TimeSpan end = _now + TimeSpan.FromMilliseconds(33);
        while (_now < end)
        {
            while (_sender.TryTakePacket(_packet, _now, out _, out _))
            {
                packets++;
            }

            TimeSpan due = _sender.NextDeadline;
            _now = due <= _now || due > end ? end : due;
            _sender.Advance(_now);
        }

        return packets;
    }
}
