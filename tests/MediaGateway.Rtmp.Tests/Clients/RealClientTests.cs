using System.Globalization;
using System.Text.Json;
using MediaGateway.Media.Frames;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Clients;

/// <summary>The clients that people use, against the session and the media writer over a real socket.</summary>
[Trait("Category", "Integration")]
public sealed class RealClientTests
{
    private const int Seconds = 3;
    private const long BeforeExtendedTimestamps = 0xFFFFFF - 1000;
    private const long BeforeTheSignBit = 0x8000_0000 - 1000;

    [Theory]
    [InlineData(0)]
    [InlineData(BeforeExtendedTimestamps)]
    [InlineData(BeforeTheSignBit)]
    public void FFprobe_ReadsEveryPacketWithItsTimes(long firstTimestamp)
    {
        ClientProcess.Require("ffprobe");
        using var pool = new TrackingBufferPool();
        using SyntheticStream stream = SyntheticStream.Create(pool, Seconds);
        using var server = new LoopbackServer(stream, pool, firstTimestamp);

        string json = ClientProcess.Run(
            "ffprobe",
            "-v", "error", "-show_entries", "stream=codec_name,width,height,sample_rate,channels:packet=codec_type,dts,pts,flags",
            "-of", "json", $"rtmp://127.0.0.1:{server.Port}/live/x");

        using var document = JsonDocument.Parse(json);
        JsonElement[] streams = [.. document.RootElement.GetProperty("streams").EnumerateArray()];
        Assert.Equal(["h264", "aac"], streams.Select(element => element.GetProperty("codec_name").GetString()));
        Assert.Equal((320, 180), (streams[0].GetProperty("width").GetInt32(), streams[0].GetProperty("height").GetInt32()));
        Assert.Equal(("48000", 2), (streams[1].GetProperty("sample_rate").GetString(), streams[1].GetProperty("channels").GetInt32()));
        AssertPackets(stream, document, TrackKind.Video, "video", firstTimestamp);
        AssertPackets(stream, document, TrackKind.Audio, "audio", firstTimestamp);
        Assert.Null(server.Failure);
    }

    [Fact]
    public void FFmpeg_DecodesTheStreamWithoutError()
    {
        using var pool = new TrackingBufferPool();
        using SyntheticStream stream = SyntheticStream.Create(pool, Seconds);
        using var server = new LoopbackServer(stream, pool);

        (int exitCode, _, string errors) = ClientProcess.RunAny(
            "ffmpeg", "-v", "warning", "-xerror", "-i", $"rtmp://127.0.0.1:{server.Port}/live/x?quality=1", "-f", "null", "-");

        Assert.Equal((0, ""), (exitCode, errors));
        Assert.Null(server.Failure);
        RtmpEvent.PlayRequested request = Assert.Single(server.Events.OfType<RtmpEvent.PlayRequested>());
        Assert.Equal("1", request.Url.Name.Parameter("quality"));
        Assert.Equal(RtmpPlayStart.LiveOrRecorded, request.Start);
    }

    [Fact]
    public void FFmpeg_SeekingInALiveStream_PlaysOn()
    {
        using var pool = new TrackingBufferPool();
        using SyntheticStream stream = SyntheticStream.Create(pool, Seconds);
        using var server = new LoopbackServer(stream, pool);

        (int exitCode, _, string errors) = ClientProcess.RunAny(
            "ffmpeg", "-v", "error", "-ss", "1", "-i", $"rtmp://127.0.0.1:{server.Port}/live/x", "-f", "null", "-");

        Assert.True(exitCode == 0, errors);
        Assert.Null(server.Failure);
    }

    [Theory]
    [InlineData("live/nothing", "No such stream")]
    [InlineData("refused/x", "Not here")]
    public void FFmpeg_Refused_EndsWithTheReason(string path, string reason)
    {
        using var pool = new TrackingBufferPool();
        using SyntheticStream stream = SyntheticStream.Create(pool, Seconds);
        using var server = new LoopbackServer(stream, pool);

        (int exitCode, _, string errors) = ClientProcess.RunAny(
            "ffmpeg", "-v", "warning", "-i", $"rtmp://127.0.0.1:{server.Port}/{path}", "-f", "null", "-");

        Assert.NotEqual(0, exitCode);
        Assert.Contains(reason, errors, StringComparison.Ordinal);
        Assert.Null(server.Failure);
    }

    [Fact]
    public void Rtmpdump_WritesEveryFrame()
    {
        ClientProcess.Require("rtmpdump");
        using var pool = new TrackingBufferPool();
        using SyntheticStream stream = SyntheticStream.Create(pool, Seconds);
        using var server = new LoopbackServer(stream, pool);
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".flv");
        try
        {
            ClientProcess.RunAny("rtmpdump", "-q", "-v", "-r", $"rtmp://127.0.0.1:{server.Port}/live/x", "-o", path);
            IReadOnlyList<FlvTag> tags = FlvFile.Read(File.ReadAllBytes(path));
            Assert.Equal(stream.Frames.Count(frame => frame.Kind == TrackKind.Video) + 1, tags.Count(tag => tag.Type == 9));
            Assert.Equal(stream.Frames.Count(frame => frame.Kind == TrackKind.Audio) + 1, tags.Count(tag => tag.Type == 8));
            Assert.Null(server.Failure);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void AssertPackets(SyntheticStream stream, JsonDocument document, TrackKind kind, string type, long firstTimestamp)
    {
        IEnumerable<string> expected = stream.Frames.Where(frame => frame.Kind == kind).Select(frame => string.Create(
            CultureInfo.InvariantCulture,
            $"{firstTimestamp + frame.Decoding.Value} {firstTimestamp + frame.Presentation.Value} {frame.IsKeyframe}"));
        IEnumerable<string> actual = document.RootElement.GetProperty("packets").EnumerateArray()
            .Where(packet => packet.GetProperty("codec_type").GetString() == type)
            .Select(packet => string.Create(
                CultureInfo.InvariantCulture,
                $"{packet.GetProperty("dts").GetInt64()} {packet.GetProperty("pts").GetInt64()} {packet.GetProperty("flags").GetString()![0] == 'K'}"));
        Assert.Equal(expected, actual);
    }
}
