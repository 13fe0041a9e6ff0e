using System.Buffers.Binary;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Congestion;
using MediaGateway.WebRtc.Rtcp;
using MediaGateway.WebRtc.Rtp;
using MediaGateway.WebRtc.Rtp.Sending;
using MediaGateway.WebRtc.Tests.Rtp;
using MediaGateway.WebRtc.Tests.Rtp.Sending;

namespace MediaGateway.WebRtc.Tests.Congestion;

/// <summary>
/// A stream of a fixed rate that a <see cref="MediaSender"/> sends through a <see cref="Bottleneck"/> to a viewer who reports, requests what
/// is missing, and tells by transport-wide feedback or by REMB what the way is like; in virtual time, in steps of a millisecond.
/// </summary>
internal sealed class ViewingRun : IDisposable
{
    /// <summary>Bits per second of the stream's pictures.</summary>
    public const double StreamBitsPerSecond = 2_000_000;

    private const double BitsPerByte = 8;
    private const int PicturesPerSecond = 30;
    private const int PicturesPerGroup = 60;
    private const int KeyframeBytes = 30_000;
    private const int SendTimeId = 2;
    private const int TransportSequenceId = 3;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BitrateInterval = TimeSpan.FromMilliseconds(500);

    private readonly BufferPool _pool = new();
    private readonly Random _random;
    private readonly MediaSender _sender;
    private readonly ReceiverCongestion _congestion;
    private readonly MissingPackets _missing = new();
    private readonly Queue<(byte[] Compound, TimeSpan At)> _feedback = new();
    private readonly byte[] _buffer = new byte[1500];
    private readonly TimeSpan _start = TimeSpan.FromHours(1);
    private readonly bool _tellsArrivals;
    private TimeSpan _reportAt;
    private TimeSpan _bitrateAt;
    private uint _senderReport;
    private TimeSpan _senderReportAt;
    private long _pictureCount;
    private long _soundCount;
    private int _groupPictures = PicturesPerGroup;

    /// <summary>Makes a run.</summary>
    public ViewingRun(int seed, BottleneckConditions conditions, bool tellsArrivals)
    {
        _random = new Random(seed);
        _tellsArrivals = tellsArrivals;
        Link = new Bottleneck(seed + 1) { Conditions = conditions };
        SendTrack video = SenderBench.Video(hasRepair: true, isCounted: tellsArrivals);
        SendTrack audio = SenderBench.Audio() with
        {
            AbsoluteSendTimeExtensionId = SendTimeId,
            TransportSequenceExtensionId = tellsArrivals ? TransportSequenceId : 0,
        };
        _sender = new MediaSender(new MediaSenderOptions { CanonicalName = "name", Seed = 0x1234_5678_9ABC_DEF0 }, [video, audio]);
        _congestion = new ReceiverCongestion(ReceiverBench.Options() with
        {
            MaximumBitrate = 50_000_000,
            AbsoluteSendTimeId = tellsArrivals ? 0 : SendTimeId,
            TransportSequenceId = tellsArrivals ? TransportSequenceId : 0,
        });
        Now = _start;
        (_reportAt, _bitrateAt) = (Now + ReportInterval, Now + BitrateInterval);
    }

    /// <summary>The way to the viewer.</summary>
    public Bottleneck Link { get; }

    /// <summary>Since the start.</summary>
    public TimeSpan Elapsed => Now - _start;

    /// <summary>What could be sent in place of the stream, in bit/s.</summary>
    public long Wanted
    {
        set => _sender.WantedBitsPerSecond = value;
    }

    /// <summary>What was sent.</summary>
    public RateRecord Record { get; } = new();

    /// <summary>The sender's counters.</summary>
    public SenderStatistics Statistics => _sender.Statistics;

    private TimeSpan Now { get; set; }

    /// <summary>Goes on for so long.</summary>
    public void Run(TimeSpan duration)
    {
        for (TimeSpan end = Now + duration; Now < end; Now += Tick)
        {
            Step();
        }
    }

    /// <summary>Gives everything back.</summary>
    public void Dispose()
    {
        _sender.Dispose();
        Xunit.Assert.Equal(0, _pool.Outstanding(BufferOwner.Frame));
    }

    private void Step()
    {
        Link.Advance(Now);
        if (Elapsed.TotalSeconds * PicturesPerSecond >= _pictureCount)
        {
            AddPicture();
        }

        if (Elapsed.TotalMilliseconds >= 20 * _soundCount)
        {
            Add(ViewerPair.AudioFormat, TimeSpan.FromMilliseconds(20 * _soundCount++), true, [0xFC, .. new byte[99]]);
        }

        _sender.Advance(Now);
        Drain();
        while (Link.TryLeave(Now, out byte[] packet, out TimeSpan arrivedAt))
        {
            Arrive(packet, arrivedAt);
        }

        Tell();
        while (_feedback.TryPeek(out (byte[] Compound, TimeSpan At) next) && next.At <= Now)
        {
            _sender.ReceiveRtcp(_feedback.Dequeue().Compound, Now);
        }

        Drain();
        Record.Advance(Elapsed, Link.QueueAt(Now), _sender.Statistics.EstimateBitsPerSecond, _sender.Statistics.PictureBitsPerSecond, _congestion.Usage);
    }

    private void AddPicture()
    {
        bool isKeyframe = ++_groupPictures >= PicturesPerGroup || _sender.Keyframes.TryTake(Now);
        _groupPictures = isKeyframe ? 0 : _groupPictures;
        double bytes = StreamBitsPerSecond / BitsPerByte / PicturesPerSecond * (0.8 + (0.4 * _random.NextDouble()));
        byte[] unit = TestMedia.Slice((int)_pictureCount, isKeyframe, isKeyframe ? KeyframeBytes : (int)bytes);
        Add(ViewerPair.VideoFormat, TimeSpan.FromSeconds((double)_pictureCount++ / PicturesPerSecond), isKeyframe, SenderBench.Avcc([unit]));
    }

    private void Add(TrackFormat format, TimeSpan time, bool isKeyframe, ReadOnlySpan<byte> payload)
    {
        PooledBuffer buffer = _pool.Rent(payload.Length, BufferOwner.Frame);
        payload.CopyTo(buffer.Span);
        var stamp = new MediaTime(time.Ticks, (int)TimeSpan.TicksPerSecond);
        var frame = new MediaFrame(format, stamp, stamp, isKeyframe, buffer, 0, payload.Length, Now);
        _sender.Send(frame, Now);
        frame.Release();
    }

    private void Drain()
    {
        while (_sender.TryTakePacket(_buffer, Now, out int length, out _))
        {
            Record.Add(Elapsed, length);
            Link.Enter(_buffer[..length], Now);
        }
    }

    private void Arrive(byte[] datagram, TimeSpan arrivedAt)
    {
        var reader = new RtcpReader(datagram);
        if (reader.MoveNext() && reader.Type == RtcpPacketType.SenderReport && SenderReport.TryParse(reader.Body, reader.Count, out SenderReport report))
        {
            (_senderReport, _senderReportAt) = ((uint)(report.NtpTime >> 16), arrivedAt);
            return;
        }

        if (!RtpPacket.TryParse(datagram, out RtpPacket packet))
        {
            return;
        }

        _congestion.Observe(packet, datagram.Length, arrivedAt);
        if (packet.Ssrc == SenderBench.VideoSsrc)
        {
            _missing.OnPacket(packet.SequenceNumber, Now);
        }
        else if (packet.Ssrc == SenderBench.RepairSsrc && packet.PayloadLength > 2)
        {
            _missing.OnRepair(BinaryPrimitives.ReadUInt16BigEndian(packet.Payload));
        }
    }

    private void Tell()
    {
        var writer = new RtcpWriter(_buffer);
        if (_reportAt <= Now)
        {
            _reportAt += ReportInterval;
            double ratio = _missing.TakeLoss(out long expected);
            _congestion.ObserveLoss(ratio, expected);
            _congestion.EndInterval(null, Now);
            uint delay = (uint)((Now - _senderReportAt).TotalSeconds * 65_536);
            writer.TryWriteReceiverReport(7, [new ReportBlock(SenderBench.VideoSsrc, (byte)(255 * ratio), 0, (uint)_missing.Highest, 0, _senderReport, delay)]);
        }

        if (_congestion.Arrivals is { } arrivals && arrivals.DueAt <= Now)
        {
            writer.TryWriteTransportFeedback(7, SenderBench.VideoSsrc, arrivals.Take(Now));
        }

        if (!_tellsArrivals && (_bitrateAt <= Now || _congestion.HasNews(Now)))
        {
            _bitrateAt = Now + BitrateInterval;
            _congestion.OnTold(_congestion.AllowedBitsPerSecond, Now);
            writer.TryWriteMaximumBitrate(7, _congestion.AllowedBitsPerSecond, [SenderBench.VideoSsrc]);
        }

        Span<long> requests = stackalloc long[64];
        if (_missing.TakeRequests(requests, Now, out bool isHopeless) is int count and > 0)
        {
            writer.WriteGenericNack(7, SenderBench.VideoSsrc, requests[..count]);
        }

        if (isHopeless)
        {
            writer.TryWritePictureLossIndication(7, SenderBench.VideoSsrc);
        }

        if (writer.Length > 0)
        {
            _feedback.Enqueue((_buffer[..writer.Length], Now + Link.Conditions.Delay));
        }
    }
}
