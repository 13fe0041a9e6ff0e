using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>Real H.264 and AAC, made once by ffmpeg, for publishing to real players. Without ffmpeg the test is skipped.</summary>
internal sealed class EncodedStream
{
    private const int FlvHeaderBytes = 9 + 4;
    private const int TagHeaderBytes = 11;
    private const int TagTrailerBytes = 4;

    private readonly List<Unit> _units = [];

    private EncodedStream(byte[] flv, int width, int height)
    {
        H264Format? video = null;
        AacFormat? audio = null;
        for (int offset = FlvHeaderBytes; offset + TagHeaderBytes <= flv.Length;)
        {
            ReadOnlySpan<byte> tag = flv.AsSpan(offset);
            int length = UInt24.ReadBigEndian(tag[1..]);
            int stamp = UInt24.ReadBigEndian(tag[4..]);
            byte[] body = tag.Slice(TagHeaderBytes, length).ToArray();
            switch (tag[0], body)
            {
                case (9, [_, 0, ..]):
                    video = new H264Format(body.AsMemory(5), width, height);
                    break;
                case (8, [_, 0, ..]):
                    audio = new AacFormat(body.AsMemory(2), 48_000, 2);
                    break;
                case (9, [_, 1, ..]):
                    _units.Add(new Unit(video!, stamp, (body[0] >> 4) == 1, body[5..]));
                    break;
                case (8, [_, 1, ..]):
                    _units.Add(new Unit(audio!, stamp, true, body[2..]));
                    break;
                default:
                    break; // Metadata, and the marker of the video's end.
            }

            offset += TagHeaderBytes + length + TagTrailerBytes;
        }
    }

    public const int Width = 320;

    public const int Height = 180;

    /// <summary>Pictures in all.</summary>
    public int Pictures => _units.Count(unit => unit.Format.Kind == TrackKind.Video);

    /// <summary>Frames of sound that belong to pictures: a player gets no sound from before its first picture.</summary>
    public int SoundsFromTheFirstPictureOn => _units.Count(
        unit => unit.Format.Kind == TrackKind.Audio && unit.Stamp >= _units.First(first => first.Format.Kind == TrackKind.Video).Stamp);

    /// <summary>Units up to the first of the second track.</summary>
    public int HeadLength => 1 + _units.FindIndex(unit => unit.Format.Kind != _units[0].Format.Kind);

    /// <summary>The frames in the order of sending: stamps in milliseconds.</summary>
    public IReadOnlyList<Unit> Units => _units;

    /// <summary>Some seconds of moving pictures with a tone, a keyframe each second, no B-frames.</summary>
    public static async Task<EncodedStream> CreateAsync(int seconds, int width = Width, int height = Height)
    {
        string file = Path.Combine(Path.GetTempPath(), $"mediagateway-{Guid.NewGuid():N}.flv");
        try
        {
            ToolRun run = await ToolRun.StartAsync(
                "ffmpeg",
                $"-v error -f lavfi -i testsrc2=size={width}x{height}:rate=25 -f lavfi -i sine=frequency=440:sample_rate=48000 -t {seconds} "
                    + $"-c:v libx264 -preset ultrafast -bf 0 -g 25 -pix_fmt yuv420p -c:a aac -ac 2 -b:a 96k -f flv {file}");
            await run.SucceedAsync();
            return new EncodedStream(await File.ReadAllBytesAsync(file), width, height);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>A frame of its own, with one reference.</summary>
    public static MediaFrame Frame(Unit unit, BufferPool buffers, TimeSpan receivedAt)
    {
        PooledBuffer buffer = buffers.Rent(unit.Payload.Length, BufferOwner.Frame);
        unit.Payload.CopyTo(buffer.Span);
        var time = new MediaTime(unit.Stamp, 1000);
        return new MediaFrame(unit.Format, time, time, unit.IsKeyframe, buffer, 0, unit.Payload.Length, receivedAt);
    }

    /// <summary>One frame before it is published.</summary>
    internal sealed record Unit(TrackFormat Format, int Stamp, bool IsKeyframe, byte[] Payload);
}
