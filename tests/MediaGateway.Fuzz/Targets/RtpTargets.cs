using System.Buffers.Binary;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Rtcp;
using MediaGateway.WebRtc.Rtp;
using static MediaGateway.Fuzz.OracleException;

namespace MediaGateway.Fuzz.Targets;

/// <summary>RTP and RTCP as SRTP lets them through: still a stranger's bytes.</summary>
internal static class RtpTargets
{
    private const int LargestPacket = 2048;
    private const int MidExtension = 4;

    /// <summary>The targets.</summary>
    public static IEnumerable<FuzzTarget> All =>
    [
        new()
        {
            Name = "rtp-packet",
            Parser = "`RtpPacket`",
            Oracle = "a second reading of RFC 3550 5.1; header, payload and padding add up",
            Seeds = RtpSeeds,
            MaximumBytes = LargestPacket,
            AllocationConstant = 1024,
            Parse = bytes => RtpPacket.TryParse(bytes, out _),
            Verify = VerifyPacket,
        },
        new()
        {
            Name = "rtp-extensions",
            IsBrief = true,
            Parser = "`RtpHeaderExtensions`",
            Oracle = "a second walk over the elements; they lie in order inside the header",
            Seeds = ExtensionSeeds,
            MaximumBytes = 512,
            AllocationConstant = 1024,
            Parse = bytes => Walk(bytes, null),
            Verify = VerifyExtensions,
        },
        new()
        {
            Name = "rtp-redundant",
            IsBrief = true,
            Parser = "`RedundantPayload`",
            Oracle = "copies and the packet's own payload tile what follows the headers",
            Seeds = () => [Wire.Hex("ef 000803 6f 010203 0405"), Wire.Hex("ef 00f004 ef 007802 6f 01020304 0506 07"), Wire.Hex("6f 01")],
            MaximumBytes = LargestPacket,
            AllocationConstant = 1024,
            Parse = bytes => RedundantPayload.TryParse(bytes, out _),
            Verify = VerifyRedundant,
        },
        new()
        {
            Name = "rtcp-compound",
            Parser = "`RtcpReader` and every packet it finds",
            Oracle = "packets tile the compound; reports written again give the same bytes; lists are no longer than their bytes",
            Seeds = RtcpSeeds,
            MaximumBytes = LargestPacket,
            AllocationConstant = 4096,
            Parse = bytes => ReadCompound(bytes),
            Verify = VerifyCompound,
        },
        new()
        {
            Name = "rtcp-transport-feedback",
            IsBrief = true,
            Parser = "`TransportFeedback`",
            Oracle = "a second reading finds the same packets with the same times",
            Seeds = () => [Wire.Hex("0001 0003 000010 00 2003 04 08 0c"), Wire.Hex("fffe 0010 7fffff 01 8fff d555 0001 02 03 04 05 06 07 08 09 0a 0b 0c 0d 8000 7fff 8000"), Wire.Hex("0000 0000 000000 00")],
            MaximumBytes = LargestPacket,
            AllocationConstant = 1024,
            Parse = bytes => TransportFeedback.TryParse(bytes, out _),
            Verify = VerifyTransportFeedback,
        },
        new()
        {
            Name = "rtp-receiver",
            Parser = "`MediaReceiver` with a track of H.264 and one of Opus: packets one after the other",
            Oracle = "all memory comes back; no more frames than packets; answers fit",
            Seeds = ReceiverSeeds,
            MaximumBytes = 16 * 1024,
            AllocationConstant = 4 * 1024 * 1024,
            Parse = bytes => Receive(bytes),
            Verify = bytes =>
            {
                (int packets, int frames) = Receive(bytes);
                Require(frames <= packets, $"{frames} frames came out of {packets} packets");
            },
        },
    ];

    /// <summary>Plain RTP packets.</summary>
    public static IEnumerable<byte[]> RtpSeeds() =>
    [
        Wire.Hex("8060 0001 00000002 00000003 aabbccdd"),
        Wire.Hex("b2e0 ffff 00000002 00000003 00000004 00000005 bede 0002 10aa 2201 0203 0000 aabbcc 03 000003"),
        Wire.Hex("9060 0001 00000002 00000003 1000 0002 01 02 aabb 02 00 0300 ff"),
        .. SeedFiles.Below("rtp").Where(bytes => bytes.Length > 2 && bytes[1] is < 192 or > 223),
        .. SeedFiles.Literals("pion_rtp.json"),
    ];

    /// <summary>Plain RTCP packets.</summary>
    public static IEnumerable<byte[]> RtcpSeeds() =>
    [
        Wire.Hex("81c8000c 00000001 0000000200000003 00000004 00000005 00000006 00000007 08ffffff 00000009 0000000a 0000000b 0000000c 81ca0003 00000001 0103616263 000000"),
        Wire.Hex("81cd0003 00000001 00000002 0001ffff 82cb0002 00000001 00000002"),
        Wire.Hex("8fcd0005 00000001 00000002 0001 0003 000010 00 2003 04 08 0c 000000"),
        Wire.Hex("84ce0004 00000001 00000000 00000002 05000000 81ce0002 00000001 00000002"),
        Wire.Hex("8fce0005 00000001 00000000 52454d42 01 0bffff 00000002"),
        .. SeedFiles.Below("rtp", "aiortc").Where(bytes => bytes.Length > 2 && bytes[1] is >= 192 and <= 223),
        .. SeedFiles.Literals("pion_rtcp.json"),
    ];

    private static IEnumerable<byte[]> ExtensionSeeds()
    {
        yield return Wire.Hex("bede 0002 10aa 2201 0203 0000");
        yield return Wire.Hex("bede 0001 f0aabbcc");
        yield return Wire.Hex("1003 0002 01 02 aabb 02 00 0300");
        yield return Wire.Hex("0000 0001 01020304");
        foreach (byte[] bytes in RtpSeeds())
        {
            if (bytes.Length > 16 && (bytes[0] & 0x10) != 0 && RtpPacket.TryParse(bytes, out RtpPacket packet))
            {
                yield return bytes[(12 + ((bytes[0] & 15) * 4))..packet.HeaderLength];
            }
        }
    }

    private static void VerifyPacket(byte[] bytes)
    {
        int header = 12 + (bytes.Length > 0 ? (bytes[0] & 15) * 4 : 0);
        bool isRead = bytes.Length >= header && bytes[0] >> 6 == 2;
        if (isRead && (bytes[0] & 0x10) != 0)
        {
            isRead = bytes.Length >= header + 4;
            header += isRead ? 4 + (((bytes[header + 2] * 256) + bytes[header + 3]) * 4) : 0;
        }

        isRead = isRead && bytes.Length >= header;
        int padding = isRead && (bytes[0] & 0x20) != 0 ? bytes[^1] : 0;
        isRead = isRead && padding <= bytes.Length - header && (padding > 0 || (bytes[0] & 0x20) == 0);
        RequireEqual(isRead, RtpPacket.TryParse(bytes, out RtpPacket packet), "whether it is an RTP packet");
        if (isRead)
        {
            RequireEqual(header, packet.HeaderLength, "bytes of header");
            RequireEqual(padding, packet.PaddingLength, "bytes of padding");
            RequireSame(bytes.AsSpan(header, bytes.Length - header - padding), packet.Payload, "the payload");
            RequireEqual((bytes[1] & 127, bytes[1] > 127), (packet.PayloadType, packet.Marker), "payload type and marker");
            RequireEqual((ushort)((bytes[2] << 8) | bytes[3]), packet.SequenceNumber, "the sequence number");
        }
    }

    private static void Walk(ReadOnlySpan<byte> bytes, List<(int Identifier, byte[] Value)>? elements)
    {
        if (bytes.Length < 4)
        {
            return;
        }

        var extensions = new RtpHeaderExtensions(bytes);
        while (extensions.MoveNext())
        {
            Require(extensions.Value.IsEmpty || extensions.Value.Overlaps(bytes), "an element lies outside");
            elements?.Add((extensions.Identifier, extensions.Value.ToArray()));
        }
    }

    private static void VerifyExtensions(byte[] bytes)
    {
        List<(int Identifier, byte[] Value)> found = [];
        Walk(bytes, found);
        if (bytes.Length < 4)
        {
            return;
        }

        bool isShort = bytes[0] == 0xBE && bytes[1] == 0xDE;
        bool isLong = bytes[0] == 0x10 && bytes[1] < 0x10;
        int count = 0;
        for (int position = 4; (isShort || isLong) && position < bytes.Length;)
        {
            if (bytes[position] == 0)
            {
                position++;
                continue;
            }

            int identifier = isShort ? bytes[position] >> 4 : bytes[position];
            int header = isShort ? 1 : 2;
            int length = isShort ? (bytes[position] & 15) + 1 : position + 1 < bytes.Length ? bytes[position + 1] : int.MaxValue / 2;
            if ((isShort && identifier is 0 or 15) || (isLong && length > bytes.Length) || position + header + length > bytes.Length)
            {
                break;
            }

            Require(count < found.Count, "an element is missing");
            RequireEqual(identifier, found[count].Identifier, "the identifier of an element");
            RequireSame(bytes.AsSpan(position + header, length), found[count].Value, "the value of an element");
            position += header + length;
            count++;
        }

        RequireEqual(count, found.Count, "elements");
    }

    private static void VerifyRedundant(byte[] bytes)
    {
        if (!RedundantPayload.TryParse(bytes, out RedundantPayload redundant))
        {
            return;
        }

        Require(redundant.Copies <= RedundantPayload.MaximumCopies, "there are too many copies");
        int start = (redundant.Copies * 4) + 1;
        for (int index = 0; index < redundant.Copies; index++)
        {
            ReadOnlySpan<byte> copy = redundant.Copy(index, out int payloadType, out int offset);
            Require(payloadType < 128 && offset < 1 << 14, "a field of a copy is too large");
            RequireSame(bytes.AsSpan(start, copy.Length), copy, "where a copy lies");
            start += copy.Length;
        }

        RequireEqual(start, redundant.OwnOffset, "where the packet's own payload begins");
        Require(redundant.OwnOffset <= bytes.Length && redundant.OwnPayloadType < 128, "the packet's own payload lies outside");
    }

    private static int ReadCompound(ReadOnlySpan<byte> bytes)
    {
        int items = 0;
        var reader = new RtcpReader(bytes);
        while (reader.MoveNext())
        {
            items++;
            items += ReportBlocks.TryParse(reader, out ReportBlocks blocks) ? blocks.Count : 0;
            switch (reader.Type)
            {
                case RtcpPacketType.SenderReport:
                    SenderReport.TryParse(reader.Body, reader.Count, out _);
                    break;
                case RtcpPacketType.SourceDescription:
                    SourceDescription.TryFindCanonicalName(reader.Body, out _, out _);
                    break;
                case RtcpPacketType.Goodbye:
                    items += Goodbye.TryParse(reader.Body, reader.Count, out Goodbye goodbye) ? goodbye.Count : 0;
                    break;
                case RtcpPacketType.TransportFeedback or RtcpPacketType.PayloadFeedback when FeedbackPacket.TryParse(reader.Body, out FeedbackPacket feedback):
                    items += ReadFeedback(feedback.ControlInformation);
                    break;
            }
        }

        return items;
    }

    private static int ReadFeedback(ReadOnlySpan<byte> controlInformation)
    {
        int items = 0;
        foreach (ushort sequence in new GenericNack(controlInformation))
        {
            items += sequence >= 0 ? 1 : 0;
        }

        FullIntraRequest.TryParse(controlInformation, out _);
        if (MaximumBitrate.TryParse(controlInformation, out double bitrate))
        {
            Require(bitrate >= 0 && double.IsFinite(bitrate), $"a bitrate of {bitrate}");
        }

        return items;
    }

    private static void VerifyCompound(byte[] bytes)
    {
        // A negative acknowledgement of four bytes names seventeen packets.
        int items = ReadCompound(bytes);
        Require(items <= (bytes.Length * 17 / 4) + 1, $"{items} items in {bytes.Length} bytes");
        int position = 0;
        var reader = new RtcpReader(bytes);
        Span<byte> written = stackalloc byte[ReportBlock.Length];
        while (reader.MoveNext())
        {
            RequireEqual(bytes[position + 1], (byte)reader.Type, "the type of a packet");
            RequireSame(bytes.AsSpan(position + 4, reader.Body.Length), reader.Body, "the body of a packet");
            position += 4 + (((bytes[position + 2] * 256) + bytes[position + 3]) * 4);
            if (!ReportBlocks.TryParse(reader, out ReportBlocks blocks))
            {
                continue;
            }

            int start = reader.Type == RtcpPacketType.SenderReport ? SenderReport.Length : 4;
            for (int index = 0; index < blocks.Count; index++)
            {
                blocks[index].Write(written);
                RequireSame(reader.Body.Slice(start + (index * ReportBlock.Length), ReportBlock.Length), written, "a report block written again");
            }
        }

        Require(reader.HasFailed || position == bytes.Length, "the packets do not fill the compound");
    }

    private static void VerifyTransportFeedback(byte[] bytes)
    {
        if (!TransportFeedback.TryParse(bytes, out TransportFeedback feedback))
        {
            return;
        }

        (List<int> statuses, int position) = SecondStatuses(bytes);
        int count = 0;
        long deltas = 0;
        foreach (TransportFeedback.PacketStatus status in feedback)
        {
            Require(count < statuses.Count, "there are more statuses than announced");
            deltas += statuses[count] switch { 1 => bytes[position], 2 => BinaryPrimitives.ReadInt16BigEndian(bytes.AsSpan(position)), _ => 0 };
            position += statuses[count];
            RequireEqual(unchecked((ushort)(feedback.BaseSequence + count)), status.Sequence, "the number of a packet");
            RequireEqual(statuses[count] > 0, status.IsReceived, "whether a packet was received");
            RequireEqual(deltas * TimeSpan.TicksPerMillisecond / 4, status.TicksAfterReference, "the time of a packet");
            count++;
        }

        RequireEqual(statuses.Count, count, "statuses");
    }

    /// <summary>The statuses, chunk by chunk as text of bits, and where the times begin.</summary>
    private static (List<int> Statuses, int Position) SecondStatuses(byte[] bytes)
    {
        int announced = (bytes[2] * 256) + bytes[3];
        List<int> statuses = [];
        int position = 8;
        for (; statuses.Count < announced; position += 2)
        {
            string bits = $"{bytes[position]:b8}{bytes[position + 1]:b8}";
            statuses.AddRange(bits switch
            {
                ['0', ..] => Enumerable.Repeat(Convert.ToInt32(bits[1..3], 2), Convert.ToInt32(bits[3..], 2)),
                ['1', '0', ..] => bits[2..].Select(bit => bit - '0'),
                _ => Enumerable.Range(1, 7).Select(symbol => Convert.ToInt32(bits[(2 * symbol)..((2 * symbol) + 2)], 2)),
            });
        }

        return (statuses[..announced], position);
    }

    // Each packet with its length in two bytes in front; RTCP by its second byte.
    private static IEnumerable<byte[]> ReceiverSeeds()
    {
        List<byte> bytes = [];
        ushort sequence = 65530;
        for (int picture = 0; picture < 4; picture++)
        {
            IReadOnlyList<byte[]> payloads = TestMedia.Packetize(TestMedia.Slice(picture, picture == 0, 700), picture == 0);
            for (int index = 0; index < payloads.Count; index++)
            {
                int type = 96 | (index == payloads.Count - 1 ? 0x80 : 0);
                Add(bytes, [0x80, (byte)type, (byte)(sequence >> 8), (byte)sequence, 0, 0, (byte)(picture * 12), 0, 0, 0, 0, 1, .. payloads[index]]);
                sequence = unchecked((ushort)(sequence + 1));
            }

            Add(bytes, [0x80, 111, 0, (byte)picture, 0, 0, (byte)(picture * 4), 0, 0, 0, 0, 2, 0xFC, 1, 2, 3]);
        }

        Add(bytes, Wire.Hex("80c80006 00000001 0000000000000000 00000000 00000000 00000000"));
        Add(bytes, Wire.Hex("81cb0001 00000001"));
        yield return [.. bytes];
    }

    private static void Add(List<byte> bytes, byte[] packet) => bytes.AddRange([(byte)(packet.Length >> 8), (byte)packet.Length, .. packet]);

    private static (int Packets, int Frames) Receive(ReadOnlySpan<byte> bytes)
    {
        int packets = 0;
        int frames = 0;
        TimeSpan now = TimeSpan.FromHours(1);
        var options = new MediaReceiverOptions { CanonicalName = "fuzz", LocalSsrc = 7 };
        using (var receiver = new MediaReceiver(options, Pools.Mine, Tracks()))
        {
            while (bytes.Length > 2)
            {
                int length = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(bytes), bytes.Length - 2);
                ReadOnlySpan<byte> packet = bytes.Slice(2, Math.Min(length, LargestPacket));
                bytes = bytes[(2 + length)..];
                packets++;
                Give(receiver, packet, now);
                now += TimeSpan.FromMilliseconds(10);
                receiver.Advance(now);
                frames += Drain(receiver);
            }

            receiver.Advance(now + TimeSpan.FromSeconds(10));
            frames += Drain(receiver);
        }

        Pools.RequireReturned();
        return (packets, frames);
    }

    private static void Give(MediaReceiver receiver, ReadOnlySpan<byte> packet, TimeSpan now)
    {
        if (packet.Length > 1 && packet[1] is >= 192 and <= 223)
        {
            receiver.ReceiveRtcp(packet, now);
            return;
        }

        PooledBuffer buffer = Pools.Mine.Rent(packet.Length, BufferOwner.Datagram);
        packet.CopyTo(buffer.Span);
        receiver.ReceiveRtp(buffer, packet.Length, now);
    }

    private static int Drain(MediaReceiver receiver)
    {
        int frames = 0;
        Span<byte> room = stackalloc byte[MediaReceiver.MinimumRtcpBytes];
        while (receiver.TryTakeRtcp(room, out int length))
        {
            Require(length > 0 && length % 4 == 0, $"an answer has {length} bytes");
        }

        while (receiver.TryTakeFrame(out MediaFrame? frame))
        {
            frames++;
            frame?.Release();
        }

        return frames;
    }

    private static ReceiveTrack[] Tracks() =>
    [
        new ReceiveTrack
        {
            Kind = TrackKind.Video,
            Mid = "0",
            PayloadTypes = [new ReceivePayloadType(96, CodecId.H264)],
            MidExtensionId = MidExtension,
            Feedback = RtcpFeedback.Nack | RtcpFeedback.PictureLossIndication,
            AnnouncedSsrcs = [1],
            RepairPayloadTypes = [new RepairPayloadType(97, 96)],
        },
        new ReceiveTrack
        {
            Kind = TrackKind.Audio,
            Mid = "1",
            PayloadTypes = [new ReceivePayloadType(111, CodecId.Opus)],
            MidExtensionId = MidExtension,
            AnnouncedSsrcs = [2],
        },
    ];
}
