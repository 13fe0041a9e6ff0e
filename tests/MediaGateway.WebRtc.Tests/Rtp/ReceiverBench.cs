using MediaGateway.Media.Frames;
using MediaGateway.Media.H264;
using MediaGateway.Media.Memory;
using MediaGateway.WebRtc.Rtcp;
using MediaGateway.WebRtc.Rtp;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Rtp;

/// <summary>A receiver in virtual time, everything it gives out recorded, and the laws of a core checked after each input.</summary>
internal sealed class ReceiverBench : IDisposable
{
    public const int VideoType = 102;
    public const int AudioType = 111;
    public const uint VideoSsrc = 0x1111;
    public const uint AudioSsrc = 0x2222;
    public const uint LocalSsrc = 0x9999;

    private readonly byte[] _rtcp = new byte[1200];

    public ReceiverBench(MediaReceiverOptions? options = null, params ReceiveTrack[] tracks)
    {
        Receiver = new MediaReceiver(options ?? Options(), Pool, tracks.Length > 0 ? tracks : [Audio(), Video()]);
    }

    /// <summary>Reuses blocks: many packets, and a watching pool takes a stack trace of each.</summary>
    public BufferPool Pool { get; } = new();

    public MediaReceiver Receiver { get; }

    public TimeSpan Now { get; private set; } = TimeSpan.FromDays(2);

    public List<RecordedFrame> Frames { get; } = [];

    public List<RecordedFeedback> Feedback { get; } = [];

    public IEnumerable<RecordedFrame> VideoFrames => Frames.Where(frame => frame.Kind == TrackKind.Video);

    public IEnumerable<RecordedFrame> AudioFrames => Frames.Where(frame => frame.Kind == TrackKind.Audio);

    public TrackStatistics Statistics(TrackKind kind) => Receiver.Statistics.Tracks.Single(track => track.Kind == kind);

    public int Count(string name) => Feedback.Count(feedback => feedback.Name == name);

    public static MediaReceiverOptions Options() => new() { LocalSsrc = LocalSsrc, CanonicalName = "gateway" };

    public static ReceiveTrack Audio() => new()
    {
        Kind = TrackKind.Audio,
        Mid = "0",
        PayloadTypes = [new ReceivePayloadType(AudioType, CodecId.Opus)],
        MidExtensionId = 4,
    };

    public static ReceiveTrack Video(
        RtcpFeedback feedback = RtcpFeedback.Nack | RtcpFeedback.PictureLossIndication | RtcpFeedback.MaximumBitrate) => new()
        {
            Kind = TrackKind.Video,
            Mid = "1",
            PayloadTypes = [new ReceivePayloadType(VideoType, CodecId.H264)],
            MidExtensionId = 4,
            Feedback = feedback,
        };

    public void SendVideo(long sequence, long timestamp, bool marker, ReadOnlySpan<byte> payload, uint ssrc = VideoSsrc) =>
        Send(RtpBytes.Packet(VideoType, sequence, timestamp, ssrc, marker, payload));

    public void SendAudio(long sequence, long timestamp, ReadOnlySpan<byte> payload, uint ssrc = AudioSsrc) =>
        Send(RtpBytes.Packet(AudioType, sequence, timestamp, ssrc, false, payload));

    public void Send(byte[] packet)
    {
        Receiver.ReceiveRtp(RtpBytes.Rent(Pool, packet), packet.Length, Now);
        Drain();
    }

    public void SendReport(uint ssrc, ulong ntpTime, uint rtpTime)
    {
        byte[] buffer = new byte[64];
        var writer = new RtcpWriter(buffer);
        Assert.True(writer.TryWriteSenderReport(new SenderReport(ssrc, ntpTime, rtpTime, 1, 1), []));
        Receiver.ReceiveRtcp(buffer.AsSpan(0, writer.Length), Now);
        Drain();
    }

    /// <summary>Lets time pass, waking the receiver at each of its deadlines.</summary>
    public void Advance(TimeSpan by)
    {
        TimeSpan target = Now + by;
        while (Receiver.NextDeadline <= target)
        {
            Now = Receiver.NextDeadline > Now ? Receiver.NextDeadline : Now;
            Receiver.Advance(Now);
            Drain();
        }

        Now = target;
        Receiver.Advance(Now);
        Drain();
    }

    public void Advance(double milliseconds) => Advance(TimeSpan.FromMilliseconds(milliseconds));

    public void Dispose()
    {
        Receiver.Dispose();
        Assert.Equal(0, Pool.Outstanding(BufferOwner.Datagram));
        Assert.Equal(0, Pool.Outstanding(BufferOwner.Frame));
    }

    private void Drain()
    {
        while (Receiver.TryTakeFrame(out MediaFrame? frame))
        {
            Frames.Add(new RecordedFrame(
                frame!.Kind, frame.Presentation, frame.Decoding, frame.IsKeyframe, frame.Payload.ToArray(), frame.Format, frame.ReceivedAt, Now));
            frame.Release();
        }

        while (Receiver.TryTakeRtcp(_rtcp, out int length))
        {
            Assert.NotEqual(0, length);
            Record(_rtcp.AsSpan(0, length));
        }

        Assert.True(Receiver.NextDeadline > Now, "after everything was taken nothing may be due");
    }

    private void Record(ReadOnlySpan<byte> compound)
    {
        var reader = new RtcpReader(compound);
        while (reader.MoveNext())
        {
            _ = FeedbackPacket.TryParse(reader.Body, out FeedbackPacket feedback);
            switch (reader.Type, reader.Count)
            {
                case (RtcpPacketType.TransportFeedback, FeedbackFormat.GenericNack):
                    foreach (ushort sequence in new GenericNack(feedback.ControlInformation))
                    {
                        Feedback.Add(new RecordedFeedback(Now, "NACK", sequence, feedback.MediaSsrc));
                    }

                    break;
                case (RtcpPacketType.PayloadFeedback, FeedbackFormat.PictureLossIndication):
                    Feedback.Add(new RecordedFeedback(Now, "PLI", 0, feedback.MediaSsrc));
                    break;
                case (RtcpPacketType.PayloadFeedback, FeedbackFormat.FullIntraRequest):
                    Assert.True(FullIntraRequest.TryParse(feedback.ControlInformation, out FullIntraRequest request));
                    Feedback.Add(new RecordedFeedback(Now, "FIR", request.SequenceNumber, request.Ssrc));
                    break;
                case (RtcpPacketType.PayloadFeedback, FeedbackFormat.ApplicationLayer):
                    Assert.True(MaximumBitrate.TryParse(feedback.ControlInformation, out double bitrate));
                    Feedback.Add(new RecordedFeedback(Now, "REMB", (long)bitrate, feedback.MediaSsrc));
                    break;
                case (RtcpPacketType.ReceiverReport, _):
                    Assert.True(ReportBlocks.TryParse(reader, out ReportBlocks blocks));
                    Feedback.Add(new RecordedFeedback(Now, "RR", blocks.Count, blocks.SenderSsrc)
                    {
                        Blocks = ToArray(blocks),
                    });
                    break;
                case (RtcpPacketType.SourceDescription, _):
                    Feedback.Add(new RecordedFeedback(Now, "SDES", 0, LocalSsrc));
                    break;
            }
        }

        Assert.False(reader.HasFailed);
    }

    private static ReportBlock[] ToArray(in ReportBlocks blocks)
    {
        var array = new ReportBlock[blocks.Count];
        for (int i = 0; i < array.Length; i++)
        {
            array[i] = blocks[i];
        }

        return array;
    }
}

/// <summary>A frame as it left.</summary>
internal sealed record RecordedFrame(
    TrackKind Kind,
    MediaTime Presentation,
    MediaTime Decoding,
    bool IsKeyframe,
    byte[] Payload,
    TrackFormat Format,
    TimeSpan ReceivedAt,
    TimeSpan LeftAt)
{
    public List<byte[]> NalUnits()
    {
        List<byte[]> units = [];
        foreach (ReadOnlySpan<byte> unit in new Avcc(Payload))
        {
            units.Add(unit.ToArray());
        }

        return units;
    }
}

/// <summary>One thing that an RTCP packet said.</summary>
internal sealed record RecordedFeedback(TimeSpan At, string Name, long Value, uint Ssrc)
{
    public IReadOnlyList<ReportBlock> Blocks { get; init; } = [];
}
