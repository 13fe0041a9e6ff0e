using MediaGateway.Media.Frames;
using MediaGateway.Rtmp.Media;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Media;

/// <summary>Tags of Enhanced RTMP, version 1 and 2.</summary>
public sealed class EnhancedTagTests : IDisposable
{
    private const string Avc = "61766331";
    private const string Hevc = "68766331";
    private const string Aac = "6d703461";
    private const string Opus = "4f707573";

    private readonly TagFeed _feed = new();

    public void Dispose() => _feed.Dispose();

    [Fact]
    public void H264_BecomesOrdinaryH264()
    {
        Assert.Null(_feed.Read(9, [.. Wire.Hex("90" + Avc), .. TagBodies.AvcRecord]));
        Assert.Null(_feed.Video("91" + Avc + "000050 00000002 6588", 1000));
        Assert.Null(_feed.Video("a3" + Avc + "00000002 4188", 1040));
        Assert.Null(_feed.Video("92" + Avc, 1060));
        (TrackFormat format, long decoding, long presentation, bool isKeyframe, byte[] payload) = _feed.Frame();
        Assert.Equal(TagBodies.H264, format);
        Assert.Equal((1000, 1080, true), (decoding, presentation, isKeyframe));
        Assert.Equal(Wire.Hex("00000002 6588"), payload);
        (_, decoding, presentation, isKeyframe, _) = _feed.Frame();
        Assert.Equal((1040, 1040, false), (decoding, presentation, isKeyframe));
        Assert.Equal(0, _feed.Count);
    }

    // An encoder may change to the classic form, or a proxy may mix them.
    [Fact]
    public void BothFormsOfH264_ShareTheConfiguration()
    {
        Assert.Null(_feed.Read(9, [.. Wire.Hex("90" + Avc), .. TagBodies.AvcRecord]));
        Assert.Null(_feed.Video("17 01 000000 00000002 6588"));
        Assert.Equal(TagBodies.H264, _feed.Frame().Format);
    }

    [Fact]
    public void SoundCodecsOfTheGateway_BecomeThemselves()
    {
        Assert.Null(_feed.Audio("90" + Aac + "1190"));
        Assert.Null(_feed.Audio("91" + Aac + "2110"));
        Assert.Null(_feed.Audio("90" + Opus + "4f70757348656164 01 01 3801 80bb0000 0000 00"));
        Assert.Null(_feed.Audio("91" + Opus + "fc01"));
        Assert.Null(_feed.Audio("91 2e6d7033 fffb9464"));
        Assert.Equal(new AacFormat(Wire.Hex("1190"), 48_000, 2), _feed.Frame().Format);
        (TrackFormat format, _, _, _, byte[] payload) = _feed.Frame();
        Assert.Equal(new OpusFormat(1), format);
        Assert.Equal(Wire.Hex("fc01"), payload);
        (format, _, _, _, payload) = _feed.Frame();
        Assert.Equal(new PlainAudioFormat(CodecId.Mp3, 48_000, 2, 0x2F), format);
        Assert.Equal(Wire.Hex("fffb9464"), payload);
    }

    [Fact]
    public void OpusWithoutHeader_HasTwoChannels()
    {
        Assert.Null(_feed.Audio("90" + Opus));
        Assert.Null(_feed.Audio("91" + Opus + "fc01"));
        Assert.Equal(new OpusFormat(2), _feed.Frame().Format);
    }

    [Fact]
    public void Hevc_KeepsItsTagsAndItsCompositionTimes()
    {
        Assert.Null(_feed.Video("90" + Hevc + "0101"));
        Assert.Null(_feed.Video("91" + Hevc + "000050 00000002 2601", 1000));
        Assert.Null(_feed.Video("a1" + Hevc + "ffffec 00000002 0201", 1040));
        (TrackFormat format, long decoding, long presentation, bool isKeyframe, byte[] payload) = _feed.Frame();
        Assert.Equal(new FlvTagFormat(CodecId.Hevc, TrackKind.Video, Wire.Hex("90" + Hevc + "0101"), 0, true), format);
        Assert.Equal((1000, 1080, true), (decoding, presentation, isKeyframe));
        Assert.Equal(Wire.Hex("91" + Hevc + "000050 00000002 2601"), payload);
        (TrackFormat next, decoding, presentation, isKeyframe, _) = _feed.Frame();
        Assert.Same(format, next);
        Assert.Equal((1040, 1020, false), (decoding, presentation, isKeyframe));
    }

    [Fact]
    public void NewConfiguration_IsANewFormat()
    {
        Assert.Null(_feed.Video("90" + Hevc + "0101"));
        Assert.Null(_feed.Video("93" + Hevc + "00000002 2601"));
        Assert.Null(_feed.Video("90" + Hevc + "0102"));
        Assert.Null(_feed.Video("93" + Hevc + "00000002 2601"));
        TrackFormat first = _feed.Frame().Format;
        Assert.NotEqual(first, _feed.Frame().Format);
    }

    [Fact]
    public void ColourOfThePicture_IsPassedOn()
    {
        const string colour = "94 68766331 02 0009 636f6c6f72496e666f 05";
        Assert.Null(_feed.Video(colour));
        Assert.Null(_feed.Video("90" + Hevc + "0101"));
        Assert.Null(_feed.Video(colour));
        (_, _, _, _, byte[] payload) = _feed.Frame();
        Assert.Equal(Wire.Hex(colour), payload);
        Assert.Equal(0, _feed.Count);
    }

    [Theory]
    [InlineData("97 02 000123 01")]
    [InlineData("97 02 000123 07 02 000456 01")]
    [InlineData("97 00 00 01")]
    public void Modifiers_AreLeftOut(string modifiers)
    {
        Assert.Null(_feed.Video("90" + Hevc + "0101"));
        Assert.Null(_feed.Video(modifiers + Hevc + "000050 00000002 2601"));
        (_, _, long presentation, bool isKeyframe, byte[] payload) = _feed.Frame();
        Assert.Equal((80, true), (presentation, isKeyframe));
        Assert.Equal(Wire.Hex("91" + Hevc + "000050 00000002 2601"), payload);
    }

    [Fact]
    public void LongModifier_IsLeftOut()
    {
        Assert.Null(_feed.Audio("90" + Aac + "1190"));
        Assert.Null(_feed.Read(8, [.. Wire.Hex("97 ff 0103"), .. new byte[260], .. Wire.Hex("01" + Aac + "2110")]));
        Assert.Equal(Wire.Hex("2110"), _feed.Frame().Payload);
    }

    [Fact]
    public void SeveralTracks_AreTakenApart()
    {
        Assert.Null(_feed.Video("96 10" + Hevc + "00 000002 0101 01 000002 0202"));
        Assert.Null(_feed.Video("96 11" + Hevc + "00 000009 000050 00000002 2601 01 000009 000014 00000002 0201", 1000));
        (TrackFormat first, long decoding, long presentation, bool isKeyframe, byte[] payload) = _feed.Frame();
        Assert.Equal(new FlvTagFormat(CodecId.Hevc, TrackKind.Video, Wire.Hex("90" + Hevc + "0101"), 0, true), first);
        Assert.Equal((1000, 1080, true), (decoding, presentation, isKeyframe));
        Assert.Equal(Wire.Hex("91" + Hevc + "000050 00000002 2601"), payload);
        (TrackFormat second, _, presentation, _, payload) = _feed.Frame();
        Assert.Equal(new FlvTagFormat(CodecId.Hevc, TrackKind.Video, Wire.Hex("96 00" + Hevc + "01 0202"), 1, true), second);
        Assert.Equal(1020, presentation);
        Assert.Equal(Wire.Hex("96 01" + Hevc + "01 000014 00000002 0201"), payload);
    }

    [Fact]
    public void TracksOfSeveralCodecs_AreTakenApart()
    {
        Assert.Null(_feed.Audio("95 20" + Aac + "00 000002 1190" + Opus + "02 000000"));
        Assert.Null(_feed.Audio("95 21" + Aac + "00 000002 2110" + Opus + "02 000002 fc01"));
        Assert.Equal(new AacFormat(Wire.Hex("1190"), 48_000, 2), _feed.Frame().Format);
        (TrackFormat format, _, _, _, byte[] payload) = _feed.Frame();
        Assert.Equal((CodecId.Opus, 2), (format.Codec, Assert.IsType<FlvTagFormat>(format).TrackId));
        Assert.Equal(Wire.Hex("95 01" + Opus + "02 fc01"), payload);
    }

    [Fact]
    public void OneNumberedTrack_RunsToTheEnd()
    {
        Assert.Null(_feed.Audio("95 00" + Aac + "00 1190"));
        Assert.Null(_feed.Audio("95 01" + Aac + "00 2110"));
        Assert.Equal(Wire.Hex("2110"), _feed.Frame().Payload);
    }

    [Theory]
    [InlineData("91", "enhanced tag header cannot be read")]
    [InlineData("91 687663", "enhanced tag header cannot be read")]
    [InlineData("97", "enhanced tag header cannot be read")]
    [InlineData("97 02 0000", "enhanced tag header cannot be read")]
    [InlineData("97 ff 00", "enhanced tag header cannot be read")]
    [InlineData("97 ff ffff 00", "enhanced tag header cannot be read")]
    [InlineData("96", "enhanced tag header cannot be read")]
    [InlineData("96 31" + Hevc, "enhanced tag header cannot be read")]
    [InlineData("91 78787878 00", "codec unknown to Enhanced RTMP")]
    [InlineData("91" + Aac + "00", "codec unknown to Enhanced RTMP")]
    [InlineData("9b" + Hevc + "00", "packet type unknown to Enhanced RTMP")]
    [InlineData("91" + Hevc + "000000 01", "frame of a track without its configuration")]
    [InlineData("91" + Avc + "000000 00000001 65", "AVC picture before its configuration")]
    [InlineData("96 11" + Hevc + "00 000009 00", "tracks are cut short")]
    [InlineData("96 11" + Hevc + "00 00", "tracks are cut short")]
    public void VideoThatCannotBeRead_IsLeftOutWithTheReason(string hex, string reason)
    {
        Assert.Equal(reason, _feed.Video(hex));
        Assert.Equal(0, _feed.Count);
    }

    [Theory]
    [InlineData("d1 00")]
    [InlineData("92" + Hevc)]
    [InlineData("91" + Hevc)]
    public void VideoThatHoldsNoPicture_IsPassedOver(string hex)
    {
        Assert.Null(_feed.Video("90" + Hevc + "0101"));
        Assert.Null(_feed.Video(hex));
        Assert.Equal(0, _feed.Count);
    }

    [Fact]
    public void TracksInOneMessage_AreLimited()
    {
        byte[] Tracks(int count) => [.. Wire.Hex("95 11" + Opus), .. Enumerable.Range(0, count).SelectMany(id => Wire.Hex($"{id:x2} 000001 fc"))];
        Assert.Null(_feed.Read(8, Tracks(EnhancedTagReader.MaximumTracks)));
        Assert.Equal(EnhancedTagReader.MaximumTracks, _feed.Count);
        Assert.Equal("too many tracks in one message", _feed.Read(8, Tracks(EnhancedTagReader.MaximumTracks + 1)));
        Assert.Equal(2 * EnhancedTagReader.MaximumTracks, _feed.Count);
    }

    [Fact]
    public void TracksWithDifferentNumbers_AreLimited()
    {
        string? fault = null;
        int taken = 0;
        for (int id = 1; id < 256 && fault is null; id++, taken++)
        {
            fault = _feed.Audio($"95 00 664c6143 {id:x2} 01");
        }

        Assert.Equal("too many tracks", fault);
        Assert.Equal(EnhancedTagReader.MaximumTracks + 1, taken);
    }
}
