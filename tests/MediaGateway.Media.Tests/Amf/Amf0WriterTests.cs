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
}
