using System.Buffers.Binary;
using MediaGateway.Media.Memory;
using MediaGateway.Native.OpenSsl;
using MediaGateway.Native.Srtp;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Dtls;
using MediaGateway.WebRtc.Rtp;
using MediaGateway.WebRtc.Sessions;
using MediaGateway.WebRtc.Srtp;
using static MediaGateway.Fuzz.OracleException;

namespace MediaGateway.Fuzz.Targets;

/// <summary>What stands between the port and RTP: the kinds of datagrams, DTLS, SRTP, the framing over TCP.</summary>
internal static class TransportTargets
{
    private const int LargestDatagram = 2048;

    private static readonly OpenSslDtlsEndpointFactory Dtls = new();
    private static readonly EvpSrtpCipherFactory Ciphers = new();
    private static readonly byte[] MasterKey = Wire.Hex("e1f97a0d3e018be0d64fa32c06de4139");
    private static readonly byte[] MasterSalt = Wire.Hex("0ec675ad498afeebb6960b3aabe6");

    // One record with a ClientHello: one cipher suite, use_srtp, a group, a point format, a signature algorithm, the extended master secret.
    private static readonly byte[] ClientHello = Wire.Hex("""
        16 feff 0000 000000000000 005b
        01 00004f 0000 000000 00004f
        fefd 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f 00 00 0002 c02b 01 00
        0023 000e 0005 0002 0007 00  000a 0004 0002 001d  000b 0002 01 00  000d 0004 0002 0403  0017 0000
        """);

    // The rest of a flight: a ClientKeyExchange, ChangeCipherSpec, something encrypted.
    private static readonly byte[] SecondFlight = Wire.Hex("""
        16 fefd 0000 000000000001 002d 10 000021 0001 000000 000021 20 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
        14 fefd 0000 000000000002 0001 01
        16 fefd 0001 000000000000 0010 000102030405060708090a0b0c0d0e0f
        """);

    /// <summary>The targets.</summary>
    public static IEnumerable<FuzzTarget> All =>
    [
        new()
        {
            Name = "datagram-kind",
            IsBrief = true,
            Parser = "`DatagramClassifier`",
            Oracle = "the ranges of RFC 7983 as a table",
            Seeds = () => [ClientHello, Wire.Hex("0001"), Wire.Hex("80c8"), Wire.Hex("8060"), []],
            MaximumBytes = 64,
            AllocationConstant = 1024,
            Parse = bytes => DatagramClassifier.Classify(bytes),
            Verify = VerifyKind,
        },
        new()
        {
            Name = "dtls-record",
            Parser = "`DtlsRecord`, the door before OpenSSL",
            Oracle = "a second walk over the records",
            Seeds = DtlsSeeds,
            MaximumBytes = LargestDatagram,
            AllocationConstant = 1024,
            Parse = bytes => DtlsRecord.IsExpected(bytes),
            Verify = bytes => RequireEqual(AreWholeRecords(bytes), DtlsRecord.IsExpected(bytes), "whether the datagram is whole records"),
        },
        new()
        {
            Name = "dtls-handshake",
            Parser = "`OpenSslDtlsEndpoint` with a datagram a record, from the start and after a ClientHello",
            Oracle = "nobody is connected and no keys come out; answers are bounded and fit their datagrams",
            Seeds = HandshakeSeeds,
            MaximumBytes = LargestDatagram,
            Parse = bytes => Shake(bytes),
            Verify = VerifyHandshake,
        },
        Srtp("srtp", SrtpProfile.Aes128CmSha1With80BitTag, isRtcp: false),
        Srtp("srtp-gcm", SrtpProfile.AeadAes128Gcm, isRtcp: false),
        Srtp("srtcp", SrtpProfile.Aes128CmSha1With80BitTag, isRtcp: true),
        Srtp("srtcp-gcm", SrtpProfile.AeadAes128Gcm, isRtcp: true),
        new()
        {
            Name = "ice-tcp",
            IsBrief = true,
            Parser = "`FrameAssembler`",
            Oracle = "a second way to cut the stream; the same datagrams byte by byte as in one piece; all memory comes back",
            Seeds = () => [Wire.Hex("0002 0001 0000 0003 808182"), [0x04, 0x00, .. new byte[1024], 0, 1, 2], [0xFF, 0xFF], .. SeedFiles.Below("stun").Select(Framed)],
            MaximumBytes = 4096,
            Parse = bytes => Cut(bytes, Math.Max(1, bytes.Length), null),
            Verify = VerifyFrames,
        },
    ];

    private static FuzzTarget Srtp(string name, SrtpProfile profile, bool isRtcp) => new()
    {
        Name = name,
        Parser = $"`SrtpContext` with {profile}: {(isRtcp ? "RTCP" : "RTP")}",
        Oracle = "what is accepted is what sealing the plain packet gives, and is refused when it comes again; what is sealed is opened",
        Seeds = () => SrtpSeeds(profile, isRtcp),
        MaximumBytes = LargestDatagram,
        AllocationConstant = 32 * 1024,
        Parse = bytes => Unprotect(profile, isRtcp, bytes),
        Verify = bytes => VerifySrtp(profile, isRtcp, bytes),
    };

    private static IEnumerable<byte[]> DtlsSeeds() =>
        [ClientHello, Wire.Hex("15 fefd 0000 000000000001 0002 02 28"), .. SeedFiles.Below("fuzz", "openssl_dtlsserver")];

    private static IEnumerable<byte[]> HandshakeSeeds()
    {
        Require(Shake(ClientHello).Datagrams > 1, "the hello of the seeds is not answered");
        yield return ClientHello;
        yield return SecondFlight;
        yield return [.. ClientHello, .. SecondFlight];

        // A fragment of a message that never comes whole, and two that overlap.
        yield return Wire.Hex("16 fefd 0000 000000000001 0010 0b ffffff 0001 000000 000004 01020304");
        yield return Wire.Hex("16 fefd 0000 000000000001 0010 0b 000010 0001 000000 000004 01020304 16 fefd 0000 000000000002 0010 0b 000010 0001 000002 000004 01020304");
        foreach (byte[] seed in SeedFiles.Below("fuzz", "openssl_dtlsserver").Select(seed => seed[..Math.Min(seed.Length, 1200)]))
        {
            yield return [0x16, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 1, (byte)(seed.Length >> 8), (byte)seed.Length, .. seed];
        }
    }

    private static byte[] Framed(byte[] datagram) => [(byte)(datagram.Length >> 8), (byte)datagram.Length, .. datagram];

    private static void VerifyKind(byte[] bytes)
    {
        DatagramKind expected = bytes.Length < 2 ? DatagramKind.Unknown : (bytes[0], bytes[1]) switch
        {
            ( < 4, _) => DatagramKind.Stun,
            ( > 19 and < 64, _) => DatagramKind.Dtls,
            ( > 127 and < 192, > 191 and < 224) => DatagramKind.Rtcp,
            ( > 127 and < 192, _) => DatagramKind.Rtp,
            _ => DatagramKind.Unknown,
        };
        RequireEqual(expected, DatagramClassifier.Classify(bytes), "the kind");
    }

    private static bool AreWholeRecords(byte[] bytes)
    {
        int position = 0;
        while (position + 13 <= bytes.Length && bytes[position] is 20 or 21 or 22 && bytes[position + 1] == 254)
        {
            position += 13 + (bytes[position + 11] * 256) + bytes[position + 12];
        }

        return bytes.Length > 0 && position == bytes.Length;
    }

    private static (bool IsOpen, int Datagrams) Shake(byte[] bytes)
    {
        using IDtlsEndpoint fresh = Dtls.CreateServer();
        using IDtlsEndpoint begun = Dtls.CreateServer();
        begun.Receive(ClientHello);
        int datagrams = Take(begun);
        for (int position = 0; position < bytes.Length;)
        {
            int record = position + 13 > bytes.Length ? bytes.Length : 13 + BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(position + 11));
            int length = Math.Min(record, bytes.Length - position);
            fresh.Receive(bytes.AsSpan(position, length));
            begun.Receive(bytes.AsSpan(position, length));
            position += length;
            datagrams += Take(fresh) + Take(begun);
        }

        return (fresh.State == DtlsState.Connected || begun.State == DtlsState.Connected || fresh.TryExportKeyingMaterial(out _) || begun.TryExportKeyingMaterial(out _), datagrams);
    }

    private static int Take(IDtlsEndpoint endpoint)
    {
        int datagrams = 0;
        Span<byte> room = stackalloc byte[1500];
        while (endpoint.TryTakeDatagram(room, out int length))
        {
            Require(length is > 0 and <= 1200, "a datagram of ours is longer than any path takes");
            datagrams++;
        }

        return datagrams;
    }

    private static void VerifyHandshake(byte[] bytes)
    {
        (bool isOpen, int datagrams) = Shake(bytes);
        Require(!isOpen, "a stranger was let in");
        Require(datagrams <= 64, $"{datagrams} datagrams answer {bytes.Length} bytes");
    }

    private static SrtpContext Context(SrtpProfile profile) =>
        new(profile, MasterKey, MasterSalt.AsSpan(0, SrtpKeyDerivation.SaltLength(profile)), Ciphers);

    private static IEnumerable<byte[]> SrtpSeeds(SrtpProfile profile, bool isRtcp)
    {
        byte[][] plain = isRtcp
            ? [Wire.Hex("80c80006 00000001 0000000000000000 00000000 00000000 00000000"), Wire.Hex("81cd0003 00000001 00000002 00010000"), .. RtpTargets.RtcpSeeds()]
            : [Wire.Hex("8060 0001 00000002 00000003 aabbccdd"), Wire.Hex("9060 ffff 00000002 00000003 bede 0001 10aa0000 01"), .. RtpTargets.RtpSeeds()];
        foreach (byte[] packet in plain.Where(packet => CanProtect(packet, isRtcp)))
        {
            using SrtpContext context = Context(profile);
            yield return Protect(context, isRtcp, packet);
            yield return packet;
        }
    }

    private static bool CanProtect(byte[] packet, bool isRtcp) => isRtcp
        ? packet.Length >= 8 && packet[0] >> 6 == 2
        : packet.Length >= RtpPacket.FixedHeaderLength && RtpPacket.TryMeasureHeader(packet, out _);

    private static byte[] Protect(SrtpContext context, bool isRtcp, ReadOnlySpan<byte> packet)
    {
        byte[] room = new byte[packet.Length + 64];
        packet.CopyTo(room);
        int length = isRtcp ? context.ProtectRtcp(room, packet.Length) : context.ProtectRtp(room, packet.Length);
        return room[..length];
    }

    private static SrtpResult Unprotect(SrtpProfile profile, bool isRtcp, byte[] bytes)
    {
        using SrtpContext context = Context(profile);
        return Unprotect(context, isRtcp, (byte[])bytes.Clone(), out _);
    }

    private static SrtpResult Unprotect(SrtpContext context, bool isRtcp, Span<byte> packet, out int length) =>
        isRtcp ? context.UnprotectRtcp(packet, out length) : context.UnprotectRtp(packet, out length);

    private static void VerifySrtp(SrtpProfile profile, bool isRtcp, byte[] bytes)
    {
        using SrtpContext receiver = Context(profile);
        byte[] opened = (byte[])bytes.Clone();
        if (Unprotect(receiver, isRtcp, opened, out int length) == SrtpResult.Accepted)
        {
            Require(length > 0 && length < bytes.Length, "a packet is longer than its plain form");
            RequireEqual(SrtpResult.Replayed, Unprotect(receiver, isRtcp, (byte[])bytes.Clone(), out _), "what becomes of the same packet again");
            if (!isRtcp)
            {
                using SrtpContext sender = Context(profile);
                RequireSame(bytes, Protect(sender, isRtcp, opened.AsSpan(0, length)), "what the accepted packet is when it is sealed");
            }
        }

        if (CanProtect(bytes, isRtcp) && bytes.Length + 64 <= LargestDatagram)
        {
            using SrtpContext sender = Context(profile);
            using SrtpContext other = Context(profile);
            byte[] sealedPacket = Protect(sender, isRtcp, bytes);
            RequireEqual(SrtpResult.Accepted, Unprotect(other, isRtcp, sealedPacket, out int plain), "what becomes of a packet that was sealed");
            RequireSame(bytes, sealedPacket.AsSpan(0, plain), "a packet that was sealed and opened");
        }
    }

    private static bool Cut(ReadOnlySpan<byte> bytes, int step, List<byte[]>? datagrams)
    {
        bool isWhole;
        using (var assembler = new FrameAssembler(Pools.Mine))
        {
            for (int position = 0; position < bytes.Length; position += step)
            {
                ReadOnlySpan<byte> rest = bytes.Slice(position, Math.Min(step, bytes.Length - position));
                while (assembler.TryTake(ref rest, out PooledBuffer? buffer, out int length))
                {
                    datagrams?.Add(buffer.Span[..length].ToArray());
                    buffer.Dispose();
                }

                Require(rest.IsEmpty, "bytes are left over");
            }

            isWhole = !assembler.IsBroken;
            Require(Pools.Mine.Outstanding(BufferOwner.Datagram) <= 1, "more than one block is held");
        }

        Pools.RequireReturned();
        return isWhole;
    }

    private static void VerifyFrames(byte[] bytes)
    {
        List<byte[]> expected = [];
        int position = 0;
        bool isWhole = true;
        while (isWhole && position + 2 <= bytes.Length)
        {
            int length = (bytes[position] * 256) + bytes[position + 1];
            isWhole = length <= PeerSession.MaximumDatagramBytes;
            position += 2;
            if (!isWhole || position + length > bytes.Length)
            {
                break;
            }

            if (length > 0)
            {
                expected.Add(bytes[position..(position + length)]);
            }

            position += length;
        }

        foreach (int step in (int[])[1, 3, Math.Max(1, bytes.Length)])
        {
            List<byte[]> found = [];
            RequireEqual(isWhole, Cut(bytes, step, found), $"whether the stream is whole in steps of {step}");
            RequireEqual(expected.Count, found.Count, $"datagrams in steps of {step}");
            for (int i = 0; i < found.Count; i++)
            {
                RequireSame(expected[i], found[i], $"datagram {i} in steps of {step}");
            }
        }
    }
}
