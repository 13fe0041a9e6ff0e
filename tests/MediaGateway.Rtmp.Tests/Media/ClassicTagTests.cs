using MediaGateway.Media.Frames;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Media;

/// <summary>Tags of the classic form: what FLV has had since Flash Player 9.</summary>
public sealed class ClassicTagTests : IDisposable
{
    private readonly TagFeed _feed = new();

    public void Dispose() => _feed.Dispose();

    [Fact]
    public void PicturesThatAreReordered_KeepTheirCompositionTimes()
    {
        ConfigureAvc(TagBodies.AvcRecord);
        Assert.Null(_feed.Video("17 01 000050 00000002 6588", 1000));
        Assert.Null(_feed.Video("27 01 ffffec 00000002 4188", 1040));
        (TrackFormat format, long decoding, long presentation, bool isKeyframe, byte[] payload) = _feed.Frame();
        Assert.Equal(TagBodies.H264, format);
        Assert.Equal((1000, 1080, true), (decoding, presentation, isKeyframe));
        Assert.Equal(Wire.Hex("00000002 6588"), payload);
        (_, decoding, presentation, isKeyframe, _) = _feed.Frame();
        Assert.Equal((1040, 1020, false), (decoding, presentation, isKeyframe));
    }

    [Theory]
    [InlineData(1, "02 6588 03 0605ff", "00000002 6588 00000003 0605ff")]
    [InlineData(2, "0002 6588 0003 0605ff", "00000002 6588 00000003 0605ff")]
    [InlineData(1, "02 6588 09 06", "00000002 6588")]
    public void ShortNalUnitLengths_BecomeFourBytes(int lengthSize, string body, string expected)
    {
        ConfigureAvc(TagBodies.RecordWithLengths(lengthSize));
        Assert.Null(_feed.Video("17 01 000000" + body));
        (TrackFormat format, _, _, _, byte[] payload) = _feed.Frame();
        Assert.Equal(TagBodies.H264, format);
        Assert.Equal(Wire.Hex(expected), payload);
    }

    [Fact]
    public void SameConfigurationAgain_KeepsTheFormat_AndAnotherChangesIt()
    {
        ConfigureAvc(TagBodies.AvcRecord);
        Assert.Null(_feed.Video("17 01 000000 00000002 6588"));
        TrackFormat first = _feed.Frame().Format;
        ConfigureAvc(TagBodies.AvcRecord);
        Assert.Null(_feed.Video("27 01 000000 00000002 4188"));
        Assert.Same(first, _feed.Frame().Format);
        byte[] other = [.. TagBodies.AvcRecord];
        other[2] ^= 0x20;
        ConfigureAvc(other);
        Assert.Null(_feed.Video("17 01 000000 00000002 6588"));
        Assert.NotEqual(first, _feed.Frame().Format);
    }

    [Theory]
    [InlineData("17 02 000000")]
    [InlineData("27 02 000000")]
    [InlineData("17 01 000000")]
    [InlineData("57 00")]
    [InlineData("12")]
    [InlineData("")]
    public void VideoThatHoldsNoPicture_IsPassedOver(string hex)
    {
        ConfigureAvc(TagBodies.AvcRecord);
        Assert.Null(_feed.Video(hex));
        Assert.Equal(0, _feed.Count);
    }

    [Theory]
    [InlineData("17 01 000000 00000002 6588", "AVC picture before its configuration")]
    [InlineData("17 00 000000", "AVC configuration cannot be read")]
    [InlineData("17 00 000000 01 42 c0 1e ff e1 00ff 67", "AVC configuration cannot be read")]
    [InlineData("17 00 000000 01 42 c0 1e fe e0 00", "AVC configuration cannot be read")]
    [InlineData("17 09 000000", "AVC tag header cannot be read")]
    [InlineData("17 01", "AVC tag header cannot be read")]
    [InlineData("1c 01 000000 00", "video codec unknown to FLV")]
    [InlineData("10 01", "video codec unknown to FLV")]
    public void VideoThatCannotBeRead_IsLeftOutWithTheReason(string hex, string reason)
    {
        Assert.Equal(reason, _feed.Video(hex));
        Assert.Equal(0, _feed.Count);
    }

    [Theory]
    [InlineData("00000000")]
    [InlineData("00000009 65")]
    [InlineData("000000")]
    public void PictureWithoutNalUnits_IsLeftOut(string body)
    {
        ConfigureAvc(TagBodies.AvcRecord);
        Assert.Equal("AVC picture without NAL units", _feed.Video("17 01 000000" + body));
    }

    // Cameras pad: what follows the first NAL unit is the decoder's to judge.
    [Fact]
    public void PictureWithPadding_IsPassedOnAsItIs()
    {
        ConfigureAvc(TagBodies.AvcRecord);
        Assert.Null(_feed.Video("17 01 000000 00000002 6588 0000"));
        Assert.Equal(Wire.Hex("00000002 6588 0000"), _feed.Frame().Payload);
    }

    [Fact]
    public void ConfigurationThatCannotBeRead_LeavesTheOldOneInForce()
    {
        ConfigureAvc(TagBodies.AvcRecord);
        Assert.NotNull(_feed.Video("17 00 000000 01"));
        Assert.Null(_feed.Video("17 01 000000 00000002 6588"));
        Assert.Equal(TagBodies.H264, _feed.Frame().Format);
    }

    [Theory]
    [InlineData(64 * 1024, true)]
    [InlineData((64 * 1024) + 1, false)]
    public void Configuration_IsLimited(int length, bool isTaken)
    {
        byte[] record = [.. TagBodies.AvcRecord, .. new byte[length - TagBodies.AvcRecord.Length]];
        Assert.Equal(isTaken ? null : "AVC configuration over the limit", _feed.Read(9, [.. Wire.Hex("17 00 000000"), .. record]));
    }

    [Fact]
    public void OldVideo_KeepsItsWholeTagAndItsKeyframes()
    {
        Assert.Null(_feed.Video("14 010203"));
        Assert.Null(_feed.Video("24 0405"));
        Assert.Null(_feed.Video("32 06"));
        (TrackFormat key, _, _, bool isKeyframe, byte[] payload) = _feed.Frame();
        Assert.Equal(new FlvTagFormat(CodecId.Vp6, TrackKind.Video, default), key);
        Assert.True(isKeyframe);
        Assert.Equal(Wire.Hex("14 010203"), payload);
        (TrackFormat next, _, _, isKeyframe, _) = _feed.Frame();
        Assert.Same(key, next);
        Assert.False(isKeyframe);
        Assert.Equal((CodecId.SorensonSpark, false), (_feed.Frame() is var spark ? spark.Format.Codec : default, spark.IsKeyframe));
    }

    [Theory]
    [InlineData("af 00 1190", 48_000, 2)]
    [InlineData("af 00 1208", 44_100, 1)]
    [InlineData("af 00 2b920800", 22_050, 2)]
    [InlineData("af 00 eb098800", 24_000, 1)]
    public void AacConfiguration_IsKeptByteForByte(string hex, int sampleRate, int channels)
    {
        Assert.Null(_feed.Audio(hex));
        Assert.Null(_feed.Audio("af 01 2110", 21));
        (TrackFormat format, long decoding, long presentation, bool isKeyframe, byte[] payload) = _feed.Frame();
        Assert.Equal(new AacFormat(Wire.Hex(hex).AsMemory(2), sampleRate, channels), format);
        Assert.Equal((21, 21, true), (decoding, presentation, isKeyframe));
        Assert.Equal(Wire.Hex("2110"), payload);
    }

    [Theory]
    [InlineData("af 01 2110", "AAC frame before its configuration")]
    [InlineData("af 00 00", "AAC configuration cannot be read")]
    [InlineData("af 00", "AAC configuration cannot be read")]
    [InlineData("af 02 00", "AAC tag header cannot be read")]
    [InlineData("ff 00", "audio codec unknown to FLV")]
    [InlineData("cf 00", "audio codec unknown to FLV")]
    public void SoundThatCannotBeRead_IsLeftOutWithTheReason(string hex, string reason) => Assert.Equal(reason, _feed.Audio(hex));

    [Theory]
    [InlineData("")]
    [InlineData("af")]
    [InlineData("af 01")]
    [InlineData("2f")]
    [InlineData("72")]
    public void SoundThatHoldsNothing_IsPassedOver(string hex)
    {
        Assert.Null(_feed.Audio("af 00 1190"));
        Assert.Null(_feed.Audio(hex));
        Assert.Equal(0, _feed.Count);
    }

    [Theory]
    [InlineData("72 d5d5", CodecId.Pcma, 8_000, 1)]
    [InlineData("82 ffff", CodecId.Pcmu, 8_000, 1)]
    [InlineData("73 d5d5", CodecId.Pcma, 8_000, 2)]
    [InlineData("b2 b601", CodecId.Speex, 16_000, 1)]
    [InlineData("b6 b601", CodecId.Speex, 16_000, 1)]
    [InlineData("42 0102", CodecId.Nellymoser, 16_000, 1)]
    [InlineData("52 0102", CodecId.Nellymoser, 8_000, 1)]
    [InlineData("6a 0102", CodecId.Nellymoser, 22_050, 1)]
    [InlineData("6e 0102", CodecId.Nellymoser, 44_100, 1)]
    [InlineData("2f fffb9464", CodecId.Mp3, 48_000, 2)]
    [InlineData("2a fff388c4", CodecId.Mp3, 16_000, 1)]
    [InlineData("2e 01020304", CodecId.Mp3, 44_100, 1)]
    [InlineData("e2 01020304", CodecId.Mp3, 8_000, 1)]
    public void PlainSound_IsWhatItsCodecIsKnownToBe(string hex, CodecId codec, int sampleRate, int channels)
    {
        byte[] body = Wire.Hex(hex);
        Assert.Null(_feed.Read(8, body));
        (TrackFormat format, _, _, bool isKeyframe, byte[] payload) = _feed.Frame();
        Assert.Equal(new PlainAudioFormat(codec, sampleRate, channels, body[0]), format);
        Assert.True(isKeyframe);
        Assert.Equal(body[1..], payload);
    }

    // A tag of MP3 may begin in the middle of a frame.
    [Fact]
    public void Mp3WithoutAHeader_IsWhatTheTagBeforeWas()
    {
        Assert.Null(_feed.Audio("2f fffb9464"));
        TrackFormat first = _feed.Frame().Format;
        Assert.Null(_feed.Audio("2f 01020304"));
        Assert.Same(first, _feed.Frame().Format);
        Assert.Null(_feed.Audio("2f fffb9064"));
        Assert.Equal(44_100, Assert.IsType<PlainAudioFormat>(_feed.Frame().Format).SampleRate);
    }

    [Fact]
    public void OldSoundThatIsNotLookedInto_KeepsItsWholeTag()
    {
        Assert.Null(_feed.Audio("1a 0102"));
        Assert.Null(_feed.Audio("3e 0102"));
        Assert.Equal(new FlvTagFormat(CodecId.Adpcm, TrackKind.Audio, default), _feed.Frame().Format);
        (TrackFormat format, _, _, _, byte[] payload) = _feed.Frame();
        Assert.Equal((CodecId.LinearPcm, TrackKind.Audio), (format.Codec, format.Kind));
        Assert.Equal(Wire.Hex("3e 0102"), payload);
    }

    [Fact]
    public void Timestamps_AreUnwrappedOverBothKinds()
    {
        ConfigureAvc(TagBodies.AvcRecord);
        Assert.Null(_feed.Audio("72 d5", 0xFFFFFFF0));
        Assert.Null(_feed.Video("17 01 000000 00000002 6588", 0xFFFFFFFA));
        Assert.Null(_feed.Audio("72 d5", 4));
        Assert.Null(_feed.Video("27 01 000000 00000002 4188", 0xFFFFFFFE));
        Assert.Equal(
            [0xFFFFFFF0L, 0xFFFFFFFAL, 0x100000004L, 0xFFFFFFFEL],
            new[] { _feed.Frame().Decoding, _feed.Frame().Decoding, _feed.Frame().Decoding, _feed.Frame().Decoding });
    }

    private void ConfigureAvc(byte[] record) => Assert.Null(_feed.Read(9, [.. Wire.Hex("17 00 000000"), .. record]));
}
