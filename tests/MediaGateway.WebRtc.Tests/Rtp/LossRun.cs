using System.Buffers.Binary;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Rtcp;
using MediaGateway.WebRtc.Rtp;

namespace MediaGateway.WebRtc.Tests.Rtp;

/// <summary>
/// A browser that publishes 30 pictures a second at 2.5 Mbit/s and sound over a bad link, in virtual time: paced, with retransmission
/// on an SSRC of its own for requests that are at most a second old, and a keyframe on request. Both directions of the link are bad.
/// </summary>
internal sealed class LossRun : IDisposable
{
    private const int PayloadBytes = 1100;
    private const int RepairType = 103;
    private const uint RepairSsrc = 0x3333;
    private const int PictureBytes = 10_000;
    private const int KeyframeBytes = 40_000;
    private const int History = 600;

    private static readonly TimeSpan PictureInterval = TimeSpan.FromSeconds(1.0 / 30);
    private static readonly TimeSpan SoundInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PacketSpacing = TimeSpan.FromMilliseconds(1);
    private static readonly byte[] Sets = Convert.FromHexString("780016" + "6742C01FDA014016E84000000300400000F023C60CA8" + "000468CE3C80");

    private readonly BufferPool _pool = new();
    private readonly Random _random;
    private readonly LossyLink<bool> _up;
    private readonly LossyLink<bool> _down;
    private readonly Queue<byte[]> _pacer = new();
    private readonly Dictionary<ushort, byte[]> _sent = [];
    private readonly Queue<ushort> _sentOrder = [];
    private readonly Dictionary<long, TimeSpan> _sentAt = [];
    private readonly byte[] _rtcp = new byte[1200];
    private readonly bool _hasRtx;
    private readonly TimeSpan _start;
    private TimeSpan _nextPicture;
    private TimeSpan _nextSound;
    private TimeSpan _nextPacket;
    private long _sequence = 65_000;
    private long _repairSequence;
    private long _soundSequence = 65_000;
    private long _picture;
    private bool _wantsKeyframe = true;

    public LossRun(int seed, LinkConditions conditions, bool hasRtx = true)
    {
        _hasRtx = hasRtx;
        _random = new Random(seed);
        _up = new LossyLink<bool>(seed) { Conditions = conditions };
        _down = new LossyLink<bool>(seed + 1000) { Conditions = conditions };
        TimeSpan roundTrip = conditions.Delay * 2;
        MediaReceiverOptions options = ReceiverBench.Options() with
        {
            InitialRoundTripTime = roundTrip,
            MinimumRoundTripTime = roundTrip / 2,
            ReducedSizeRtcp = true,
        };
        ReceiveTrack video = ReceiverBench.Video() with
        {
            RepairPayloadTypes = hasRtx ? [new RepairPayloadType(RepairType, ReceiverBench.VideoType)] : [],
        };
        Receiver = new MediaReceiver(options, _pool, [video, ReceiverBench.Audio()]);
        _start = Now;
        _nextPicture = Now;
        _nextSound = Now;
    }

    public MediaReceiver Receiver { get; }

    public TimeSpan Now { get; private set; } = TimeSpan.FromDays(1);

    public TrackStatistics Video => Receiver.Statistics.Tracks[0];

    public TrackStatistics Sound => Receiver.Statistics.Tracks[1];

    public List<Picture> Pictures { get; } = [];

    public List<TimeSpan> SoundDelays { get; } = [];

    public long PicturesSent => _picture;

    public long SoundSent => _soundSequence - 65_000;

    public long PacketsOvertaken => _up.Reordered;

    public int KeyframeRequests { get; private set; }

    public LinkConditions Conditions
    {
        set => (_up.Conditions, _down.Conditions) = (value, value);
    }

    public void Run(TimeSpan duration) => RunUntil(Now + duration);

    /// <summary>Sends nothing new and lets everything arrive that will.</summary>
    public void Finish()
    {
        (_nextPicture, _nextSound) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        Run(TimeSpan.FromSeconds(3));
    }

    public void Dispose()
    {
        Receiver.Dispose();
        Xunit.Assert.Equal(0, _pool.Outstanding(BufferOwner.Datagram) + _pool.Outstanding(BufferOwner.Frame));
    }

    private void RunUntil(TimeSpan target)
    {
        while (true)
        {
            TimeSpan packet = _pacer.Count > 0 ? _nextPacket : TimeSpan.MaxValue;
            TimeSpan next = new[] { _up.NextArrival, _down.NextArrival, Receiver.NextDeadline, _nextPicture, _nextSound, packet }.Min();
            if (next > target)
            {
                Now = target;
                return;
            }

            Now = next > Now ? next : Now;
            Step();
        }
    }

    private void Step()
    {
        if (_nextPicture <= Now)
        {
            SendPicture();
            _nextPicture += PictureInterval;
        }

        if (_nextSound <= Now)
        {
            SendSound();
            _nextSound += SoundInterval;
        }

        if (_pacer.Count > 0 && _nextPacket <= Now)
        {
            _up.Send(true, _pacer.Dequeue(), Now);
            _nextPacket = Now + PacketSpacing;
        }

        while (_up.TryReceive(Now, out _, out byte[] datagram))
        {
            Receiver.ReceiveRtp(RtpBytes.Rent(_pool, datagram), datagram.Length, Now);
            Drain();
        }

        while (_down.TryReceive(Now, out _, out byte[] feedback))
        {
            Answer(feedback);
        }

        Receiver.Advance(Now);
        Drain();
    }

    private void Drain()
    {
        while (Receiver.TryTakeFrame(out MediaFrame? frame))
        {
            if (frame!.Kind == TrackKind.Video)
            {
                int number = BinaryPrimitives.ReadInt32BigEndian(frame.Payload[^4..]);
                Pictures.Add(new Picture(number, frame.IsKeyframe, Now - _sentAt[number]));
            }
            else
            {
                long number = BinaryPrimitives.ReadInt32BigEndian(frame.Payload[^4..]);
                SoundDelays.Add(Now - (_start + (SoundInterval * number)));
            }

            frame.Release();
        }

        while (Receiver.TryTakeRtcp(_rtcp, out int length))
        {
            _down.Send(true, _rtcp[..length], Now);
        }
    }

    private void Answer(byte[] compound)
    {
        var reader = new RtcpReader(compound);
        while (reader.MoveNext())
        {
            if (reader.Type == RtcpPacketType.PayloadFeedback && reader.Count == FeedbackFormat.PictureLossIndication)
            {
                _wantsKeyframe = true;
                KeyframeRequests++;
            }
            else if (reader.Type == RtcpPacketType.TransportFeedback && FeedbackPacket.TryParse(reader.Body, out FeedbackPacket feedback))
            {
                foreach (ushort sequence in new GenericNack(feedback.ControlInformation))
                {
                    Repeat(sequence);
                }
            }
        }
    }

    private void Repeat(ushort sequence)
    {
        if (!_sent.TryGetValue(sequence, out byte[]? packet))
        {
            return;
        }

        byte[] repeated = packet;
        if (_hasRtx)
        {
            repeated = [.. packet[..12], (byte)(sequence >> 8), (byte)(sequence & 0xFF), .. packet[12..]];
            repeated[1] = (byte)((repeated[1] & 0x80) | RepairType);
            BinaryPrimitives.WriteUInt16BigEndian(repeated.AsSpan(2), unchecked((ushort)_repairSequence++));
            BinaryPrimitives.WriteUInt32BigEndian(repeated.AsSpan(8), RepairSsrc);
        }

        Enqueue(repeated);
    }

    private void SendPicture()
    {
        bool isKeyframe = _wantsKeyframe;
        _wantsKeyframe = false;
        byte[] slice = new byte[(isKeyframe ? KeyframeBytes : PictureBytes) * _random.Next(70, 130) / 100];
        slice.AsSpan().Fill(0x55);
        slice[0] = isKeyframe ? (byte)0x65 : (byte)0x41;
        (slice[1], slice[2]) = isKeyframe ? ((byte)0x88, (byte)0x84) : ((byte)0x9A, (byte)0x24);
        BinaryPrimitives.WriteInt32BigEndian(slice.AsSpan(slice.Length - 4), (int)_picture);
        List<byte[]> payloads = H264Packetizer.Packetize([slice], PayloadBytes, aggregates: false);
        if (isKeyframe)
        {
            payloads.Insert(0, Sets);
        }

        long timestamp = 0xFFFF_0000L + (_picture * 3000);
        for (int i = 0; i < payloads.Count; i++, _sequence++)
        {
            byte[] packet = RtpBytes.Packet(
                ReceiverBench.VideoType, _sequence, timestamp, ReceiverBench.VideoSsrc, i == payloads.Count - 1, payloads[i]);
            Remember(packet);
            Enqueue(packet);
        }

        // Delay counts from the time at which the last packet would leave on an idle link.
        _sentAt[_picture] = Now + (PacketSpacing * (payloads.Count - 1)) + _up.Conditions.Delay;
        _picture++;
    }

    private void SendSound()
    {
        long number = _soundSequence - 65_000;
        byte[] payload = new byte[80];
        payload[0] = 0xFC;
        BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(76), (int)number);
        _up.Send(true, RtpBytes.Packet(ReceiverBench.AudioType, _soundSequence, number * 960, ReceiverBench.AudioSsrc, false, payload), Now);
        _soundSequence++;
    }

    private void Enqueue(byte[] packet)
    {
        _pacer.Enqueue(packet);
        _nextPacket = _nextPacket > Now ? _nextPacket : Now;
    }

    private void Remember(byte[] packet)
    {
        ushort sequence = unchecked((ushort)_sequence);
        _sent[sequence] = packet;
        _sentOrder.Enqueue(sequence);
        if (_sentOrder.Count > History)
        {
            _sent.Remove(_sentOrder.Dequeue());
        }
    }
}

/// <summary>A picture as it left the gateway.</summary>
/// <param name="Number">Its number among those sent.</param>
/// <param name="IsKeyframe">Whether decoding may start here.</param>
/// <param name="Delay">By how much it left later than its last packet would have come on an idle link.</param>
internal readonly record struct Picture(int Number, bool IsKeyframe, TimeSpan Delay);
