using MediaGateway.Media.Frames;
using MediaGateway.Rtmp;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Servers.Rtmp;
using MediaGateway.Servers.Rtmp.FanOut;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

public class ViewerWishesTests
{
    private static readonly RtmpPeerCapabilities Vlc = RtmpPeerCapabilities.Plain with
    {
        Codecs = CodecSet.Of(CodecId.H264, CodecId.Aac, CodecId.Mp3, CodecId.Pcma, CodecId.Pcmu, CodecId.Speex, CodecId.Nellymoser),
    };

    private static readonly RtmpPeerCapabilities WithOpus = Vlc with { Codecs = Vlc.Codecs.With(CodecId.Opus), IsEnhanced = true };

    [Theory]
    [InlineData("live", "a", CodecId.Mp3, CodecId.Mp3)]
    [InlineData("live", "a", CodecId.Pcma, CodecId.Pcma)]
    [InlineData("live", "a", CodecId.Aac, CodecId.Aac)]
    [InlineData("live", "a", CodecId.Opus, CodecId.Aac)]
    [InlineData("live", "a?audio=pcma", CodecId.Aac, CodecId.Pcma)]
    [InlineData("live", "a?audio=PCMU", CodecId.Aac, CodecId.Pcmu)]
    [InlineData("live?audio=speex", "a", CodecId.Aac, CodecId.Speex)]
    [InlineData("live?audio=speex", "a?audio=aac", CodecId.Mp3, CodecId.Aac)]
    [InlineData("live", "a?audio=mp3", CodecId.Mp3, CodecId.Mp3)]
    [InlineData("live", "a?audio=mp3", CodecId.Opus, CodecId.Aac)]
    public void Codec_IsTheOneAskedForElseThePublishersIfAnnouncedElseAac(string app, string name, CodecId published, CodecId given) =>
        Assert.Equal(given, Read(app, name).Audio.Resolve(published));

    [Fact]
    public void PlayerWithoutG711_GetsItOnlyWhenItAsks()
    {
        Assert.Equal(CodecId.Aac, Read("live", "a", RtmpPeerCapabilities.Plain).Audio.Resolve(CodecId.Pcma));
        Assert.Equal(CodecId.Pcma, Read("live", "a?audio=pcma", RtmpPeerCapabilities.Plain).Audio.Resolve(CodecId.Pcma));
    }

    [Fact]
    public void ApplicationsCodec_HoldsForThoseWhoAskForNone()
    {
        Assert.Equal(CodecId.Pcmu, Read("live", "a", Vlc, "pcmu").Audio.Resolve(CodecId.Aac));
        Assert.Equal(CodecId.Aac, Read("live", "a?audio=aac", Vlc, "pcmu").Audio.Resolve(CodecId.Pcmu));
        Assert.Equal(CodecId.Aac, Read("live", "a", Vlc, "opus").Audio.Resolve(CodecId.Opus)); // Not announced: the default does not hold.
        Assert.Equal(CodecId.Opus, Read("live", "a", WithOpus, "opus").Audio.Resolve(CodecId.Aac));
    }

    [Theory]
    [InlineData("a?audio=vorbis", "The sound can be asked for with audio=aac, pcma, pcmu, speex, mp3 or opus.")]
    [InlineData("a?audio=", "The sound can be asked for with")]
    [InlineData("a?audio=opus", "Opus is sent only to players that have announced it")]
    public void WishThatCannotBeGranted_IsRefusedInWords(string name, string words)
    {
        Assert.False(ViewerWishes.TryRead(Url("live", name), Vlc, null, out _, out string? refusal));
        Assert.StartsWith(words, refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("live", "a", false)]
    [InlineData("live?suppress_sound=true", "a", true)]
    [InlineData("live", "a?suppress_sound=TRUE", true)]
    [InlineData("live?suppress_sound=true", "a?suppress_sound=false", false)]
    public void SuppressSound_IsAConnectionOrStreamParameter(string app, string name, bool isSilent) =>
        Assert.Equal(isSilent, Read(app, name).IsSilent);

    [Fact]
    public void EqualWishes_ShareAFeed()
    {
        Assert.Equal(Read("live", "a"), Read("live", "b?x=1", Vlc with { TakesReconnect = true }));
        Assert.NotEqual(Read("live", "a"), Read("live", "a?audio=pcma"));
    }

    private static ViewerVariant Read(string app, string name, RtmpPeerCapabilities? capabilities = null, string? applicationCodec = null)
    {
        Assert.True(
            ViewerWishes.TryRead(Url(app, name), capabilities ?? Vlc, applicationCodec, out ViewerVariant? variant, out string? refusal), refusal);
        return variant;
    }

    private static RtmpUrl Url(string app, string name)
    {
        Assert.True(RtmpUrlPart.TryParse(app, out RtmpUrlPart? appPart));
        Assert.True(RtmpUrlPart.TryParse(name, out RtmpUrlPart? namePart));
        return new RtmpUrl(appPart, namePart);
    }
}
