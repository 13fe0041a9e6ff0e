using MediaGateway.Media.Amf;
using MediaGateway.Media.Flv;
using MediaGateway.Media.Frames;
using MediaGateway.Rtmp.Sessions;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Sessions;

public sealed class RtmpPeerCapabilitiesTests
{
    [Fact]
    public void Bits_NameTheCodecs()
    {
        CodecSet codecs = From(Number("audioCodecs", 0x400 | 0x80 | 0x800), Number("videoCodecs", 0x80 | 0x10)).Codecs;
        Assert.Equal(
            CodecSet.Of(CodecId.Aac, CodecId.Pcma, CodecId.Speex, CodecId.H264, CodecId.Vp6, CodecId.ScriptData),
            codecs);
    }

    // What FFmpeg, and so VLC, and librtmp send.
    [Theory]
    [InlineData(4071, true)]
    [InlineData(3191, false)]
    public void KnownPlayers_TakeG711OrNot(int audioCodecs, bool isTaken)
    {
        CodecSet codecs = From(Number("audioCodecs", audioCodecs), Number("videoCodecs", 252)).Codecs;
        Assert.Equal((isTaken, isTaken), (codecs.Contains(CodecId.Pcma), codecs.Contains(CodecId.Pcmu)));
        Assert.True(codecs.Contains(CodecId.Aac) && codecs.Contains(CodecId.Mp3) && codecs.Contains(CodecId.Speex));
        Assert.True(codecs.Contains(CodecId.H264) && codecs.Contains(CodecId.Vp6));
        Assert.False(codecs.Contains(CodecId.Opus) || codecs.Contains(CodecId.Hevc));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0.0)]
    [InlineData(-1.0)]
    [InlineData(double.NaN)]
    [InlineData(1e300)]
    public void BitsThatSayNothing_MeanWhatEveryPlayerTakes(double? bits)
    {
        RtmpPeerCapabilities read = bits is { } number ? From(Number("audioCodecs", number), Number("videoCodecs", number)) : From();
        Assert.True(read.Codecs.Contains(CodecId.Aac) && read.Codecs.Contains(CodecId.Mp3) && read.Codecs.Contains(CodecId.H264));
        Assert.False(read.Codecs.Contains(CodecId.Pcma) || read.Codecs.Contains(CodecId.Speex));
        Assert.False(read.IsEnhanced || read.TakesReconnect || read.TakesMultitrack);
    }

    [Fact]
    public void ListOfCodes_IsReadInBothForms()
    {
        var strict = new AmfStrictArray([new AmfString("hvc1"), new AmfString("av01"), new AmfString("xxxx"), new AmfNumber(1)]);
        var map = new AmfEcmaArray([new("0", new AmfString("hvc1")), new("1", new AmfString("av01"))]);
        foreach (AmfValue list in (AmfValue[])[strict, map])
        {
            RtmpPeerCapabilities read = From(Value("fourCcList", list));
            Assert.True(read.IsEnhanced && read.Codecs.Contains(CodecId.Hevc) && read.Codecs.Contains(CodecId.Av1));
            Assert.False(read.Codecs.Contains(CodecId.Vp9));
        }
    }

    [Fact]
    public void AnyCode_IsEveryCodec() =>
        Assert.Equal(FourCc.AllCodecs, From(Value("fourCcList", new AmfStrictArray([new AmfString("*")]))).Codecs.Intersect(FourCc.AllCodecs));

    // 1 decodes, 2 encodes, 4 forwards.
    [Fact]
    public void Maps_NameWhatIsDecodedOrForwarded()
    {
        RtmpPeerCapabilities read = From(
            new("videoFourCcInfoMap", new AmfObject(null, [Number("hvc1", 1), Number("av01", 2), Number("vp09", 4)])),
            new("audioFourCcInfoMap", new AmfObject(null, [Number("Opus", 3)])));
        Assert.True(read.IsEnhanced);
        Assert.True(read.Codecs.Contains(CodecId.Hevc) && read.Codecs.Contains(CodecId.Vp9) && read.Codecs.Contains(CodecId.Opus));
        Assert.False(read.Codecs.Contains(CodecId.Av1));
    }

    [Theory]
    [InlineData(1, true, false)]
    [InlineData(2, false, true)]
    [InlineData(15, true, true)]
    [InlineData(0, false, false)]
    public void Extensions_AreBits(int bits, bool reconnect, bool multitrack)
    {
        RtmpPeerCapabilities read = From(Number("capsEx", bits));
        Assert.Equal((true, reconnect, multitrack), (read.IsEnhanced, read.TakesReconnect, read.TakesMultitrack));
    }

    [Fact]
    public void ValuesOfOtherKinds_SayNothing()
    {
        RtmpPeerCapabilities read = From(new("fourCcList", new AmfString("hvc1")), new("videoFourCcInfoMap", new AmfNull()), new("capsEx", new AmfNull()));
        Assert.Equal(RtmpPeerCapabilities.Plain, read);
    }

    private static KeyValuePair<string, AmfValue> Number(string name, double value) => new(name, new AmfNumber(value));

    private static KeyValuePair<string, AmfValue> Value(string name, AmfValue value) => new(name, value);

    private static RtmpPeerCapabilities From(params KeyValuePair<string, AmfValue>[] properties) =>
        RtmpPeerCapabilities.From(new AmfObject(null, properties));
}
