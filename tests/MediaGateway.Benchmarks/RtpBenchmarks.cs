using System.Buffers.Binary;
using BenchmarkDotNet.Attributes;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Rtp;

namespace MediaGateway.Benchmarks;

/// <summary>RTP as it comes: one packet read; a picture of eleven packets and a packet of sound through the whole receiver.</summary>
public class RtpBenchmarks
{
    private const int SoundType = 111;
    private const int ExtensionId = 4;
    private const uint SoundSsrc = 0x2222_2222;

    private static readonly TimeSpan PictureTime = TimeSpan.FromMilliseconds(1000.0 / 30);
    private static readonly TimeSpan SoundTime = TimeSpan.FromMilliseconds(20);

    private readonly BufferPool _pool = new();
    private readonly byte[] _rtcp = new byte[1200];
    private readonly byte[] _packet = new byte[Samples.PacketBytes];
    private readonly byte[] _sound = [0xFC, .. new byte[Samples.SoundBytes]];
    private readonly byte[][] _picture = [.. TestMedia.Packetize(TestMedia.Slice(2, isKeyframe: false, Samples.PictureBytes), isKeyframe: false)];
    private MediaReceiver _receiver = null!;
    private TimeSpan _now = TimeSpan.FromHours(1);
    private ushort _pictureSequence;
    private ushort _soundSequence;
    private uint _pictureStamp;
    private uint _soundStamp;

    [GlobalSetup]
    public void Setup()
    {
        // A header extension as browsers send it: mid, absolute send time, transport-wide sequence number.
        ReadOnlySpan<byte> extensions = [0xBE, 0xDE, 0, 3, 0x40, (byte)'1', 0x22, 1, 2, 3, 0x31, 0, 1, 0, 0, 0];
        Samples.WriteRtp(_packet, 1, 90_000, marker: true, [.. extensions, .. new byte[Samples.PacketBytes - 12 - extensions.Length]]);
        _packet[0] |= 0x10;

        var options = new MediaReceiverOptions { LocalSsrc = 0x9999, CanonicalName = "gateway" };
        _receiver = new MediaReceiver(options, _pool, [Sound(), Pictures()]);
        SendPicture([.. TestMedia.Packetize(TestMedia.Slice(1, isKeyframe: true, Samples.PictureBytes), isKeyframe: true)]);
    }

    [GlobalCleanup]
    public void Cleanup() => _receiver.Dispose();

    [Benchmark]
    public int ParsePacket()
    {
        bool isRead = RtpPacket.TryParse(_packet, out RtpPacket packet);
        return isRead && packet.Extensions.TryFind(3, out ReadOnlySpan<byte> value) ? packet.SequenceNumber + packet.PayloadLength + value[0] : 0;
    }

    [Benchmark]
    public int ReceivePicture() => SendPicture(_picture);

    [Benchmark]
    public int ReceiveSound()
    {
        Give(SoundType, _soundSequence++, _soundStamp, SoundSsrc, marker: false, _sound);
        _soundStamp += 960;
        return Pass(SoundTime);
    }

    private static ReceiveTrack Sound() => new()
    {
        Kind = TrackKind.Audio,
        Mid = "0",
        PayloadTypes = [new ReceivePayloadType(SoundType, CodecId.Opus)],
        MidExtensionId = ExtensionId,
    };

    private static ReceiveTrack Pictures() => new()
    {
        Kind = TrackKind.Video,
        Mid = "1",
        PayloadTypes = [new ReceivePayloadType(Samples.VideoType, CodecId.H264)],
        MidExtensionId = ExtensionId,
        Feedback = RtcpFeedback.Nack | RtcpFeedback.PictureLossIndication | RtcpFeedback.MaximumBitrate,
    };

    private int SendPicture(byte[][] payloads)
    {
        for (int index = 0; index < payloads.Length; index++)
        {
            Give(Samples.VideoType, _pictureSequence++, _pictureStamp, Samples.VideoSsrc, index == payloads.Length - 1, payloads[index]);
        }

        _pictureStamp += 3000;
        return Pass(PictureTime);
    }

    private void Give(int payloadType, ushort sequence, uint timestamp, uint ssrc, bool marker, byte[] payload)
    {
        PooledBuffer buffer = _pool.Rent(12 + payload.Length, BufferOwner.Datagram);
        int length = Samples.WriteRtp(buffer.Span, sequence, timestamp, marker, payload);
        buffer.Span[1] = (byte)((marker ? 0x80 : 0) | payloadType);
        BinaryPrimitives.WriteUInt32BigEndian(buffer.Span[8..], ssrc);
        _receiver.ReceiveRtp(buffer, length, _now);
    }

    private int Pass(TimeSpan time)
    {
        int frames = 0;
        _now += time;
        _receiver.Advance(_now);
        while (_receiver.TryTakeFrame(out MediaFrame? frame))
        {
            frames++;
            frame!.Release(); // not null: the call said true
        }

        while (_receiver.TryTakeRtcp(_rtcp, out _))
        {
        }

        return frames == 1 ? frames : throw new InvalidOperationException($"{frames} frames came of one.");
    }
}
