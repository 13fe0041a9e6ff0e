using MediaGateway.Media.Frames;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Clients;

/// <summary>The encoders that people use, against the session, the media reader and the media writer over a real socket.</summary>
[Trait("Category", "Integration")]
public sealed class RealPublisherTests
{
    private const string Picture = "testsrc2=size=160x96:rate=25:duration=2";
    private const string Tone = "sine=frequency=440:sample_rate=48000:duration=2";

    // Every codec that FFmpeg writes into FLV: what goes in comes out, packet by packet, with its times.
    [Theory]
    [InlineData("libx264 -bf 2 -g 25", "aac -ac 2", CodecId.H264, CodecId.Aac)]
    [InlineData("libx264 -bf 0", "libmp3lame -ar 44100", CodecId.H264, CodecId.Mp3)]
    [InlineData("flv", "libspeex -ar 16000 -ac 1", CodecId.SorensonSpark, CodecId.Speex)]
    [InlineData("flashsv", "nellymoser -ar 16000 -ac 1", CodecId.ScreenVideo, CodecId.Nellymoser)]
    [InlineData("flashsv2", "nellymoser -ar 8000 -ac 1", CodecId.ScreenVideo2, CodecId.Nellymoser)]
    [InlineData("libx264", "pcm_alaw -ar 8000 -ac 1", CodecId.H264, CodecId.Pcma)]
    [InlineData("libx264", "pcm_mulaw -ar 8000 -ac 1", CodecId.H264, CodecId.Pcmu)]
    [InlineData("flv", "adpcm_swf -ar 22050 -ac 1", CodecId.SorensonSpark, CodecId.Adpcm)]
    [InlineData("flv", "pcm_s16le -ar 44100", CodecId.SorensonSpark, CodecId.LinearPcm)]
    public void FFmpeg_PublishesEveryCodecOfFlv_AndPlaysItBackEqual(string video, string audio, CodecId videoCodec, CodecId audioCodec)
    {
        using var pool = new TrackingBufferPool();
        using var server = new LoopbackServer(stream: null, pool);
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".flv");
        try
        {
            string[] encoding = ["-c:v", .. video.Split(' '), "-c:a", .. audio.Split(' '), "-y", path];
            ClientProcess.Run("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", Picture, "-f", "lavfi", "-i", Tone, .. encoding]);
            ClientProcess.Run("ffmpeg", "-v", "error", "-i", path, "-c", "copy", "-f", "flv", $"rtmp://127.0.0.1:{server.Port}/live/published?key=1");
            string played = FrameHashes($"rtmp://127.0.0.1:{server.Port}/live/recorded");

            Assert.Equal(FrameHashes(path), played);
            Assert.Null(server.Failure);
            Assert.Null(server.LastUnreadable);
            AssertTagsEqual(FlvFile.Read(File.ReadAllBytes(path)), server.Recording.Frames);
            Assert.Equal([videoCodec], server.Recording.Frames.Where(frame => frame.Kind == TrackKind.Video).Select(frame => frame.Format.Codec).Distinct());
            Assert.Equal([audioCodec], server.Recording.Frames.Where(frame => frame.Kind == TrackKind.Audio).Select(frame => frame.Format.Codec).Distinct());
            RtmpEvent.PublishRequested request = Assert.Single(server.Events.OfType<RtmpEvent.PublishRequested>());
            Assert.Equal(("live", "published", "live", "1"), (request.Url.Application, request.Url.StreamName, request.Type, request.Url.Name.Parameter("key")));
            Assert.Equal(160, server.Recording.Metadata?.Properties.First(property => property.Key == "width").Value.AsNumber);
        }
        finally
        {
            File.Delete(path);
        }

        Assert.NotEmpty(server.Events.OfType<RtmpEvent.StreamClosed>());
    }

    [Fact]
    public void GStreamer_PublishesBothTracks()
    {
        ClientProcess.Require("gst-launch-1.0");
        using var pool = new TrackingBufferPool();
        using var server = new LoopbackServer(stream: null, pool);
        ClientProcess.Run(
            "gst-launch-1.0",
            [
                "-q",
                .. "videotestsrc num-buffers=50 ! video/x-raw,width=160,height=96,framerate=25/1 ! x264enc bframes=0 key-int-max=25 ! mux.".Split(' '),
                .. "audiotestsrc num-buffers=80 ! voaacenc ! mux.".Split(' '),
                .. $"flvmux name=mux streamable=true ! rtmp2sink location=rtmp://127.0.0.1:{server.Port}/live/published".Split(' '),
            ]);
        Assert.Null(server.Failure);
        Assert.Null(server.LastUnreadable);
        Assert.Equal(50, server.Recording.Frames.Count(frame => frame.Kind == TrackKind.Video));
        Assert.True(server.Recording.Frames.Count(frame => frame.Kind == TrackKind.Audio) > 50);
        Assert.NotNull(server.Recording.Metadata);
    }

    // Audio and video alone: a track's packets are in order, the two tracks interleave as they will.
    private static string FrameHashes(string source)
    {
        string Of(string track) => ClientProcess.Run("ffmpeg", "-v", "error", "-i", source, "-map", track, "-c", "copy", "-f", "framemd5", "-");
        return string.Concat(Packets(Of("0:v")), Packets(Of("0:a")));
    }

    private static string Packets(string hashes) =>
        string.Join('\n', hashes.Split('\n').Where(line => !line.StartsWith('#')));

    private static void AssertTagsEqual(IReadOnlyList<FlvTag> tags, IReadOnlyList<MediaFrame> frames)
    {
        List<FlvTag> sent = [.. tags.Where(tag => tag.Type != 18 && HoldsFrame(tag))];
        Assert.Equal(sent.Select(tag => (tag.Type, (long)tag.Timestamp)), frames.Select(frame => (frame.Kind == TrackKind.Video ? 9 : 8, frame.Decoding.Value)));
        Assert.All(sent.Zip(frames), pair => Assert.True(pair.First.Body.AsSpan().EndsWith(pair.Second.Payload)));
    }

    private static bool HoldsFrame(FlvTag tag)
    {
        bool hasPacketType = tag.Type == 9 ? (tag.Body[0] & 0x0F) == 7 : tag.Body[0] >> 4 == 10;
        return !hasPacketType || tag.Body[1] == 1;
    }
}
