using System.Buffers.Binary;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Congestion;
using MediaGateway.WebRtc.Rtcp;
using MediaGateway.WebRtc.Rtp;
using MediaGateway.WebRtc.Tests.Rtp;

namespace MediaGateway.WebRtc.Tests.Congestion;

/// <summary>
/// A browser that publishes pictures which take all the bits they get, through a <see cref="Bottleneck"/>, to a <see cref="MediaReceiver"/>
/// that tells it by REMB what it may send; in virtual time, in steps of a millisecond.
/// </summary>
internal sealed class PublishingRun : IDisposable
{
    private const int PayloadBytes = 1100;
    private const int RepairType = 103;
    private const uint RepairSsrc = 0x3333;
    private const int SendTimeId = 2;
    private const double PaceOverTarget = 2.5;
    private const double WantedBitsPerSecond = 2_500_000;
    private const double SoundBitsPerSecond = 40_000;
    private const double BitsPerByte = 8;
    private const int PicturesPerSecond = 30;
    private const int History = 600;
    private const int SendTimeOffset = 17;

    private const double MostRepairs = 0.5;

    private static readonly TimeSpan RepairWindow = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);
    private static readonly byte[] Sets = Convert.FromHexString("780016" + "6742C01FDA014016E84000000300400000F023C60CA8" + "000468CE3C80");

    private readonly BufferPool _pool = new();
    private readonly Random _random;
    private readonly BrowserBandwidth _bandwidth = new(300_000);
    private readonly Queue<byte[]> _pictures = new();
    private readonly Queue<byte[]> _repairs = new();
    private readonly Queue<(byte[] Compound, TimeSpan At)> _feedback = new();
    private readonly Dictionary<ushort, byte[]> _sent = [];
    private readonly Dictionary<ushort, TimeSpan> _repeatedAt = [];
    private readonly Queue<(TimeSpan At, int Bytes)> _repeatedLately = new();
    private readonly Queue<ushort> _sentOrder = [];
    private readonly Dictionary<uint, uint> _highestReported = [];
    private readonly byte[] _rtcp = new byte[1200];
    private readonly TimeSpan _start = TimeSpan.FromDays(1);
    private readonly MediaReceiver _receiver;
    private double _paceCredit;
    private double _encoderRate = 300_000;
    private long _pictureCount;
    private long _soundCount;
    private long _sequence = 65_000;
    private long _repairSequence;
    private long _pacedBytes;
    private bool _wantsKeyframe = true;

    /// <summary>Makes a run.</summary>
    public PublishingRun(int seed, BottleneckConditions conditions)
    {
        _random = new Random(seed);
        Link = new Bottleneck(seed + 1) { Conditions = conditions };
        MediaReceiverOptions options = ReceiverBench.Options() with { AbsoluteSendTimeId = SendTimeId, ReducedSizeRtcp = true };
        ReceiveTrack video = ReceiverBench.Video() with { RepairPayloadTypes = [new RepairPayloadType(RepairType, ReceiverBench.VideoType)] };
        _receiver = new MediaReceiver(options, _pool, [video, ReceiverBench.Audio()]);
        Now = _start;
    }

    /// <summary>The way to the receiver.</summary>
    public Bottleneck Link { get; }

    /// <summary>Since the start.</summary>
    public TimeSpan Elapsed => Now - _start;

    /// <summary>What was sent.</summary>
    public RateRecord Record { get; } = new();

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
        _receiver.Dispose();
        Xunit.Assert.Equal(0, _pool.Outstanding(BufferOwner.Datagram) + _pool.Outstanding(BufferOwner.Frame));
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
            AddSound();
        }

        Pace();
        while (Link.TryLeave(Now, out byte[] packet, out TimeSpan arrivedAt))
        {
            _receiver.ReceiveRtp(RtpBytes.Rent(_pool, packet), packet.Length, arrivedAt);
            Drain();
        }

        _receiver.Advance(Now);
        Drain();
        while (_feedback.TryPeek(out (byte[] Compound, TimeSpan At) next) && next.At <= Now)
        {
            Answer(_feedback.Dequeue().Compound);
        }

        if (Elapsed.Ticks % TimeSpan.FromMilliseconds(25).Ticks == 0)
        {
            _bandwidth.Advance(Link.Conditions.Delay * 2, Now);
        }

        Record.Advance(Elapsed, Link.QueueAt(Now), _receiver.Statistics.AllowedBitsPerSecond, _bandwidth.Own, _receiver.Statistics.Usage);
    }

    private void AddPicture()
    {
        _pictureCount++;

        // An encoder needs some pictures to come to a lower rate; what was repeated lately is taken from it, up to a half.
        double repairs = RepeatedLately() * BitsPerByte / RepairWindow.TotalSeconds;
        double target = Math.Min(_bandwidth.Target, WantedBitsPerSecond) - SoundBitsPerSecond;
        target -= Math.Min(repairs, MostRepairs * target);
        _encoderRate += (target > _encoderRate ? 0.5 : 0.3) * (target - _encoderRate);
        if (_pacedBytes * BitsPerByte > PaceOverTarget * _bandwidth.Target / 2)
        {
            return;
        }

        bool isKeyframe = _wantsKeyframe;
        _wantsKeyframe = false;
        double bytes = Math.Max(_encoderRate, 20_000) / BitsPerByte / PicturesPerSecond * (0.8 + (0.4 * _random.NextDouble())) * (isKeyframe ? 3 : 1);
        byte[] slice = new byte[Math.Max((int)bytes, 100)];
        slice.AsSpan().Fill(0x55);
        slice[0] = isKeyframe ? (byte)0x65 : (byte)0x41;
        (slice[1], slice[2]) = isKeyframe ? ((byte)0x88, (byte)0x84) : ((byte)0x9A, (byte)0x24);
        List<byte[]> payloads = H264Packetizer.Packetize([slice], PayloadBytes, aggregates: false);
        if (isKeyframe)
        {
            payloads.Insert(0, Sets);
        }

        for (int i = 0; i < payloads.Count; i++, _sequence++)
        {
            byte[] packet = Packet(ReceiverBench.VideoType, _sequence, _pictureCount * 3000, ReceiverBench.VideoSsrc, i == payloads.Count - 1, payloads[i]);
            Remember(packet);
            _pictures.Enqueue(packet);
            _pacedBytes += packet.Length;
        }
    }

    private void AddSound()
    {
        byte[] payload = new byte[80];
        payload[0] = 0xFC;
        Leave(Packet(ReceiverBench.AudioType, _soundCount, _soundCount * 960, ReceiverBench.AudioSsrc, false, payload));
        _soundCount++;
    }

    private void Pace()
    {
        double pace = PaceOverTarget * _bandwidth.Target;
        _paceCredit = Math.Min(_paceCredit + (pace / BitsPerByte * Tick.TotalSeconds), pace / BitsPerByte * 0.005);
        while (_paceCredit > 0 && (_repairs.TryDequeue(out byte[]? packet) || _pictures.TryDequeue(out packet)))
        {
            _pacedBytes -= packet.Length;
            _paceCredit -= packet.Length;
            Leave(packet);
        }
    }

    private void Leave(byte[] packet)
    {
        AbsoluteSendTime.Write(packet.AsSpan(SendTimeOffset, AbsoluteSendTime.Length), AbsoluteSendTime.FromTime(Now));
        Record.Add(Elapsed, packet.Length);
        Link.Enter([.. packet], Now);
    }

    private void Drain()
    {
        while (_receiver.TryTakeFrame(out MediaFrame? frame))
        {
            frame!.Release();
        }

        while (_receiver.TryTakeRtcp(_rtcp, out int length))
        {
            _feedback.Enqueue((_rtcp[..length], Now + Link.Conditions.Delay));
        }
    }

    private void Answer(byte[] compound)
    {
        var reader = new RtcpReader(compound);
        while (reader.MoveNext())
        {
            if (reader.Type == RtcpPacketType.ReceiverReport && ReportBlocks.TryParse(reader, out ReportBlocks blocks))
            {
                Report(blocks);
            }

            if (!FeedbackPacket.TryParse(reader.Body, out FeedbackPacket feedback))
            {
                continue;
            }

            _wantsKeyframe |= reader.Type == RtcpPacketType.PayloadFeedback && reader.Count == FeedbackFormat.PictureLossIndication;
            if (reader.Type == RtcpPacketType.PayloadFeedback && MaximumBitrate.TryParse(feedback.ControlInformation, out double bitrate))
            {
                _bandwidth.OnMaximumBitrate(bitrate);
            }

            if (reader.Type == RtcpPacketType.TransportFeedback && reader.Count == FeedbackFormat.GenericNack)
            {
                Repeat(feedback.ControlInformation);
            }
        }
    }

    private void Report(ReportBlocks blocks)
    {
        for (int i = 0; i < blocks.Count; i++)
        {
            ReportBlock block = blocks[i];
            uint expected = block.HighestSequence - _highestReported.GetValueOrDefault(block.Ssrc, block.HighestSequence);
            _highestReported[block.Ssrc] = block.HighestSequence;
            _bandwidth.OnReport(block.FractionLost / 256.0 * expected, expected, Now);
        }
    }

    private void Repeat(ReadOnlySpan<byte> control)
    {
        foreach (ushort sequence in new GenericNack(control))
        {
            bool isTooSoon = _repeatedAt.TryGetValue(sequence, out TimeSpan before) && Now - before < Link.Conditions.Delay * 2;
            bool isTooMuch = RepeatedLately() * BitsPerByte > _bandwidth.Target * RepairWindow.TotalSeconds;
            if (!isTooSoon && !isTooMuch && _sent.TryGetValue(sequence, out byte[]? packet))
            {
                _repeatedAt[sequence] = Now;
                _repeatedLately.Enqueue((Now, packet.Length));
                int header = SendTimeOffset + AbsoluteSendTime.Length;
                byte[] repeated = [.. packet[..header], (byte)(sequence >> 8), (byte)(sequence & 0xFF), .. packet[header..]];
                repeated[1] = (byte)((repeated[1] & 0x80) | RepairType);
                BinaryPrimitives.WriteUInt16BigEndian(repeated.AsSpan(2), unchecked((ushort)_repairSequence++));
                BinaryPrimitives.WriteUInt32BigEndian(repeated.AsSpan(8), RepairSsrc);
                _repairs.Enqueue(repeated);
                _pacedBytes += repeated.Length;
            }
        }
    }

    private int RepeatedLately()
    {
        while (_repeatedLately.TryPeek(out (TimeSpan At, int Bytes) oldest) && Now - oldest.At > RepairWindow)
        {
            _repeatedLately.Dequeue();
        }

        return _repeatedLately.Sum(entry => entry.Bytes);
    }

    private static byte[] Packet(int type, long sequence, long timestamp, uint ssrc, bool marker, byte[] payload)
    {
        byte[] packet = RtpBytes.Packet(type, sequence, timestamp, ssrc, marker, [0xBE, 0xDE, 0, 1, (SendTimeId << 4) | 2, 0, 0, 0, .. payload]);
        packet[0] |= 0x10;
        return packet;
    }

    private void Remember(byte[] packet)
    {
        ushort sequence = unchecked((ushort)_sequence);
        _sent[sequence] = packet;
        _sentOrder.Enqueue(sequence);
        if (_sentOrder.Count > History)
        {
            _repeatedAt.Remove(_sentOrder.Peek());
            _sent.Remove(_sentOrder.Dequeue());
        }
    }
}
