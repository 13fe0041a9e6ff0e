using MediaGateway.Media.Aac;
using MediaGateway.Media.Flv;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Clients;

/// <summary>Some seconds of H.264 and AAC made by ffmpeg, as track formats and frames in the order of their decoding.</summary>
internal sealed class SyntheticStream : IDisposable
{
    private const int FlvClockRate = 1000;
    private const int Width = 320;
    private const int Height = 180;

    private SyntheticStream(H264Format video, AacFormat audio, IReadOnlyList<MediaFrame> frames)
    {
        Video = video;
        Audio = audio;
        Frames = frames;
    }

    public H264Format Video { get; }

    public AacFormat Audio { get; }

    public IReadOnlyList<MediaFrame> Frames { get; }

    public static SyntheticStream Create(BufferPool pool, int seconds)
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".flv");
        try
        {
            ClientProcess.Run(
                "ffmpeg",
                "-v", "error", "-f", "lavfi", "-i", $"testsrc2=size={Width}x{Height}:rate=25:duration={seconds}",
                "-f", "lavfi", "-i", $"sine=frequency=440:sample_rate=48000:duration={seconds}",
                "-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "25", "-c:a", "aac", "-ac", "2", "-y", path);
            return From(FlvFile.Read(File.ReadAllBytes(path)), pool);
        }
        finally
        {
            File.Delete(path);
        }
    }

    public void Dispose()
    {
        foreach (MediaFrame frame in Frames)
        {
            frame.Release();
        }
    }

    private static SyntheticStream From(IReadOnlyList<FlvTag> tags, BufferPool pool)
    {
        H264Format? video = null;
        AacFormat? audio = null;
        var frames = new List<MediaFrame>();
        foreach (FlvTag tag in tags)
        {
            if (FlvVideoTag.TryRead(tag.Type == 9 ? tag.Body : default, out FlvVideoTag videoTag))
            {
                ReadOnlyMemory<byte> body = tag.Body.AsMemory(FlvVideoTag.Length);
                video ??= new H264Format(body, Width, Height);
                if (videoTag.PacketType == FlvPacketType.Frame)
                {
                    frames.Add(Frame(video, tag.Timestamp, videoTag.CompositionMilliseconds, videoTag.IsKeyframe, body, pool));
                }
            }
            else if (FlvAudioTag.TryRead(tag.Type == 8 ? tag.Body : default, out FlvAudioTag audioTag))
            {
                ReadOnlyMemory<byte> body = tag.Body.AsMemory(FlvAudioTag.Length);
                audio ??= AudioSpecificConfig.ToFormat(body);
                Assert.NotNull(audio);
                if (audioTag.PacketType == FlvPacketType.Frame)
                {
                    frames.Add(Frame(audio, tag.Timestamp, 0, isKeyframe: true, body, pool));
                }
            }
        }

        Assert.NotNull(video);
        Assert.NotNull(audio);
        return new SyntheticStream(video, audio, frames);
    }

    private static MediaFrame Frame(
        TrackFormat format,
        int decoding,
        int composition,
        bool isKeyframe,
        ReadOnlyMemory<byte> payload,
        BufferPool pool)
    {
        PooledBuffer buffer = pool.Rent(payload.Length, BufferOwner.Frame);
        payload.Span.CopyTo(buffer.Span);
        var dts = new MediaTime(decoding, FlvClockRate);
        var pts = new MediaTime(decoding + composition, FlvClockRate);
        return new MediaFrame(format, pts, dts, isKeyframe, buffer, 0, payload.Length, TimeSpan.Zero);
    }
}
