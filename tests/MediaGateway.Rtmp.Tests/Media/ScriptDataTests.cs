using MediaGateway.Media.Amf;
using MediaGateway.Media.Frames;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Media;

public sealed class ScriptDataTests : IDisposable
{
    private const string SetDataFrame = "02 000d 4073657444617461 4672616d65";
    private const string ClearDataFrame = "02 000f 40636c656172446174614672616d65";
    private const string OnMetaData = "02 000a 6f6e4d65746144617461";
    private const string Width = "0005 7769647468 00 4084000000000000";

    private readonly TagFeed _feed = new();

    public void Dispose() => _feed.Dispose();

    [Theory]
    [InlineData(SetDataFrame + OnMetaData + "08 00000001" + Width + "000009")]
    [InlineData(OnMetaData + "08 00000000" + Width + "000009")]
    [InlineData(OnMetaData + "03" + Width + "000009")]
    public void Metadata_IsReadInEveryForm(string hex)
    {
        Assert.Null(_feed.Read(18, Wire.Hex(hex)));
        Assert.Equal([new("width", new AmfNumber(640))], _feed.Metadata().Properties);
        Assert.Equal(0, _feed.Count);
    }

    [Theory]
    [InlineData("00" + OnMetaData + "11 0a 0b 01 0b 7769647468 04 8500 01")]
    [InlineData("00" + OnMetaData + "03" + Width + "000009")]
    [InlineData(OnMetaData + "03" + Width + "000009")]
    public void MetadataInAmf3_IsReadToo(string hex)
    {
        Assert.Null(_feed.Read(15, Wire.Hex(hex)));
        Assert.Equal([new("width", new AmfNumber(640))], _feed.Metadata().Properties);
    }

    [Theory]
    [InlineData(ClearDataFrame + OnMetaData)]
    [InlineData(ClearDataFrame)]
    [InlineData(OnMetaData)]
    [InlineData(OnMetaData + "05")]
    public void MetadataTakenBack_IsEmpty(string hex)
    {
        Assert.Null(_feed.Read(18, Wire.Hex(hex)));
        Assert.Empty(_feed.Metadata().Properties);
    }

    [Theory]
    [InlineData("02 000a 6f6e54657874446174 61 03 0004 74657874 02 0002 6869 000009", "")]
    [InlineData("02 0005 6f6e437565 05 00 3ff0000000000000", SetDataFrame)]
    public void OtherData_IsPassedOnAsAFrame(string content, string prefix)
    {
        Assert.Null(_feed.Read(18, Wire.Hex(prefix + content), timestamp: 77));
        (TrackFormat format, long decoding, _, bool isKeyframe, byte[] payload) = _feed.Frame();
        Assert.Same(ScriptDataFormat.Instance, format);
        Assert.Equal((77, true), (decoding, isKeyframe));
        Assert.Equal(Wire.Hex(content), payload);
    }

    [Fact]
    public void OtherDataInAmf3_BecomesAmf0()
    {
        Assert.Null(_feed.Read(15, Wire.Hex("00 02 0005 6f6e437565 11 0a 0b 01 03 61 06 03 62 01")));
        Assert.Equal(Wire.Hex("02 0005 6f6e437565 03 0001 61 02 0001 62 000009"), _feed.Frame().Payload);
        Assert.Null(_feed.Read(15, Wire.Hex("00 02 0005 6f6e437565 05")));
        Assert.Equal(Wire.Hex("02 0005 6f6e437565 05"), _feed.Frame().Payload);
    }

    [Theory]
    [InlineData("02 0011 7c52746d7053616d706c65416363657373 01 01 01 01")]
    [InlineData(ClearDataFrame + "02 0005 6f6e437565")]
    public void WhatConcernsNobody_IsPassedOver(string hex)
    {
        Assert.Null(_feed.Read(18, Wire.Hex(hex)));
        Assert.Equal(0, _feed.Count);
    }

    [Theory]
    [InlineData("02 0005 6f6e43", "data message cannot be read or is over a limit")]
    [InlineData("02 0005 6f6e437565 11 ff", "data message cannot be read or is over a limit")]
    [InlineData("00 3ff0000000000000", "data message without a name")]
    [InlineData(SetDataFrame, "data message without a name")]
    public void DataThatCannotBeRead_IsLeftOutWithTheReason(string hex, string reason)
    {
        Assert.Equal(reason, _feed.Read(18, Wire.Hex(hex)));
        Assert.Equal(0, _feed.Count);
    }

    // Metadata and configurations are often stamped 0 before a stream that has run for weeks.
    [Fact]
    public void WhatIsStampedZero_DoesNotStartTheClock()
    {
        Assert.Null(_feed.Read(18, Wire.Hex(OnMetaData)));
        Assert.Null(_feed.Audio("af 00 1190"));
        Assert.Null(_feed.Audio("af 01 21", 0xC0000000));
        _feed.Metadata();
        Assert.Equal(0xC0000000L, _feed.Frame().Decoding);
    }
}
