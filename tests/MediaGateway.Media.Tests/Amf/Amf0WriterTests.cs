using System.Buffers;
using MediaGateway.Media.Amf;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Media.Tests.Amf;

public sealed class Amf0WriterTests
{
    [Fact]
    public void EveryKind_WritesTheBytesOfTheSpecification()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new Amf0Writer(output);
        writer.WriteString("a");
        writer.WriteNumber(1);
        writer.WriteNull();
        writer.WriteBoolean(true);
        writer.WriteObjectStart();
        writer.WriteProperty("n", 2);
        writer.WriteProperty("b", false);
        writer.WriteObjectEnd();
        writer.WriteEcmaArrayStart(1);
        writer.WriteProperty("s", "\u00E9");
        writer.WriteObjectEnd();

        byte[] expected = Wire.Hex(
            "02 0001 61 00 3ff0000000000000 05 01 01 03 0001 6e 00 4000000000000000 0001 62 01 00 000009" +
            " 08 00000001 0001 73 02 0002 c3a9 000009");
        Assert.Equal(expected, output.WrittenSpan.ToArray());
    }

    [Theory]
    [InlineData(65_535, 0x02, 3)]
    [InlineData(65_536, 0x0C, 5)]
    public void String_TakesTheLongFormWhenItMust(int length, byte marker, int header)
    {
        var output = new ArrayBufferWriter<byte>();
        new Amf0Writer(output).WriteString(new string('a', length));
        Assert.Equal(marker, output.WrittenSpan[0]);
        Assert.Equal(header + length, output.WrittenCount);

        var reader = new Amf0Reader(output.WrittenSpan, AmfLimits.Default);
        Assert.True(reader.TryRead(out AmfValue? value));
        Assert.Equal(length, value.AsString?.Length);
    }

    [Fact]
    public void PropertyNameThatDoesNotFit_IsRefused()
    {
        var output = new ArrayBufferWriter<byte>();
        Assert.Throws<ArgumentOutOfRangeException>(() => new Amf0Writer(output).WritePropertyName(new string('a', 65_536)));
    }

    [Fact]
    public void EveryValue_IsWrittenAsItIsRead()
    {
        byte[] bytes = Wire.Hex(
            "08 00000008" +
            "0001 61 00 3ff0000000000000" +
            "0001 62 01 01" +
            "0001 63 02 0001 78" +
            "0001 64 03 0001 79 05 000009" +
            "0001 65 0a 00000002 05 06" +
            "0001 66 0b 42766ce1c8e6a000 ffc4" +
            "0001 67 0f 00000004 3c612f3e" +
            "0000 08 00000000 000009" +
            "000009");
        var reader = new Amf0Reader(bytes, AmfLimits.Default);
        Assert.True(reader.TryRead(out AmfValue? value));
        Assert.Equal(bytes, Written(value));
    }

    // Bytes that are not UTF-8 become three: a name may no longer fit.
    [Fact]
    public void NameThatHasGrown_IsCut()
    {
        byte[] written = Written(new AmfObject("Class", [new(new string('\uFFFD', 30_000), new AmfNull())]));
        var reader = new Amf0Reader(written, AmfLimits.Default);
        Assert.True(reader.TryRead(out AmfValue? value));
        Assert.Equal(new string('\uFFFD', 21_845), Assert.IsType<AmfObject>(value).Properties[0].Key);
    }

    private static byte[] Written(AmfValue value)
    {
        var output = new ArrayBufferWriter<byte>();
        new Amf0Writer(output).WriteValue(value);
        return output.WrittenSpan.ToArray();
    }
}
