using System.Security.Cryptography;
using System.Text;
using MediaGateway.WebRtc.Dtls;
using MediaGateway.WebRtc.Rtcp;
using MediaGateway.WebRtc.Sdp;
using MediaGateway.WebRtc.Sessions;
using MediaGateway.WebRtc.Srtp;
using MediaGateway.WebRtc.Stun;

namespace MediaGateway.Testing;

/// <summary>
/// A browser that publishes, as a value that is driven in virtual time: checks with nomination, fake DTLS client, SRTP, pictures and
/// sound, retransmission on NACK, keyframes on PLI. Its network is somebody else's.
/// </summary>
public sealed class TestPublisher : IDisposable
{
    private static readonly TimeSpan FastCheckInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan FirstDtlsTimeout = TimeSpan.FromMilliseconds(60);
    private static readonly TimeSpan VideoInterval = TimeSpan.FromMilliseconds(33);
    private static readonly TimeSpan AudioInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(1);

    private readonly List<(TransportPath Path, byte[] Datagram)> _outgoing = [];
    private readonly List<byte[]> _accessUnits = [];
    private TransportPath _path;
    private string _username = "";
    private string _password = "";
    private TestRtpSender? _video;
    private TestRtpSender? _audio;
    private SrtpContext? _send;
    private SrtpContext? _receive;
    private TimeSpan _nextCheck = TimeSpan.MaxValue;
    private TimeSpan _nextDtls = TimeSpan.MaxValue;
    private TimeSpan _dtlsTimeout = FirstDtlsTimeout;
    private TimeSpan _nextVideo = TimeSpan.MaxValue;
    private TimeSpan _nextAudio = TimeSpan.MaxValue;
    private TimeSpan _nextReport = TimeSpan.MaxValue;
    private FakeDtlsMessage? _dtlsFlight;
    private bool _wantsKeyframe = true;
    private long _transaction;
    private int _clipPosition;

    /// <summary>What stands for the certificate.</summary>
    public static readonly byte[] Certificate = SHA256.HashData("publisher"u8);

    /// <summary>The peer's ICE username fragment.</summary>
    public const string UsernameFragment = "publisherFrag";

    /// <summary>Whether checks are sent at all.</summary>
    public bool SendsChecks { get; set; } = true;

    /// <summary>Whether checks nominate.</summary>
    public bool Nominates { get; set; } = true;

    /// <summary>Whether the ClientHello is held back.</summary>
    public bool DelaysDtls { get; set; }

    /// <summary>Whether media is sent once connected.</summary>
    public bool SendsMedia { get; set; } = true;

    /// <summary>Time between checks once connected; Chromium sends one every 2.5 s.</summary>
    public TimeSpan CheckInterval { get; set; } = TimeSpan.FromSeconds(2.5);

    /// <summary>Bytes of a delta picture; a keyframe has four times as many.</summary>
    public int PictureBytes { get; set; } = 2500;

    /// <summary>Pictures to send in place of made-up H.264, again and again, from the first one when a keyframe is asked for.</summary>
    public Vp8Clip? Clip { get; set; }

    /// <summary>Whether the handshake is done at this end.</summary>
    public bool IsConnected => _send is not null;

    /// <summary>Every access unit sent, in AVCC framing.</summary>
    public IReadOnlyList<byte[]> AccessUnits => _accessUnits;

    /// <summary>Sound packets sent.</summary>
    public int AudioPackets { get; private set; }

    /// <summary>Checks that were answered with success.</summary>
    public int ChecksAnswered { get; private set; }

    /// <summary>Packets asked for again.</summary>
    public int Nacked { get; private set; }

    /// <summary>Keyframes asked for.</summary>
    public int KeyframeRequests { get; private set; }

    /// <summary>Whether RTCP BYE came.</summary>
    public bool HasGoodbye { get; private set; }

    /// <summary>Whether close_notify came.</summary>
    public bool IsClosedByPeer { get; private set; }

    /// <summary>RTCP packets that came and were authentic.</summary>
    public int RtcpReceived { get; private set; }

    /// <summary>When <see cref="Advance"/> has something to do.</summary>
    public TimeSpan NextDeadline => new[] { _nextCheck, _nextDtls, _nextVideo, _nextAudio, _nextReport }.Min();

    /// <summary>Where datagrams go.</summary>
    public TransportPath Path => _path;

    /// <summary>The offer of a browser that has VP8 only.</summary>
    public static string OfferVp8() => Offer()
        .Replace("H264/90000", "VP8/90000", StringComparison.Ordinal)
        .Replace("a=fmtp:102 packetization-mode=1;profile-level-id=42e01f\n", "", StringComparison.Ordinal);

    /// <summary>The offer.</summary>
    /// <param name="usernameFragment">The peer's ICE username fragment; another one restarts ICE.</param>
    public static string Offer(string usernameFragment = UsernameFragment) => $"""
        v=0
        o=- 1 1 IN IP4 127.0.0.1
        s=-
        t=0 0
        a=group:BUNDLE 0 1
        a=ice-ufrag:{usernameFragment}
        a=ice-pwd:publisherPasswordpublisher
        a=fingerprint:sha-256 {CertificateFingerprint.Sha256Of(Certificate).Value}
        a=setup:actpass
        m=video 9 UDP/TLS/RTP/SAVPF 102
        c=IN IP4 0.0.0.0
        a=mid:0
        a=sendonly
        a=rtcp-mux
        a=rtcp-rsize
        a=rtpmap:102 H264/90000
        a=fmtp:102 packetization-mode=1;profile-level-id=42e01f
        a=rtcp-fb:102 nack
        a=rtcp-fb:102 nack pli
        a=rtcp-fb:102 goog-remb
        a=ssrc:1111 cname:test
        m=audio 9 UDP/TLS/RTP/SAVPF 111
        c=IN IP4 0.0.0.0
        a=mid:1
        a=sendonly
        a=rtcp-mux
        a=rtcp-rsize
        a=rtpmap:111 opus/48000/2
        a=fmtp:111 minptime=10;useinbandfec=1
        a=ssrc:2222 cname:test

        """;

    /// <summary>Begins with the answer.</summary>
    public void Start(string answer, TransportPath path, TimeSpan now)
    {
        if (!SdpReader.TryRead(answer, out SessionDescription? description, out string? error) || description is null)
        {
            throw new InvalidOperationException(error);
        }

        TransportDescription transport = description.Media[0].Transport;
        _username = $"{transport.IceUsernameFragment}:{UsernameFragment}";
        _password = transport.IcePassword ?? "";
        _video = new TestRtpSender(1111, description.Media[0].Codecs[0].PayloadType, 90_000, firstSequence: 65_500);
        _audio = new TestRtpSender(2222, description.Media[1].Codecs[0].PayloadType, 48_000, firstSequence: 30_000);
        _path = path;
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

    /// <summary>Goes on from another address, as after a change of network.</summary>
    public void Move(TransportAddress address, TimeSpan now)
    {
        _path = _path with { Remote = address };
        _nextCheck = now;
    }

    /// <summary>Closes as a browser does: close_notify.</summary>
    public void Close() => Send([FakeDtlsEndpoint.AlertRecord, 0]);

    /// <summary>Says goodbye for both streams and stops sending media.</summary>
    public void SayGoodbye()
    {
        SendsMedia = false;
        byte[] buffer = new byte[200];
        var writer = new RtcpWriter(buffer);
        writer.TryWriteReceiverReport(_video!.Ssrc, []);
        writer.TryWriteGoodbye(_video.Ssrc);
        writer.TryWriteGoodbye(_audio!.Ssrc);
        SendRtcp(buffer, writer.Length);
    }

    /// <summary>A check for the session, from wherever it is then sent.</summary>
    public byte[] Check() => new ConnectivityCheck
    {
        Username = _username,
        Password = _password,
        UseCandidate = Nominates,
        Transaction = ++_transaction,
    }.ToBytes();

    /// <summary>An authentic sound packet.</summary>
    public byte[] SoundPacket(TimeSpan now) => Protect(_audio!.Next(_audio.TimestampOf(now), marker: false, [0xFC, 1, 2, 3, 4]));

    /// <summary>Lets time pass.</summary>
    public void Advance(TimeSpan now)
    {
        if (now >= _nextCheck)
        {
            _nextCheck = now + (IsConnected ? CheckInterval : FastCheckInterval);
            if (SendsChecks)
            {
                Send(Check());
            }
        }

        if (now >= _nextDtls)
        {
            SendDtls(now);
        }

        if (now >= _nextVideo)
        {
            _nextVideo += VideoInterval;
            SendPicture(now);
        }

        if (now >= _nextAudio)
        {
            _nextAudio += AudioInterval;
            SendSound(now);
        }

        if (now >= _nextReport)
        {
            _nextReport += ReportInterval;
            SendReports(now);
        }
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
            case DatagramKind.Rtcp:
                ReceiveRtcp(datagram);
                break;
        }
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
        _send?.Dispose();
        _receive?.Dispose();
    }

    private void ReceiveAnswer(ReadOnlySpan<byte> datagram, TimeSpan now)
    {
        if (!StunMessage.TryParse(datagram, out StunMessage message) || message.Type != StunMessageType.BindingSuccess)
        {
            return;
        }

        ChecksAnswered++;
        if (_dtlsFlight is null && !IsConnected && !DelaysDtls)
        {
            _dtlsFlight = FakeDtlsMessage.ClientHello;
            _nextDtls = now;
        }
    }

    private void ReceiveDtls(ReadOnlySpan<byte> datagram, TimeSpan now)
    {
        if (datagram[0] == FakeDtlsEndpoint.AlertRecord)
        {
            IsClosedByPeer = true;
            return;
        }

        switch ((FakeDtlsMessage)datagram[1])
        {
            case FakeDtlsMessage.ServerFlight when _dtlsFlight == FakeDtlsMessage.ClientHello:
                _dtlsFlight = FakeDtlsMessage.ClientFlight;
                _dtlsTimeout = FirstDtlsTimeout;
                SendDtls(now);
                break;
            case FakeDtlsMessage.ServerFinished when !IsConnected:
                Connect(now);
                break;
        }
    }

    private void Connect(TimeSpan now)
    {
        SrtpKeyingMaterial keys = FakeDtlsEndpoint.Keys;
        _send = new SrtpContext(keys.Profile, keys.ClientKey, keys.ClientSalt, PlainSrtpCipher.Factory);
        _receive = new SrtpContext(keys.Profile, keys.ServerKey, keys.ServerSalt, PlainSrtpCipher.Factory);
        _nextDtls = TimeSpan.MaxValue;
        (_nextVideo, _nextAudio, _nextReport) = (now, now, now + AudioInterval);
    }

    private void SendDtls(TimeSpan now)
    {
        bool carriesCertificate = _dtlsFlight == FakeDtlsMessage.ClientFlight;
        byte[] certificate = carriesCertificate ? Certificate : [];
        Send([FakeDtlsEndpoint.HandshakeRecord, (byte)_dtlsFlight!, .. certificate]);
        _nextDtls = now + _dtlsTimeout;
        _dtlsTimeout *= 2;
    }

    private void SendPicture(TimeSpan now)
    {
        if (!SendsMedia)
        {
            return;
        }

        bool isKeyframe = _wantsKeyframe;
        _wantsKeyframe = false;
        if (Clip is not null)
        {
            SendPicture(Clip, isKeyframe, now);
            return;
        }

        byte[] slice = TestMedia.Slice(_accessUnits.Count, isKeyframe, isKeyframe ? PictureBytes * 4 : PictureBytes);
        _accessUnits.Add(TestMedia.AccessUnit(slice, isKeyframe));
        Send(TestMedia.Packetize(slice, isKeyframe), now);
    }

    private void Send(IReadOnlyList<byte[]> payloads, TimeSpan now)
    {
        uint timestamp = _video!.TimestampOf(now);
        for (int i = 0; i < payloads.Count; i++)
        {
            Send(Protect(_video.Next(timestamp, marker: i == payloads.Count - 1, payloads[i])));
        }
    }

    private void SendPicture(Vp8Clip clip, bool isKeyframe, TimeSpan now)
    {
        _clipPosition = isKeyframe ? 0 : _clipPosition % clip.Pictures.Count;
        byte[] picture = clip.Pictures[_clipPosition++];
        _accessUnits.Add(picture);
        Send(Vp8Clip.Packetize(picture, _accessUnits.Count), now);
    }

    private void SendSound(TimeSpan now)
    {
        if (SendsMedia)
        {
            AudioPackets++;
            Send(SoundPacket(now));
        }
    }

    private void SendReports(TimeSpan now)
    {
        if (!SendsMedia)
        {
            return;
        }

        foreach (TestRtpSender sender in new[] { _video!, _audio! })
        {
            byte[] buffer = new byte[200];
            var writer = new RtcpWriter(buffer);
            writer.TryWriteSenderReport(sender.Report(now), []);
            writer.TryWriteSourceDescription(sender.Ssrc, Encoding.UTF8.GetBytes("test"));
            SendRtcp(buffer, writer.Length);
        }
    }

    private void SendRtcp(byte[] buffer, int length) => Send(buffer[.._send!.ProtectRtcp(buffer, length)]);

    private byte[] Protect(byte[] packet)
    {
        byte[] buffer = [.. packet, .. new byte[_send!.RtpOverhead]];
        return buffer[.._send.ProtectRtp(buffer, packet.Length)];
    }

    private void ReceiveRtcp(ReadOnlySpan<byte> datagram)
    {
        byte[] packet = datagram.ToArray();
        if (_receive?.UnprotectRtcp(packet, out int length) != SrtpResult.Accepted)
        {
            return;
        }

        RtcpReceived++;
        var reader = new RtcpReader(packet.AsSpan(0, length));
        while (reader.MoveNext())
        {
            ReceiveRtcp(reader);
        }
    }

    private void ReceiveRtcp(in RtcpReader packet)
    {
        HasGoodbye |= packet.Type == RtcpPacketType.Goodbye;
        if (packet.Type is not (RtcpPacketType.TransportFeedback or RtcpPacketType.PayloadFeedback)
            || !FeedbackPacket.TryParse(packet.Body, out FeedbackPacket feedback))
        {
            return;
        }

        if (packet.Type == RtcpPacketType.PayloadFeedback && packet.Count == FeedbackFormat.PictureLossIndication)
        {
            KeyframeRequests++;
            _wantsKeyframe = true;
        }
        else if (packet.Type == RtcpPacketType.TransportFeedback && packet.Count == FeedbackFormat.GenericNack)
        {
            Retransmit(feedback.MediaSsrc == _video!.Ssrc ? _video : _audio!, feedback.ControlInformation);
        }
    }

    private void Retransmit(TestRtpSender sender, ReadOnlySpan<byte> control)
    {
        foreach (ushort sequence in new GenericNack(control))
        {
            Nacked++;
            if (sender.Find(sequence) is { } packet)
            {
                Send(Protect(packet));
            }
        }
    }

    private void Send(byte[] datagram) => _outgoing.Add((_path, datagram));
}
