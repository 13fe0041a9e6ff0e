using System.Buffers.Binary;
using System.Security.Cryptography;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Sessions;
using MediaGateway.WebRtc.Stun;
using static MediaGateway.Fuzz.OracleException;

namespace MediaGateway.Fuzz.Targets;

/// <summary>STUN: what anybody may send to the media port, and what servers asked for our address answer.</summary>
internal static class StunTargets
{
    private const int RoomBytes = 16 * 1024;

    private static readonly byte[] Key = "VOkJxbRl1RmTxUk/WvJxBt"u8.ToArray();
    private static readonly byte[] TransactionId = Wire.Hex("b7e7a701bc34d686fa87dfae");
    private static readonly byte[] Query = AddressQuery.Make(TransactionId);

    private static readonly byte[][] Words =
    [
        Wire.Hex("2112a442"), Wire.Hex("0006 0005 613a620000 0000"), Wire.Hex("0008 0014"), Wire.Hex("8028 0004"), Wire.Hex("0020 0008 0001"), Wire.Hex("0020 0014 0002"),
    ];

    /// <summary>The targets.</summary>
    public static IEnumerable<FuzzTarget> All =>
    [
        new()
        {
            Name = "stun-message",
            Parser = "`StunMessage`, its attributes and their values",
            Oracle = "written again with `StunMessageWriter`, the same attributes come out; sizes add up",
            Seeds = Messages,
            Words = Words,
            MaximumBytes = 2048,
            AllocationConstant = 4096,
            Parse = ReadAll,
            Verify = VerifyMessage,
        },
        new()
        {
            Name = "stun-check",
            IsBrief = true,
            Parser = "`BindingRequest`, `MessageIntegrity`, `StunFingerprint`",
            Oracle = "only what a second HMAC-SHA1 and CRC-32 find right is right; the message is put back as it was",
            Seeds = () => [Request(), .. Messages()],
            Words = Words,
            MaximumBytes = 2048,
            AllocationConstant = 4096,
            Parse = bytes => BindingRequest.TryReadLocalUsernameFragment(bytes, out _),
            Verify = VerifyCheck,
        },
        new()
        {
            Name = "stun-answer",
            IsBrief = true,
            Parser = "`AddressQuery`",
            Oracle = "an address that was read, written as an answer, is read again",
            Seeds = () => [Answer(TransportAddress.FromIPv4(0xC0000201, 3478)), Answer(new TransportAddress(0x20010DB8_00000000, 1, 65535)), .. Messages()],
            Words = Words,
            MaximumBytes = 2048,
            AllocationConstant = 4096,
            Parse = bytes => AddressQuery.TryReadAnswer(bytes, Query, out _),
            Verify = VerifyAnswer,
        },
    ];

    private static IEnumerable<byte[]> Messages() =>
        [Request(), Answer(TransportAddress.FromIPv4(0x7F000001, 1)), Error(), .. SeedFiles.Below("stun"), .. SeedFiles.Literals("pion_stun.json")];

    private static byte[] Request()
    {
        byte[] bytes = new byte[512];
        var writer = new StunMessageWriter(bytes, StunMessageType.BindingRequest, TransactionId);
        writer.Write(StunAttributeType.Username, "evtj:h6vY"u8);
        writer.Write(StunAttributeType.Priority, 0x6E0001FFu);
        writer.Write(StunAttributeType.IceControlling, 0x932FF9B151263B36ul);
        writer.WriteFlag(StunAttributeType.UseCandidate);
        writer.WriteMessageIntegrity(Key);
        writer.WriteFingerprint();
        return bytes[..writer.Length];
    }

    private static byte[] Answer(TransportAddress address)
    {
        byte[] bytes = new byte[512];
        var writer = new StunMessageWriter(bytes, StunMessageType.BindingSuccess, TransactionId);
        writer.WriteXorMappedAddress(address);
        writer.WriteFingerprint();
        return bytes[..writer.Length];
    }

    private static byte[] Error()
    {
        byte[] bytes = new byte[512];
        var writer = new StunMessageWriter(bytes, StunMessageType.BindingError, TransactionId);
        writer.WriteErrorCode(420, "Unknown"u8);
        writer.WriteUnknownAttributes([0x0002, 0x7FFF]);
        return bytes[..writer.Length];
    }

    private static void ReadAll(byte[] bytes)
    {
        if (!StunMessage.TryParse(bytes, out StunMessage message))
        {
            return;
        }

        Span<ushort> unknown = stackalloc ushort[8];
        message.CopyUnknownRequired(unknown);
        message.HasNoWrongFingerprint();
        message.TryReadXorMappedAddress(out _);
        message.ReadErrorCode();
    }

    private static void VerifyMessage(byte[] bytes)
    {
        if (!StunMessage.TryParse(bytes, out StunMessage message))
        {
            return;
        }

        byte[] room = new byte[RoomBytes];
        var writer = new StunMessageWriter(room, message.Type, message.TransactionId);
        int end = StunMessage.HeaderLength;
        foreach (StunAttribute attribute in message)
        {
            RequireEqual(end, attribute.Offset, "where an attribute begins");
            end += 4 + ((attribute.Value.Length + 3) & ~3);
            writer.Write(attribute.Type, attribute.Value);
        }

        RequireEqual(bytes.Length, end, "where the attributes end");
        Require(message.ReadErrorCode() is >= 0 and < 1000, "an error code has three digits");
        Require(StunMessage.TryParse(room.AsSpan(0, writer.Length), out StunMessage again), "what was written is not read");
        StunAttributeEnumerator walk = again.GetEnumerator();
        foreach (StunAttribute attribute in message)
        {
            Require(walk.MoveNext(), "an attribute is missing");
            RequireEqual(attribute.Type, walk.Current.Type, "the type of an attribute");
            RequireSame(attribute.Value, walk.Current.Value, "the value of an attribute");
        }
    }

    private static void VerifyCheck(byte[] bytes)
    {
        if (BindingRequest.TryReadLocalUsernameFragment(bytes, out ReadOnlySpan<byte> fragment))
        {
            Require(fragment.Length > 0 && !fragment.Contains((byte)':'), "a fragment ends before the colon");
            Require(fragment.Overlaps(bytes), "a fragment is a view");
        }

        if (!StunMessage.TryParse(bytes, out StunMessage message))
        {
            return;
        }

        bool isRight = true;
        if (message.TryFind(StunAttributeType.Fingerprint, out StunAttribute fingerprint))
        {
            isRight = fingerprint.Value.Length == 4
                && fingerprint.Offset + 8 == bytes.Length
                && BinaryPrimitives.ReadUInt32BigEndian(fingerprint.Value) == (Crc32(bytes.AsSpan(0, fingerprint.Offset)) ^ 0x5354554E);
        }

        RequireEqual(isRight, message.HasNoWrongFingerprint(), "whether the fingerprint is right");
        if (!message.TryFind(StunAttributeType.MessageIntegrity, out StunAttribute integrity))
        {
            return;
        }

        byte[] covered = bytes[..integrity.Offset];
        BinaryPrimitives.WriteUInt16BigEndian(covered.AsSpan(2), (ushort)(integrity.Offset + 24 - 20));
#pragma warning disable CA5350 // RFC 8489 14.5 fixes HMAC-SHA1.
        bool isAuthentic = integrity.Value.SequenceEqual(HMACSHA1.HashData(Key, covered));
#pragma warning restore CA5350
        byte[] own = (byte[])bytes.Clone();
        RequireEqual(isAuthentic, MessageIntegrity.Verify(own, integrity.Offset, integrity.Value, Key), "whether the message is authentic");
        RequireSame(bytes, own, "the message after its check");
    }

    private static void VerifyAnswer(byte[] bytes)
    {
        if (AddressQuery.TryReadAnswer(bytes, Query, out TransportAddress address))
        {
            Require(AddressQuery.TryReadAnswer(Answer(address), Query, out TransportAddress again), "the answer written is not read");
            RequireEqual(address, again, "the address");
        }
    }

    // Bit by bit, as ITU V.42 has it: slow, and not the code under test.
    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }

        return ~crc;
    }
}
