using Xunit;

namespace MediaGateway.EndToEndTests.Analysis;

/// <summary>What must be true of every recording of a stream, whoever published it.</summary>
internal static class RecordedStream
{
    /// <summary>Asserts codecs, decoding without a complaint, and sound without hole or drift; returns the decoded media.</summary>
    /// <param name="file">The recording.</param>
    /// <param name="minimumSeconds">How much picture and sound it must hold.</param>
    public static async Task<DecodedMedia> AssertSoundAsync(string file, double minimumSeconds)
    {
        IReadOnlyList<MediaTrackInfo> tracks = await MediaTrackInfo.ListAsync(file);
        Assert.Equal(2, tracks.Count);
        Assert.Equal("h264", tracks.Single(track => track.Kind == "video").Codec);
        MediaTrackInfo audio = tracks.Single(track => track.Kind == "audio");
        Assert.Equal(("aac", "LC", "48000", 2), (audio.Codec, audio.Profile, audio.SampleRate, audio.Channels));

        IReadOnlyList<MediaPacket> packets = await MediaPacket.ListAsync(file);
        double[] sound = [.. packets.Where(packet => packet.Codec == "audio").Select(packet => packet.Pts)];
        double[] pictures = [.. packets.Where(packet => packet.Codec == "video").Select(packet => packet.Pts)];
        Assert.True(sound[^1] - sound[0] >= minimumSeconds, $"{sound[^1] - sound[0]:0.0} s of sound");
        Assert.True(pictures[^1] - pictures[0] >= minimumSeconds, $"{pictures[^1] - pictures[0]:0.0} s of picture");
        Assert.All(packets.Where(packet => packet.Codec == "video"), packet => Assert.Equal(packet.Dts, packet.Pts));
        Assert.True(packets.First(packet => packet.Codec == "video").IsKeyframe, "The first picture is no keyframe.");
        Assert.InRange(Timeline.AacStampError(sound), 0, 1.001);
        Assert.Equal("", await DecodedMedia.DecodeErrorsAsync(file));
        return await DecodedMedia.DecodeAsync(file);
    }
}
