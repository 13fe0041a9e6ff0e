using System.Buffers.Binary;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Rtcp;
using MediaGateway.WebRtc.Rtp;
using MediaGateway.WebRtc.Rtp.Sending;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Rtp.Sending;

/// <summary>A packet that a <see cref="SenderBench"/> took.</summary>
/// <param name="At">When it left.</param>
/// <param name="Bytes">All of it, plain.</param>
internal sealed record SentBytes(TimeSpan At, byte[] Bytes)
{
    public uint Ssrc => BinaryPrimitives.ReadUInt32BigEndian(Bytes.AsSpan(8));

    public int PayloadType => Bytes[1] & 0x7F;

    public bool Marker => (Bytes[1] & 0x80) != 0;

    public ushort Sequence => BinaryPrimitives.ReadUInt16BigEndian(Bytes.AsSpan(2));

    public uint Timestamp => BinaryPrimitives.ReadUInt32BigEndian(Bytes.AsSpan(4));

    public byte[] Payload
    {
        get
        {
            Assert.True(RtpPacket.TryParse(Bytes, out RtpPacket packet));
            return packet.Payload.ToArray();
        }
    }
}

/// <summary>A <see cref="MediaSender"/> in virtual time, with what left it.</summary>
internal sealed class SenderBench : IDisposable
{
    public const uint VideoSsrc = 0x1111_1111;
    public const uint RepairSsrc = 0x1111_2222;
    public const uint AudioSsrc = 0x3333_3333;
    public const int VideoType = 102;
    public const int RepairType = 103;
    public const int AudioType = 111;

    private readonly byte[] _buffer = new byte[1500];

    public SenderBench(bool hasRepair = true, bool isCounted = false, long startBitrate = 4_000_000, BufferPool? pool = null)
    {
        Pool = pool ?? new TrackingBufferPool();
        var options = new MediaSenderOptions { CanonicalName = "name", StartBitrate = startBitrate, Seed = 0x1234_5678_9ABC_DEF0 };
        Sender = new MediaSender(options, [Video(hasRepair, isCounted), Audio()]);
    }

    public BufferPool Pool { get; }

    public MediaSender Sender { get; }

    public TimeSpan Now { get; set; } = TimeSpan.FromHours(1);

    public List<SentBytes> Packets { get; } = [];

    public List<SentBytes> Reports { get; } = [];

    public int KeyframesWanted { get; private set; }

    public IReadOnlyList<SentBytes> Pictures => [.. Packets.Where(packet => packet.Ssrc == VideoSsrc)];

    public IReadOnlyList<SentBytes> Repairs => [.. Packets.Where(packet => packet.Ssrc == RepairSsrc)];

    public IReadOnlyList<SentBytes> Sounds => [.. Packets.Where(packet => packet.Ssrc == AudioSsrc)];

    public static SendTrack Video(bool hasRepair, bool isCounted) => new()
    {
        Kind = TrackKind.Video,
        Mid = "0",
        PayloadType = VideoType,
        Ssrc = VideoSsrc,
        RetransmissionPayloadType = hasRepair ? RepairType : -1,
        RetransmissionSsrc = RepairSsrc,
        MidExtensionId = 4,
        AbsoluteSendTimeExtensionId = 2,
        TransportSequenceExtensionId = isCounted ? 3 : 0,
        Feedback = RtcpFeedback.Nack | RtcpFeedback.PictureLossIndication | RtcpFeedback.FullIntraRequest,
    };

    public static SendTrack Audio() => new()
    {
        Kind = TrackKind.Audio,
        Mid = "1",
        PayloadType = AudioType,
        Ssrc = AudioSsrc,
        MidExtensionId = 4,
    };

    /// <summary>Sends a picture of one slice, received now unless said otherwise.</summary>
    public void Picture(TimeSpan time, bool isKeyframe, int bytes, TimeSpan? receivedAt = null, TrackFormat? format = null, int number = 1) =>
        Send(format ?? ViewerPair.VideoFormat, time, isKeyframe, Avcc([TestMedia.Slice(number, isKeyframe, bytes)]), receivedAt);

    /// <summary>Sends a sound packet.</summary>
    public void Sound(TimeSpan time, TimeSpan? receivedAt = null) =>
        Send(ViewerPair.AudioFormat, time, true, [0xFC, 1, 2, 3, 4], receivedAt);

    /// <summary>Sends a frame.</summary>
    public void Send(TrackFormat format, TimeSpan time, bool isKeyframe, ReadOnlySpan<byte> payload, TimeSpan? receivedAt = null)
    {
        PooledBuffer buffer = Pool.Rent(payload.Length, BufferOwner.Frame);
        payload.CopyTo(buffer.Span);
        var stamp = new MediaTime(time.Ticks, (int)TimeSpan.TicksPerSecond);
        var frame = new MediaFrame(format, stamp, stamp, isKeyframe, buffer, 0, payload.Length, receivedAt ?? Now);
        Sender.Send(frame, Now);
        frame.Release();
        Drain();
    }

    /// <summary>NAL units in AVCC framing.</summary>
    public static byte[] Avcc(IEnumerable<byte[]> units)
    {
        using var bytes = new MemoryStream();
        Span<byte> length = stackalloc byte[4];
        foreach (byte[] unit in units)
        {
            BinaryPrimitives.WriteInt32BigEndian(length, unit.Length);
            bytes.Write(length);
            bytes.Write(unit);
        }

        return bytes.ToArray();
    }

    /// <summary>Lets time pass until <paramref name="until"/>, or for ever shorter steps.</summary>
    public void RunTo(TimeSpan until)
    {
        while (Sender.NextDeadline <= until)
        {
            TimeSpan due = Sender.NextDeadline;
            Now = due > Now ? due : Now;
            Sender.Advance(Now);
            Drain();
            Assert.True(Sender.NextDeadline > Now, "a deadline is left that is due already");
        }

        Now = until;
    }

    public void Run(TimeSpan duration) => RunTo(Now + duration);

    public void Nack(uint ssrc, params ushort[] sequences)
    {
        // From the lowest on, wherever the numbers wrap.
        long[] ascending = [.. sequences.Select(sequence => (long)sequence)];
        byte[] compound = new byte[1400];
        var writer = new RtcpWriter(compound);
        Assert.Equal(ascending.Length, writer.WriteGenericNack(7, ssrc, ascending));
        Receive(compound.AsSpan(0, writer.Length));
    }

    public void LossIndication()
    {
        byte[] compound = new byte[100];
        var writer = new RtcpWriter(compound);
        writer.TryWritePictureLossIndication(7, VideoSsrc);
        Receive(compound.AsSpan(0, writer.Length));
    }

    public void IntraRequest(byte sequence)
    {
        byte[] compound = new byte[100];
        var writer = new RtcpWriter(compound);
        writer.TryWriteFullIntraRequest(7, new FullIntraRequest(VideoSsrc, sequence));
        Receive(compound.AsSpan(0, writer.Length));
    }

    public void MaximumBitrate(long bitsPerSecond)
    {
        byte[] compound = new byte[100];
        var writer = new RtcpWriter(compound);
        writer.TryWriteMaximumBitrate(7, bitsPerSecond, [VideoSsrc]);
        Receive(compound.AsSpan(0, writer.Length));
    }

    public void Report(ReportBlock block)
    {
        byte[] compound = new byte[100];
        var writer = new RtcpWriter(compound);
        writer.TryWriteReceiverReport(7, [block]);
        Receive(compound.AsSpan(0, writer.Length));
    }

    public void Receive(ReadOnlySpan<byte> compound)
    {
        Sender.ReceiveRtcp(compound, Now);
        Drain();
    }

    public void Drain()
    {
        while (Sender.TryTakePacket(_buffer, Now, out int length, out bool isRtcp))
        {
            (isRtcp ? Reports : Packets).Add(new SentBytes(Now, _buffer[..length]));
        }

        KeyframesWanted += Sender.Keyframes.TryTake(Now) ? 1 : 0;
    }

    public void Dispose()
    {
        Sender.Dispose();
        (Pool as IDisposable)?.Dispose();
    }
}
