using System.Buffers.Binary;
using MediaGateway.Media.Amf;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Media.Tests.Amf;

public sealed class Amf0ReaderTests
{
    // A connect command: two strings, a number, and an object with a string, a truth value, a date, an ECMA array and a reference.
    private const string Vector =
        "02 0007 636f6e6e656374" +
        "00 3ff0000000000000" +
        "03 0003 617070 02 0004 6c697665" +
        "0004 66706164 01 00" +
        "0001 64 0b 42766ce1c8e6a000 0000" +
        "0001 65 08 00000001 0001 30 05 000009" +
        "0001 72 07 0001" +
        "000009";

    [Fact]
    public void Vector_ReadsEveryValue()
    {
        var reader = new Amf0Reader(Wire.Hex(Vector), AmfLimits.Default);
        Assert.True(reader.TryRead(out AmfValue? name));
        Assert.True(reader.TryRead(out AmfValue? transaction));
        Assert.True(reader.TryRead(out AmfValue? argument));
        Assert.True(reader.IsAtEnd);

        Assert.Equal("connect", name.AsString);
        Assert.Equal(1, transaction.AsNumber);
        AmfObject command = Assert.IsType<AmfObject>(argument);
        Assert.Equal("live", command.Find("app")?.AsString);
        Assert.False(command.Find("fpad")?.AsBoolean);
        Assert.Equal(0, Assert.IsType<AmfDate>(command.Find("d")).TimeZone);
        AmfEcmaArray array = Assert.IsType<AmfEcmaArray>(command.Find("e"));
        Assert.IsType<AmfNull>(array.Find("0"));
        Assert.Same(array, command.Find("r"));
        Assert.Null(command.Find("none"));
    }

    [Fact]
    public void EveryPrefix_IsRefused()
    {
        byte[] bytes = Wire.Hex(Vector);
        int values = 0;
        for (int length = 0; length < bytes.Length; length++)
        {
            values += CountValues(bytes.AsSpan(0, length));
        }

        // Only the two whole values before the object are ever read.
        const int FirstValue = 10;
        const int SecondValue = 9;
        Assert.Equal((bytes.Length - FirstValue) + (bytes.Length - FirstValue - SecondValue), values);
    }

    // The other vectors of the folder are values without their marker, or whole.
    [Theory]
    [InlineData("InterfacesEcmaArray", 3, 4, 6, 7)]
    [InlineData("InterfacesObject", 3, 5)]
    [InlineData("InterfacesStrictArray", 3, 4, 5, 7)]
    [InlineData("InterfacesString", 5, 6, 8)]
    public void CutVectorsOfSrs_AreRefused(string name, params int[] numbers)
    {
        foreach (int number in numbers)
        {
            Assert.Equal(0, CountValues(TestData.Read("amf", "srs", $"{name}_{number}.bin")));
        }
    }

    [Theory]
    [InlineData("04")]
    [InlineData("09")]
    [InlineData("0e")]
    [InlineData("11 06")]
    [InlineData("12")]
    [InlineData("ff")]
    public void UnknownMarker_IsRefused(string hex) => Assert.Equal(0, CountValues(Wire.Hex(hex)));

    [Theory]
    [InlineData("0d")]
    [InlineData("06")]
    public void UnsupportedAndUndefined_AreUndefined(string hex)
    {
        var reader = new Amf0Reader(Wire.Hex(hex), AmfLimits.Default);
        Assert.True(reader.TryRead(out AmfValue? value));
        Assert.IsType<AmfUndefined>(value);
    }

    [Fact]
    public void TypedObject_IsAMapWithAName()
    {
        var reader = new Amf0Reader(Wire.Hex("10 0004 4e616d65 0001 61 01 01 000009"), AmfLimits.Default);
        Assert.True(reader.TryRead(out AmfValue? value));
        AmfObject typed = Assert.IsType<AmfObject>(value);
        Assert.Equal("Name", typed.ClassName);
        Assert.True(typed.Find("a")?.AsBoolean);
    }

    [Fact]
    public void BytesThatAreNotUtf8_AreReplaced()
    {
        var reader = new Amf0Reader(Wire.Hex("02 0002 61ff"), AmfLimits.Default);
        Assert.True(reader.TryRead(out AmfValue? value));
        Assert.Equal("a\uFFFD", value.AsString);
    }

    [Theory]
    [InlineData(31, true)]
    [InlineData(32, true)]
    [InlineData(33, false)]
    [InlineData(70_000, false)]
    public void NestedStrictArrays_AreReadDownToTheLimit(int levels, bool isRead)
    {
        byte[] bytes = new byte[(levels * 5) + 1];
        for (int level = 0; level < levels; level++)
        {
            bytes[level * 5] = 0x0A;
            bytes[(level * 5) + 4] = 1;
        }

        bytes[^1] = 0x05;
        Assert.Equal(isRead ? 1 : 0, CountValues(bytes));
    }

    [Theory]
    [InlineData(32, true)]
    [InlineData(33, false)]
    [InlineData(70_000, false)]
    public void NestedObjects_AreReadDownToTheLimit(int levels, bool isRead)
    {
        string hex = string.Concat(Enumerable.Repeat("03000161", levels)) + "05" + string.Concat(Enumerable.Repeat("000009", levels));
        Assert.Equal(isRead ? 1 : 0, CountValues(Wire.Hex(hex)));
    }

    [Theory]
    [InlineData("0a ffffffff")]
    [InlineData("0a 10000000 05 05 05")]
    [InlineData("0a 00000004 05 05 05")]
    public void CountBeyondTheBytes_IsRefusedAtOnce(string hex) => Assert.Equal(0, CountValues(Wire.Hex(hex)));

    [Theory]
    [InlineData(4095, true)]
    [InlineData(4096, false)]
    public void StrictArray_HoldsValuesUpToTheLimit(int elements, bool isRead)
    {
        byte[] bytes = new byte[5 + elements];
        bytes[0] = 0x0A;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), elements);
        bytes.AsSpan(5).Fill(0x05);
        Assert.Equal(isRead ? 1 : 0, CountValues(bytes));
    }

    [Theory]
    [InlineData(64 * 1024, true)]
    [InlineData((64 * 1024) + 1, false)]
    public void Strings_AreReadUpToTheLimit(int length, bool isRead)
    {
        byte[] bytes = new byte[5 + length];
        bytes[0] = 0x0C;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), length);
        bytes.AsSpan(5).Fill((byte)'a');
        Assert.Equal(isRead ? 1 : 0, CountValues(bytes));
    }

    [Fact]
    public void ReferenceToItself_IsRefused() => Assert.Equal(0, CountValues(Wire.Hex("03 0001 61 07 0000 000009")));

    [Fact]
    public void ReferenceToNothing_IsRefused() => Assert.Equal(0, CountValues(Wire.Hex("07 0000")));

    // Twelve arrays, each with 8 references to the one before: 8^12 values for whoever walks it.
    [Fact]
    public void ReferencesToReferences_AreCountedAsAllTheyReferTo()
    {
        string hex = "0a 0000000c" + "0a 00000001 05";
        for (int level = 1; level < 12; level++)
        {
            hex += "0a 00000008" + string.Concat(Enumerable.Repeat($"07 {level:x4}", 8));
        }

        Assert.Equal(0, CountValues(Wire.Hex(hex)));
    }

    // 31 levels, then a reference from level 2 to the first: 33 levels in all.
    [Fact]
    public void ReferenceToDeepValue_CountsItsDepth()
    {
        string deep = string.Concat(Enumerable.Repeat("0a 00000001", 31)) + "05";
        Assert.Equal(1, CountValues(Wire.Hex("0a 00000002" + deep + "07 0001")));
        Assert.Equal(0, CountValues(Wire.Hex("0a 00000002" + deep + "0a 00000001 07 0001")));
    }

    [Fact]
    public void Mutations_NeverThrowAndStayInsideTheBudget()
    {
        byte[] vector = Wire.Hex(Vector);
        var random = new Random(20);
        byte[] bytes = new byte[vector.Length];
        for (int i = 0; i < 10_000; i++)
        {
            vector.CopyTo(bytes, 0);
            for (int change = random.Next(1, 6); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            Assert.InRange(CountValues(bytes), 0, bytes.Length);
        }
    }

    private static int CountValues(ReadOnlySpan<byte> bytes)
    {
        var reader = new Amf0Reader(bytes, AmfLimits.Default);
        int count = 0;
        while (!reader.IsAtEnd && reader.TryRead(out _))
        {
            count++;
        }

        return count;
    }
}
