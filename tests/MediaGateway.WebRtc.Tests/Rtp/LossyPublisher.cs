using System.Buffers.Binary;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.WebRtc.Rtcp;
using MediaGateway.WebRtc.Rtp;

namespace MediaGateway.WebRtc.Tests.Rtp;

/// <summary>
/// A browser-like publisher of pictures behind a bad link, both in virtual time: loses and reorders at random, answers NACK from a
/// history of a second, and PLI with a keyframe. Pictures are made up, each different from all others.
/// </summary>
internal sealed class LossyPublisher : IDisposable
{
    private const int PayloadBytes = 1000;
    private const double FrameMilliseconds = 1000.0 / 30;

    private static readonly byte[] Sps = Convert.FromHexString("6742C01FDA014016E84000000300400000F023C60CA8");
    private static readonly byte[] Pps = [0x68, 0xCE, 0x3C, 0x80];

    private readonly Random _random;
    private readonly BufferPool _pool = new();
    private readonly PriorityQueue<byte[], (TimeSpan, long)> _link = new();
    private readonly Dictionary<ushort, byte[]> _history = [];
    private readonly Queue<ushort> _historyOrder = [];
    private readonly byte[] _rtcp = new byte[1200];
    private readonly TimeSpan _delay;
    private readonly List<(TimeSpan At, byte[] Feedback)> _back = [];
    private long _sequence = 65_000;
    private long _order;
    private int _frame;
    private bool _wantsKeyframe = true;

    /// <summary>Makes a publisher whose round trip is known from the handshake, as in a session.</summary>
    public LossyPublisher(int seed, bool retransmits, double roundTripMilliseconds = 50)
    {
        _random = new Random(seed);
        TimeSpan roundTrip = TimeSpan.FromMilliseconds(roundTripMilliseconds);
        _delay = roundTrip / 2;
        MediaReceiverOptions options = ReceiverBench.Options() with
        {
            InitialRoundTripTime = roundTrip,
            MinimumRoundTripTime = roundTrip / 2,
        };
        RtcpFeedback feedback = RtcpFeedback.PictureLossIndication | (retransmits ? RtcpFeedback.Nack : RtcpFeedback.None);
        Receiver = new MediaReceiver(options, _pool, [ReceiverBench.Video(feedback)]);
    }

    public double Loss { get; init; }

    public double Reordering { get; init; }

    public MediaReceiver Receiver { get; }

    public TimeSpan Now { get; private set; } = TimeSpan.FromDays(1);

    /// <summary>The pictures sent, as they should come out, by RTP time.</summary>
    public Dictionary<long, byte[]> Sent { get; } = [];

    public List<(MediaTime Time, bool IsKeyframe, byte[] Payload, TimeSpan LeftAt)> Received { get; } = [];

    public int PacketsLost { get; private set; }

    public int PacketsSent { get; private set; }

    public int KeyframesAsked { get; private set; }

    /// <summary>Publishes for so many pictures, then lets the link run dry.</summary>
    public void Run(int frames)
    {
        TimeSpan next = Now;
        for (int i = 0; i < frames; i++)
        {
            SendPicture();
            next += TimeSpan.FromMilliseconds(FrameMilliseconds);
            RunUntil(next);
        }

        RunUntil(next + TimeSpan.FromSeconds(2));
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
            TimeSpan arrival = _link.TryPeek(out _, out (TimeSpan At, long) key) ? key.At : TimeSpan.MaxValue;
            TimeSpan back = _back.Count > 0 ? _back[0].At : TimeSpan.MaxValue;
            TimeSpan deadline = Receiver.NextDeadline;
            TimeSpan next = new[] { arrival, back, deadline }.Min();
            if (next > target)
            {
                Now = target;
                return;
            }

            Now = next > Now ? next : Now;
            if (next == arrival)
            {
                byte[] packet = _link.Dequeue();
                Receiver.ReceiveRtp(RtpBytes.Rent(_pool, packet), packet.Length, Now);
            }
            else if (next == back)
            {
                byte[] feedback = _back[0].Feedback;
                _back.RemoveAt(0);
                Answer(feedback);
            }
            else
            {
                Receiver.Advance(Now);
            }

            Drain();
        }
    }

    private void Drain()
    {
        while (Receiver.TryTakeFrame(out MediaFrame? frame))
        {
            Received.Add((frame!.Presentation, frame.IsKeyframe, frame.Payload.ToArray(), Now));
            frame.Release();
        }

        while (Receiver.TryTakeRtcp(_rtcp, out int length))
        {
            if (_random.NextDouble() >= Loss)
            {
                _back.Add((Now + _delay, _rtcp[..length]));
            }
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
                KeyframesAsked++;
            }

            if (reader.Type == RtcpPacketType.TransportFeedback && FeedbackPacket.TryParse(reader.Body, out FeedbackPacket feedback))
            {
                foreach (ushort sequence in new GenericNack(feedback.ControlInformation))
                {
                    if (_history.TryGetValue(sequence, out byte[]? packet))
                    {
                        Transmit(packet);
                    }
                }
            }
        }
    }

    private void SendPicture()
    {
        bool keyframe = _wantsKeyframe;
        _wantsKeyframe = false;
        long timestamp = 0xFFFF_0000L + (_frame * 3000L);
        byte[] slice = MakeSlice(keyframe);
        List<byte[]> units = keyframe ? [Sps, Pps, slice] : [slice];
        Sent[timestamp] = [.. units.SelectMany(Framed)];
        List<byte[]> payloads = MediaGateway.Testing.H264Packetizer.Packetize(units, PayloadBytes, aggregates: true);
        for (int i = 0; i < payloads.Count; i++, _sequence++)
        {
            Remember(RtpBytes.Packet(
                ReceiverBench.VideoType, _sequence, timestamp, ReceiverBench.VideoSsrc, i == payloads.Count - 1, payloads[i]));
        }

        _frame++;
    }

    private void Remember(byte[] packet)
    {
        ushort sequence = unchecked((ushort)_sequence);
        _history[sequence] = packet;
        _historyOrder.Enqueue(sequence);
        if (_historyOrder.Count > 600)
        {
            _history.Remove(_historyOrder.Dequeue());
        }

        Transmit(packet);
    }

    private void Transmit(byte[] packet)
    {
        PacketsSent++;
        if (_random.NextDouble() < Loss)
        {
            PacketsLost++;
            return;
        }

        TimeSpan late = _random.NextDouble() < Reordering ? TimeSpan.FromMilliseconds(_random.Next(1, 12)) : TimeSpan.Zero;
        _link.Enqueue(packet, (Now + _delay + late, _order++));
    }

    private byte[] MakeSlice(bool keyframe)
    {
        byte[] slice = new byte[keyframe ? _random.Next(8_000, 30_000) : _random.Next(200, 12_000)];
        _random.NextBytes(slice);
        slice[0] = keyframe ? (byte)0x65 : (byte)0x41;
        (slice[1], slice[2]) = keyframe ? ((byte)0x88, (byte)0x84) : ((byte)0x9A, (byte)0x24);
        BinaryPrimitives.WriteInt32BigEndian(slice.AsSpan(3), _frame);
        return slice;
    }

    private static byte[] Framed(byte[] unit)
    {
        byte[] framed = new byte[unit.Length + 4];
        BinaryPrimitives.WriteInt32BigEndian(framed, unit.Length);
        unit.CopyTo(framed, 4);
        return framed;
    }
}
