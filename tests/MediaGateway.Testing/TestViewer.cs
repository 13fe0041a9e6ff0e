using System.Buffers.Binary;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.WebRtc.Dtls;
using MediaGateway.WebRtc.Rtcp;
using MediaGateway.WebRtc.Rtp;
using MediaGateway.WebRtc.Sdp;
using MediaGateway.WebRtc.Sessions;
using MediaGateway.WebRtc.Srtp;
using MediaGateway.WebRtc.Stun;

namespace MediaGateway.Testing;

/// <summary>An RTP packet that a <see cref="TestViewer"/> got, decrypted.</summary>
/// <param name="At">When.</param>
/// <param name="Ssrc">Its source.</param>
/// <param name="PayloadType">Its payload type.</param>
/// <param name="SequenceNumber">Its sequence number.</param>
/// <param name="Timestamp">Its timestamp.</param>
/// <param name="Marker">Its marker bit.</param>
/// <param name="Bytes">All of it.</param>
public sealed record ViewedPacket(TimeSpan At, uint Ssrc, int PayloadType, ushort SequenceNumber, uint Timestamp, bool Marker, byte[] Bytes);

/// <summary>A sender report that a <see cref="TestViewer"/> got.</summary>
/// <param name="At">When.</param>
/// <param name="Ssrc">Whose.</param>
/// <param name="NtpTime">Its clock.</param>
/// <param name="RtpTime">The same on the RTP clock.</param>
/// <param name="PacketCount">Packets sent.</param>
/// <param name="OctetCount">Bytes of payload sent.</param>
public sealed record ViewedReport(TimeSpan At, uint Ssrc, ulong NtpTime, uint RtpTime, uint PacketCount, uint OctetCount);

/// <summary>
/// A browser that plays, as a value that is driven in virtual time: checks with nomination, fake DTLS client, SRTP, and the gateway's own
/// receiver behind it, which asks for lost packets and keyframes and reports. Its network is somebody else's.
/// </summary>
public sealed class TestViewer : IDisposable
{
    /// <summary>The payload type of pictures.</summary>
    public const int VideoPayloadType = 102;

    /// <summary>The payload type of repeated pictures.</summary>
    public const int RepairPayloadType = 103;

    /// <summary>The payload type of sound.</summary>
    public const int AudioPayloadType = 111;

    private static readonly TimeSpan FastCheckInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(2.5);

    private readonly BufferPool _pool = new();
    private readonly List<(TransportPath Path, byte[] Datagram)> _outgoing = [];
    private readonly List<ViewedPacket> _packets = [];
    private readonly List<ViewedReport> _reports = [];
    private readonly List<TakenFrame> _frames = [];
    private readonly List<uint> _ssrcs = [];
    private string _username = "";
    private string _password = "";
    private SrtpContext? _send;
    private SrtpContext? _receive;
    private MediaReceiver? _receiver;
    private IReadOnlyList<ReceiveTrack> _tracks = [];
    private TimeSpan _nextCheck = TimeSpan.MaxValue;
    private TimeSpan _nextDtls = TimeSpan.MaxValue;
    private FakeDtlsMessage? _flight;
    private long _transaction;

    /// <summary>bit/s that the viewer's REMB allows.</summary>
    public int MaximumBitrate { get; init; } = 50_000_000;

    /// <summary>Whether checks are sent.</summary>
    public bool SendsChecks { get; set; } = true;

    /// <summary>Whether the receiver's RTCP is sent.</summary>
    public bool SendsRtcp { get; set; } = true;

    /// <summary>Whether packets go to the receiver at all.</summary>
    public bool Receives { get; init; } = true;

    /// <summary>Whether the handshake is done at this end.</summary>
    public bool IsConnected => _send is not null;

    /// <summary>Whether RTCP BYE came.</summary>
    public bool HasGoodbye { get; private set; }

    /// <summary>Where datagrams go.</summary>
    public TransportPath Path { get; private set; }

    /// <summary>Every RTP packet that came.</summary>
    public IReadOnlyList<ViewedPacket> Packets => _packets;

    /// <summary>Every sender report that came.</summary>
    public IReadOnlyList<ViewedReport> Reports => _reports;

    /// <summary>The frames that the receiver made.</summary>
    public IReadOnlyList<TakenFrame> Frames => _frames;

    /// <summary>The pictures among them.</summary>
    public IReadOnlyList<TakenFrame> Pictures => [.. _frames.Where(frame => frame.Kind == TrackKind.Video)];

    /// <summary>The gateway's sources as the answer names them: media before its repetitions.</summary>
    public IReadOnlyList<uint> Ssrcs => _ssrcs;

    /// <summary>The receiver's counters.</summary>
    public ReceiverStatistics? Statistics => _receiver?.Statistics;

    /// <summary>When <see cref="Advance"/> has something to do.</summary>
    public TimeSpan NextDeadline => new[] { _nextCheck, _nextDtls, _receiver?.NextDeadline ?? TimeSpan.MaxValue }.Min();

    /// <summary>The offer: as Chromium's, with what matters here.</summary>
    /// <param name="hasRepair">Whether retransmission packets (RFC 4588) are offered.</param>
    /// <param name="usernameFragment">The peer's ICE username fragment; another one restarts ICE.</param>
    /// <param name="offersArrivals">Whether transport-wide feedback is offered beside REMB.</param>
    public static string Offer(
        bool hasRepair = true,
        string usernameFragment = TestPublisher.UsernameFragment,
        bool offersArrivals = false) => $"""
        v=0
        o=- 1 1 IN IP4 127.0.0.1
        s=-
        t=0 0
        a=group:BUNDLE 0 1
        a=ice-ufrag:{usernameFragment}
        a=ice-pwd:publisherPasswordpublisher
        a=fingerprint:sha-256 {CertificateFingerprint.Sha256Of(TestPublisher.Certificate).Value}
        a=setup:actpass
        m=video 9 UDP/TLS/RTP/SAVPF {VideoPayloadType}{(hasRepair ? $" {RepairPayloadType}" : "")}
        c=IN IP4 0.0.0.0
        a=mid:0
        a=recvonly
        a=rtcp-mux
        a=rtcp-rsize
        a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
        a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
        a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
        a=rtpmap:{VideoPayloadType} H264/90000
        a=fmtp:{VideoPayloadType} level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f
        a=rtcp-fb:{VideoPayloadType} nack
        a=rtcp-fb:{VideoPayloadType} nack pli
        a=rtcp-fb:{VideoPayloadType} ccm fir
        a=rtcp-fb:{VideoPayloadType} goog-remb
        {(offersArrivals ? $"a=rtcp-fb:{VideoPayloadType} transport-cc\n" : "")}{(hasRepair ? $"a=rtpmap:{RepairPayloadType} rtx/90000\na=fmtp:{RepairPayloadType} apt={VideoPayloadType}\n" : "")}m=audio 9 UDP/TLS/RTP/SAVPF {AudioPayloadType}
        c=IN IP4 0.0.0.0
        a=mid:1
        a=recvonly
        a=rtcp-mux
        a=rtcp-rsize
        a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
        a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
        a=rtpmap:{AudioPayloadType} opus/48000/2
        a=fmtp:{AudioPayloadType} minptime=10;useinbandfec=1

        """;

    /// <summary>Begins with the answer.</summary>
    public void Start(string answer, TransportPath path, TimeSpan now)
    {
        if (!SdpReader.TryRead(answer, out SessionDescription? description, out string? error) || description is null)
        {
            throw new InvalidOperationException(error);
        }

        TransportDescription transport = description.Media[0].Transport;
        _username = $"{transport.IceUsernameFragment}:{TestPublisher.UsernameFragment}";
        _password = transport.IcePassword ?? "";
        foreach (string line in answer.Split("\r\n").Where(line => line.StartsWith("a=ssrc:", StringComparison.Ordinal)))
        {
            _ssrcs.Add(uint.Parse(line["a=ssrc:".Length..].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));
        }

        _tracks = [.. description.Media.Select(TrackOf)];
        Path = path;
        _nextCheck = now;
    }

    /// <summary>Restarts ICE: checks from now on with the credentials of the answer.</summary>
    /// <param name="answer">The answer to the offer that restarts; a trickle fragment will do.</param>
    /// <param name="usernameFragment">The fragment of that offer.</param>
    /// <param name="now">The time.</param>
    public void Restart(string answer, string usernameFragment, TimeSpan now)
    {
        string[] lines = answer.Split("\r\n");
        string Value(string name) => lines.First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..];
        _username = $"{Value("a=ice-ufrag:")}:{usernameFragment}";
        _password = Value("a=ice-pwd:");
        _nextCheck = now;
    }

    /// <summary>Goes on from another address.</summary>
    public void Move(TransportAddress address, TimeSpan now)
    {
        Path = Path with { Remote = address };
        _nextCheck = now;
    }

    /// <summary>Lets time pass.</summary>
    public void Advance(TimeSpan now)
    {
        if (now >= _nextCheck)
        {
            _nextCheck = now + (IsConnected ? CheckInterval : FastCheckInterval);
            if (SendsChecks)
            {
                Send(new ConnectivityCheck
                {
                    Username = _username,
                    Password = _password,
                    UseCandidate = true,
                    Transaction = ++_transaction,
                }.ToBytes());
            }
        }

        if (now >= _nextDtls)
        {
            SendDtls(now);
        }

        _receiver?.Advance(now);
        Drain(now);
    }

    /// <summary>Takes a datagram from the gateway.</summary>
    public void Receive(ReadOnlySpan<byte> datagram, TimeSpan now)
    {
        switch (DatagramClassifier.Classify(datagram))
        {
            case DatagramKind.Stun:
                ReceiveAnswer(datagram, now);
                break;
            case DatagramKind.Dtls:
                ReceiveDtls(datagram, now);
                break;
            case DatagramKind.Rtp:
                ReceiveRtp(datagram, now);
                break;
            case DatagramKind.Rtcp:
                ReceiveRtcp(datagram, now);
                break;
        }
    }

    /// <summary>Asks for a keyframe as a browser does when it cannot decode.</summary>
    public void RequestKeyframe(TimeSpan now)
    {
        _receiver!.RequestKeyframe(now);
        Drain(now);
    }

    /// <summary>Sends a compound RTCP packet of one's own making.</summary>
    public void SendRtcp(ReadOnlySpan<byte> compound)
    {
        byte[] buffer = [.. compound, .. new byte[_send!.RtcpOverhead]];
        Send(buffer[.._send.ProtectRtcp(buffer, compound.Length)]);
    }

    /// <summary>Takes everything there is to send.</summary>
    public IReadOnlyList<(TransportPath Path, byte[] Datagram)> TakeAll()
    {
        (TransportPath Path, byte[] Datagram)[] all = [.. _outgoing];
        _outgoing.Clear();
        return all;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _receiver?.Dispose();
        _send?.Dispose();
        _receive?.Dispose();
    }

    private static ReceiveTrack TrackOf(MediaDescription media)
    {
        bool isVideo = media.Kind == "video";
        return new ReceiveTrack
        {
            Kind = isVideo ? TrackKind.Video : TrackKind.Audio,
            Mid = media.Mid ?? "",
            PayloadTypes = [new ReceivePayloadType(media.Codecs[0].PayloadType, isVideo ? CodecId.H264 : CodecId.Opus)],
            MidExtensionId = media.Extensions.FirstOrDefault(extension => extension.Uri == SdpHeaderExtension.MidUri).Id,
            Feedback = isVideo
                ? RtcpFeedback.Nack | RtcpFeedback.PictureLossIndication | RtcpFeedback.MaximumBitrate
                : RtcpFeedback.None,
            AnnouncedSsrcs = [.. media.MediaSsrcs],
        };
    }

    private void ReceiveAnswer(ReadOnlySpan<byte> datagram, TimeSpan now)
    {
        if (StunMessage.TryParse(datagram, out StunMessage message) && message.Type == StunMessageType.BindingSuccess
            && _flight is null && !IsConnected)
        {
            _flight = FakeDtlsMessage.ClientHello;
            _nextDtls = now;
        }
    }

    private void ReceiveDtls(ReadOnlySpan<byte> datagram, TimeSpan now)
    {
        if (datagram[0] == FakeDtlsEndpoint.AlertRecord)
        {
            return;
        }

        switch ((FakeDtlsMessage)datagram[1])
        {
            case FakeDtlsMessage.ServerFlight when _flight == FakeDtlsMessage.ClientHello:
                _flight = FakeDtlsMessage.ClientFlight;
                SendDtls(now);
                break;
            case FakeDtlsMessage.ServerFinished when !IsConnected:
                Connect();
                break;
        }
    }

    private void Connect()
    {
        SrtpKeyingMaterial keys = FakeDtlsEndpoint.Keys;
        _send = new SrtpContext(keys.Profile, keys.ClientKey, keys.ClientSalt, PlainSrtpCipher.Factory);
        _receive = new SrtpContext(keys.Profile, keys.ServerKey, keys.ServerSalt, PlainSrtpCipher.Factory);
        _nextDtls = TimeSpan.MaxValue;
        var options = new MediaReceiverOptions
        {
            LocalSsrc = 77,
            CanonicalName = "viewer",
            MaximumBitrate = MaximumBitrate,
            ReducedSizeRtcp = true,
        };
        _receiver = new MediaReceiver(options, _pool, _tracks);
    }

    private void SendDtls(TimeSpan now)
    {
        byte[] certificate = _flight == FakeDtlsMessage.ClientFlight ? TestPublisher.Certificate : [];
        Send([FakeDtlsEndpoint.HandshakeRecord, (byte)_flight!, .. certificate]);
        _nextDtls = now + TimeSpan.FromMilliseconds(200);
    }

    private void ReceiveRtp(ReadOnlySpan<byte> datagram, TimeSpan now)
    {
        byte[] packet = datagram.ToArray();
        if (_receive?.UnprotectRtp(packet, out int length) != SrtpResult.Accepted)
        {
            return;
        }

        packet = packet[..length];
        if (!RtpPacket.TryParse(packet, out RtpPacket parsed))
        {
            throw new InvalidOperationException("An authentic packet is no RTP.");
        }

        _packets.Add(new ViewedPacket(now, parsed.Ssrc, parsed.PayloadType, parsed.SequenceNumber, parsed.Timestamp, parsed.Marker, packet));
        if (Receives)
        {
            Give(parsed.PayloadType == RepairPayloadType ? Unwrap(packet, parsed.HeaderLength) : packet, now);
        }
    }

    /// <summary>RFC 4588 4: the original packet has the original source, payload type and sequence number.</summary>
    private byte[] Unwrap(byte[] packet, int headerLength)
    {
        byte[] original = [.. packet[..headerLength], .. packet[(headerLength + 2)..]];
        original[1] = (byte)((original[1] & 0x80) | VideoPayloadType);
        packet.AsSpan(headerLength, 2).CopyTo(original.AsSpan(2));
        BinaryPrimitives.WriteUInt32BigEndian(original.AsSpan(8), _ssrcs[0]);
        return original;
    }

    private void Give(byte[] packet, TimeSpan now)
    {
        PooledBuffer buffer = _pool.Rent(packet.Length, BufferOwner.Datagram);
        packet.CopyTo(buffer.Span);
        _receiver!.ReceiveRtp(buffer, packet.Length, now);
        Drain(now);
    }

    private void ReceiveRtcp(ReadOnlySpan<byte> datagram, TimeSpan now)
    {
        byte[] packet = datagram.ToArray();
        if (_receive?.UnprotectRtcp(packet, out int length) != SrtpResult.Accepted)
        {
            return;
        }

        var reader = new RtcpReader(packet.AsSpan(0, length));
        while (reader.MoveNext())
        {
            HasGoodbye |= reader.Type == RtcpPacketType.Goodbye;
            if (reader.Type == RtcpPacketType.SenderReport && SenderReport.TryParse(reader.Body, reader.Count, out SenderReport report))
            {
                _reports.Add(new ViewedReport(
                    now, report.Ssrc, report.NtpTime, report.RtpTime, report.PacketCount, report.OctetCount));
            }
        }

        _receiver!.ReceiveRtcp(packet.AsSpan(0, length), now);
        Drain(now);
    }

    private void Drain(TimeSpan now)
    {
        while (_receiver is not null && _receiver.TryTakeFrame(out MediaFrame? frame))
        {
            _frames.Add(new TakenFrame(frame!.Kind, frame.IsKeyframe, frame.Presentation, now, frame.Payload.ToArray()));
            frame.Release();
        }

        byte[] buffer = new byte[1200];
        while (_receiver is not null && _receiver.TryTakeRtcp(buffer, out int length))
        {
            if (SendsRtcp)
            {
                SendRtcp(buffer.AsSpan(0, length));
            }
        }
    }

    private void Send(byte[] datagram) => _outgoing.Add((Path, datagram));
}
