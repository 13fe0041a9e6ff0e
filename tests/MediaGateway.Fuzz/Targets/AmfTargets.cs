using System.Buffers;
using MediaGateway.Media.Amf;
using MediaGateway.Rtmp.Messages;
using MediaGateway.Testing;
using static MediaGateway.Fuzz.OracleException;

namespace MediaGateway.Fuzz.Targets;

/// <summary>AMF0 and AMF3, alone and as the commands of RTMP.</summary>
internal static class AmfTargets
{
    private static readonly byte[][] Words0 =
    [
        [0], [1], [2], [3], [5], [6], [7], [8], [10], [11], [12], [15], [16], [17], [0, 0, 9], Wire.Hex("03 0001 61 0a 00000001 05 000009"), Wire.Hex("0a 00000001"),
    ];

    private static readonly byte[][] Words3 =
        [[0], [1], [2], [3], [4], [5], [6, 1], [6, 0], [7], [8, 1], [9, 3, 1], [10, 11, 1], [10, 1], [12, 3], [13, 3, 0], [14, 3, 0], [17, 3, 0]];

    /// <summary>The targets.</summary>
    public static IEnumerable<FuzzTarget> All =>
    [
        new()
        {
            Name = "amf0",
            Parser = "`Amf0Reader`",
            Oracle = "values written with `Amf0Writer` and read again are the same; depth and number stay in `AmfLimits`; the reader moves on with each value",
            Seeds = () => [.. Values0(), .. SeedFiles.Below("amf")],
            Words = Words0,
            Parse = bytes => Read0(bytes, false, null),
            Verify = bytes => VerifyValues(bytes, list => Read0(bytes, false, list)),
        },
        new()
        {
            Name = "amf3",
            Parser = "`Amf3Reader`",
            Oracle = "values written as AMF0 and read again are the same; depth and number stay in `AmfLimits`",
            Seeds = () => [.. Values3(), .. SeedFiles.Below("amf", "flash-lso-sol")],
            Words = Words3,
            Parse = bytes => Read3(bytes, null),
            Verify = bytes => VerifyValues(bytes, list => Read3(bytes, list)),
        },
        new()
        {
            Name = "amf0-with-amf3",
            IsBrief = true,
            Parser = "`Amf0Reader` that meets AMF3 (marker 0x11), as in messages of type 15 and 17",
            Oracle = "as of `Amf0Reader` alone, over both forms together",
            Seeds = () => [.. Values0(), .. Values3().Select(bytes => (byte[])[0x11, .. bytes])],
            Words = [.. Words0, .. Words3.Select(word => (byte[])[0x11, .. word])],
            Parse = bytes => Read0(bytes, true, null),
            Verify = bytes => VerifyValues(bytes, list => Read0(bytes, true, list)),
        },
        new()
        {
            Name = "rtmp-command",
            IsBrief = true,
            Parser = "`Command`",
            Oracle = "a command written again reads the same",
            Seeds = Commands,
            Words = Words0,
            Parse = bytes => ReadCommand(bytes),
            Verify = VerifyCommand,
        },
    ];

    private static IEnumerable<byte[]> Values0() =>
    [
        Wire.Hex("02 0007 636f6e6e656374 00 3ff0000000000000 03 0003 617070 02 0004 6c697665 0007 6e756d62657273 00 4059000000000000 000009"),
        Wire.Hex("08 00000002 0001 61 01 01 0001 62 05 000009 0a 00000002 06 0d"),
        Wire.Hex("0b 4270000000000000 0000 0c 00000003 616263 0f 00000001 78 10 0001 43 0001 61 00 7ff8000000000000 000009"),
        Wire.Hex("03 0001 61 03 0001 62 05 000009 000009 07 0000 07 0001"),
        [.. Enumerable.Repeat(Wire.Hex("0a 00000001"), 31).SelectMany(level => level), 5],
    ];

    private static IEnumerable<byte[]> Values3() =>
    [
        Wire.Hex("0a 23 01 03 61 06 05 6869 04 8180 01"),
        Wire.Hex("0a 0b 03 43 03 61 05 3ff0000000000000 01 0a 02 01"),
        Wire.Hex("09 05 03 61 03 01 04 01 04 02"),
        Wire.Hex("0c 07 010203 0d 05 00 00000001 00000002 0f 03 01 3ff0000000000000"),
        Wire.Hex("10 05 00 01 04 01 04 02 11 03 00 06 03 61 04 01 08 01 4270000000000000 07 07 616263"),
    ];

    private static IEnumerable<byte[]> Commands()
    {
        foreach (byte[] value in Values0())
        {
            yield return [20, .. value];
        }

        yield return [20, .. Wire.Hex("02 0004 706c6179 00 0000000000000000 05 02 0001 78 00 c09f400000000000")];
        yield return [17, .. Wire.Hex("00 02 0004 63616c6c 00 0000000000000000 11 0a 0b 01 03 61 04 01 01")];
    }

    private static bool Read0(ReadOnlySpan<byte> bytes, bool allowsAmf3, List<AmfValue>? values)
    {
        var reader = new Amf0Reader(bytes, AmfLimits.Default, allowsAmf3);
        int position = 0;
        while (!reader.IsAtEnd && reader.TryRead(out AmfValue? value))
        {
            Require(reader.Position > position && reader.Position <= bytes.Length, "the reader does not move on");
            position = reader.Position;
            values?.Add(value);
        }

        return reader.IsAtEnd;
    }

    private static bool Read3(ReadOnlySpan<byte> bytes, List<AmfValue>? values)
    {
        var reader = new Amf3Reader(bytes, AmfLimits.Default);
        int position = 0;
        while (reader.Position < bytes.Length && reader.TryRead(out AmfValue? value))
        {
            Require(reader.Position > position && reader.Position <= bytes.Length, "the reader does not move on");
            position = reader.Position;
            values?.Add(value);
        }

        return reader.Position == bytes.Length;
    }

    private static void VerifyValues(byte[] bytes, Func<List<AmfValue>, bool> read)
    {
        List<AmfValue> values = [];
        read(values);
        int count = values.Sum(value => Count(value, 1));
        Require(count <= AmfLimits.Default.MaximumValues, $"{count} values came out of {bytes.Length} bytes");
        string before = string.Join('\n', values.Select(Describe));
        List<AmfValue> again = [];
        Require(Read0(Write(values), false, again), "what was written is not read to its end");
        RequireEqual(before, string.Join('\n', again.Select(Describe)), "the values written and read again");
    }

    private static byte[] Write(IEnumerable<AmfValue> values)
    {
        var bytes = new ArrayBufferWriter<byte>();
        var writer = new Amf0Writer(bytes);
        foreach (AmfValue value in values)
        {
            writer.WriteValue(value);
        }

        return bytes.WrittenSpan.ToArray();
    }

    private static int Count(AmfValue value, int depth)
    {
        Require(depth <= AmfLimits.Default.MaximumDepth + 1, "a value lies too deep");
        return value switch
        {
            AmfStrictArray array => 1 + array.Values.Sum(element => Count(element, depth + 1)),
            AmfMap map => 1 + map.Properties.Sum(property => Count(property.Value, depth + 1)),
            _ => 1,
        };
    }

    /// <summary>A value as text, without what <see cref="Amf0Writer"/> leaves out on purpose: class names, and that something is of AMF3 only.</summary>
    private static string Describe(AmfValue value) => value switch
    {
        AmfNumber number => $"number {BitConverter.DoubleToInt64Bits(number.Value):x}",
        AmfStrictArray array => $"[{string.Join(',', array.Values.Select(Describe))}]",
        AmfEcmaArray array => $"ecma{Describe(array.Properties)}",
        AmfMap map => $"object{Describe(map.Properties)}",
        _ => value.ToString(),
    };

    private static string Describe(IReadOnlyList<KeyValuePair<string, AmfValue>> properties) =>
        $"{{{string.Join(',', properties.Select(property => $"{property.Key}={Describe(property.Value)}"))}}}";

    // The first byte is the message's type: a command with AMF0 or with AMF3.
    private static Command? ReadCommand(byte[] bytes)
    {
        RtmpMessageType type = bytes is [17, ..] ? RtmpMessageType.CommandAmf3 : RtmpMessageType.CommandAmf0;
        Command.TryRead(type, bytes.AsSpan(Math.Min(1, bytes.Length)), out Command? command);
        return command;
    }

    private static void VerifyCommand(byte[] bytes)
    {
        if (ReadCommand(bytes) is not { } command)
        {
            return;
        }

        AmfValue second = command.Object is null ? new AmfNull() : command.Object;
        byte[] written = [20, .. Write([new AmfString(command.Name), new AmfNumber(command.TransactionId), second, .. command.Arguments])];
        Command? again = ReadCommand(written);
        Require(again is not null, "the command written is not read");
        RequireEqual((command.Name, command.TransactionId, command.Arguments.Count), (again.Name, again.TransactionId, again.Arguments.Count), "the command");
        RequireEqual(
            string.Join('\n', command.Arguments.Select(Describe)), string.Join('\n', again.Arguments.Select(Describe)), "the arguments of the command");
    }
}
