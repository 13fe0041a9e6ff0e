using MediaGateway.Media.Amf;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Media.Tests.Amf;

public sealed class Amf3ReaderTests
{
    // A dynamic object with one listed and two free properties, one of which refers to a text and one to an array.
    private const string Vector = "0a 1b 09 54797065 03 61 04 07 03 62 06 02 03 63 09 05 01 04 01 02 01";

    [Theory]
    [InlineData("04 00", 0)]
    [InlineData("04 7f", 127)]
    [InlineData("04 81 00", 128)]
    [InlineData("04 ff 7f", 0x3FFF)]
    [InlineData("04 81 80 00", 0x4000)]
    [InlineData("04 ff ff 7f", 0x1FFFFF)]
    [InlineData("04 80 c0 80 00", 0x200000)]
    [InlineData("04 bf ff ff ff", 0x0FFFFFFF)]
    [InlineData("04 c0 80 80 00", -0x10000000)]
    [InlineData("04 ff ff ff ff", -1)]
    [InlineData("05 3ff8000000000000", 1.5)]
    public void Numbers_AreRead(string hex, double expected) => Assert.Equal(expected, Read(hex)?.AsNumber);

    [Fact]
    public void SimpleValues_AreRead()
    {
        Assert.IsType<AmfUndefined>(Read("00"));
        Assert.IsType<AmfNull>(Read("01"));
        Assert.False(Read("02")?.AsBoolean);
        Assert.True(Read("03")?.AsBoolean);
        Assert.Equal("hé", Read("06 07 68c3a9")?.AsString);
        Assert.Equal("", Read("06 01")?.AsString);
        Assert.Equal(new AmfXmlDocument("<a/>"), Read("07 09 3c612f3e"));
        Assert.Equal(new AmfXmlDocument("<a/>"), Read("0b 09 3c612f3e"));
        Assert.Equal(new AmfDate(0, 0), Read("08 01 0000000000000000"));
        Assert.IsType<AmfUndefined>(Read("0c 05 0102"));
    }

    [Fact]
    public void Arrays_AreDenseOrNamedOrBoth()
    {
        AmfStrictArray dense = Assert.IsType<AmfStrictArray>(Read("09 05 01 04 01 04 02"));
        Assert.Equal([1d, 2d], dense.Values.Select(value => value.AsNumber).OfType<double>());
        AmfEcmaArray named = Assert.IsType<AmfEcmaArray>(Read("09 03 03 61 04 05 01 04 07"));
        Assert.Equal((5d, 7d), (named.Find("a")?.AsNumber, named.Find("0")?.AsNumber));
    }

    [Fact]
    public void Vectors_AreDenseArrays()
    {
        Assert.Equal([-1d, 2d], Numbers("0d 05 00 ffffffff 00000002"));
        Assert.Equal([4294967295d], Numbers("0e 03 01 ffffffff"));
        Assert.Equal([1.5d], Numbers("0f 03 00 3ff8000000000000"));
        Assert.Equal([7d], Numbers("10 03 00 01 04 07"));
    }

    [Fact]
    public void Dictionary_IsAnObject()
    {
        AmfObject map = Assert.IsType<AmfObject>(Read("11 05 00 06 03 61 04 01 04 09 04 02"));
        Assert.Equal((1d, 2d), (map.Find("a")?.AsNumber, map.Find("9")?.AsNumber));
    }

    [Fact]
    public void Object_HasListedAndFreeProperties()
    {
        AmfObject value = Assert.IsType<AmfObject>(Read(Vector));
        Assert.Equal("Type", value.ClassName);
        Assert.Equal(["a", "b", "c"], value.Properties.Select(property => property.Key));
        Assert.Equal("a", value.Find("b")?.AsString);
    }

    [Fact]
    public void References_GiveTheSameAgain()
    {
        AmfStrictArray objects = Assert.IsType<AmfStrictArray>(Read("09 07 01 0a 13 01 03 61 04 01 0a 02 0a 01 04 02"));
        Assert.Same(objects.Values[0], objects.Values[1]);
        Assert.Equal(2, Assert.IsType<AmfObject>(objects.Values[2]).Find("a")?.AsNumber);
    }

    // No type is ever created from a name (VU#307983, CVE-2017-5641).
    [Fact]
    public void ClassName_IsOnlyText()
    {
        AmfObject value = Assert.IsType<AmfObject>(Read("0a 13 35 53797374656d2e446961676e6f73746963732e50726f63657373 03 61 04 01"));
        Assert.Equal(("System.Diagnostics.Process", 1d), (value.ClassName, value.Find("a")?.AsNumber));
    }

    [Fact]
    public void WrappersOfFlex_AreWhatTheyHold()
    {
        string name = Convert.ToHexString("flex.messaging.io.ArrayCollection"u8);
        AmfStrictArray held = Assert.IsType<AmfStrictArray>(Read("0a 07 43" + name + "09 03 01 04 05"));
        Assert.Equal(5, Assert.Single(held.Values).AsNumber);
        Assert.Null(Read("0a 07 03 61 09 03 01 04 05"));
    }

    [Theory]
    [InlineData("12")]
    [InlineData("ff")]
    [InlineData("06 02")]
    [InlineData("0a 00")]
    [InlineData("0a 01 01")]
    [InlineData("09 03 01 09 00")]
    [InlineData("0a 0b 01 03 61 0a 00 01")]
    [InlineData("04 80 80")]
    public void WhatIsNotAmf3_IsRefused(string hex) => Assert.Null(Read(hex));

    // Counts of 2^28 and so on: nothing is built by them.
    [Theory]
    [InlineData("09 ffffffff 01")]
    [InlineData("0d ffffffff 00 00000001")]
    [InlineData("0f ffffffff 00 3ff8000000000000")]
    [InlineData("10 ffffffff 00 01 01")]
    [InlineData("11 ffffffff 00 01 01")]
    [InlineData("0c ffffffff 00")]
    [InlineData("06 ffffffff 00")]
    [InlineData("0a fffffffb 01")]
    public void CountBeyondTheBytes_IsRefusedAtOnce(string hex)
    {
        byte[] bytes = Wire.Hex(hex);
        Assert.Null(Read(bytes));
        Assert.InRange(Allocation.Of(10, () => Read(bytes)) / 10, 0, 1000);
    }

    [Theory]
    [InlineData(31, true)]
    [InlineData(32, true)]
    [InlineData(33, false)]
    [InlineData(70_000, false)]
    public void NestedArrays_AreReadDownToTheLimit(int levels, bool isRead)
    {
        byte[] bytes = [.. Enumerable.Repeat((byte[])[9, 3, 1], levels - 1).SelectMany(level => level), 9, 1, 1];
        Assert.Equal(isRead, Read(bytes) is not null);
    }

    [Theory]
    [InlineData(4095, true)]
    [InlineData(4096, false)]
    public void Values_AreReadUpToTheLimit(int elements, bool isRead)
    {
        byte[] count = elements == 4095 ? Wire.Hex("bf7f") : Wire.Hex("c001");
        Assert.Equal(isRead, Read([9, .. count, 1, .. Enumerable.Repeat((byte)1, elements)]) is not null);
    }

    [Theory]
    [InlineData(64 * 1024, true)]
    [InlineData((64 * 1024) + 1, false)]
    public void Texts_AreReadUpToTheLimit(int length, bool isRead)
    {
        int head = (length << 1) | 1;
        byte[] bytes = [6, (byte)(0x80 | (head >> 14)), (byte)(0x80 | ((head >> 7) & 0x7F)), (byte)(head & 0x7F), .. new byte[length]];
        Assert.Equal(isRead, Read(bytes) is not null);
    }

    // A text that is written once and meant four thousand times would fill a heap for whoever writes it out again.
    [Fact]
    public void TextsReferredTo_CountEachTime()
    {
        byte[] once = [6, 0xA0, 0x01, .. new byte[2048]]; // U29: (2048 << 1) | 1
        byte[] Repeated(int times) => [9, (byte)((times << 1) | 1), 1, .. once, .. Enumerable.Repeat((byte[])[6, 0], times - 1).SelectMany(pair => pair)];
        Assert.NotNull(Read(Repeated(32)));
        Assert.Null(Read(Repeated(33)));
    }

    [Fact]
    public void ReferencesToReferences_AreCountedAsAllTheyReferTo()
    {
        List<byte> bytes = [9, 0x3D, 1, 9, 0x07, 1, 1, 1, 1];
        for (int i = 0; i < 29; i++)
        {
            bytes.AddRange([9, 0x07, 1, 9, (byte)((i + 1) << 1), 9, (byte)((i + 1) << 1), 9, (byte)((i + 1) << 1)]);
        }

        Assert.Null(Read([.. bytes]));
    }

    [Fact]
    public void EveryPrefix_IsRefused() => Assert.All(Mutations.Truncations(Wire.Hex(Vector)), prefix => Assert.Null(Read(prefix)));

    [Fact]
    public void Mutations_NeverThrow()
    {
        byte[][] seeds =
        [
            Wire.Hex(Vector),
            Wire.Hex("09 07 01 0a 13 01 03 61 04 01 0a 02 0a 01 04 02"),
            Wire.Hex("11 05 00 06 03 61 04 01 04 09 04 02"),
            Wire.Hex("10 03 00 01 0d 05 00 ffffffff 00000002"),
            Wire.Hex("0a 0b 01 03 61 0b 09 3c612f3e 03 62 08 01 0000000000000000 01"),
        ];
        int read = Mutations.Of(seeds, 20_000, seed: 5).Count(bytes => Read(bytes) is not null);
        Assert.InRange(read, 1, 20_000);
    }

    [Fact]
    public void ValueInsideAmf0_SharesItsBudgetsAndTables()
    {
        var reader = new Amf0Reader(Wire.Hex("02 0001 78 11 06 03 61 11 06 00 00 3ff0000000000000"), AmfLimits.Default, allowsAmf3: true);
        List<AmfValue> values = [];
        while (!reader.IsAtEnd)
        {
            Assert.True(reader.TryRead(out AmfValue? value));
            values.Add(value);
        }

        Assert.Equal([new AmfString("x"), new AmfString("a"), new AmfString("a"), new AmfNumber(1)], values);
        Assert.True(reader.HasMetAmf3);

        byte[] deep = [.. Enumerable.Repeat((byte[])[0x0A, 0, 0, 0, 1], 31).SelectMany(level => level), 0x11, 9, 3, 1, 9, 1, 1];
        var nested = new Amf0Reader(deep, AmfLimits.Default, allowsAmf3: true);
        Assert.False(nested.TryRead(out _));
        var refused = new Amf0Reader(Wire.Hex("11 01"), AmfLimits.Default);
        Assert.False(refused.TryRead(out _));
    }

    private static AmfValue? Read(string hex) => Read(Wire.Hex(hex));

    private static AmfValue? Read(byte[] bytes)
    {
        var reader = new Amf3Reader(bytes, AmfLimits.Default);
        return reader.TryRead(out AmfValue? value) && reader.IsAtEnd ? value : null;
    }

    private static IEnumerable<double> Numbers(string hex) =>
        Assert.IsType<AmfStrictArray>(Read(hex)).Values.Select(value => value.AsNumber).OfType<double>();
}
