using MediaGateway.Media.Frames;
using MediaGateway.Media.Hls;
using MediaGateway.Media.Memory;
using MediaGateway.Media.Tests.Mp4;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Media.Tests.Hls;

/// <summary>A live stream that is cut, with a player that reads every playlist and checks it against the one before.</summary>
internal sealed class HlsStream : IDisposable
{
    private static readonly DateTimeOffset Began = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly TrackingBufferPool _pool = new();
    private readonly HlsPlaylistWriter _writer = new("e/", "m4s");
    private long _version = -1;
    private bool _isStarted;

    public HlsStream(
        bool onRequest = false, double segment = 2, double part = 0.35, double window = 20, long windowBytes = 1 << 30, IHlsPackager? packager = null,
        Func<long, bool, HlsPlace?>? follow = null)
    {
        Shape = new HlsShape
        {
            SegmentDuration = TimeSpan.FromSeconds(segment),
            PartDuration = TimeSpan.FromSeconds(part),
            Window = TimeSpan.FromSeconds(window),
            WindowBytes = windowBytes,
            HasKeyframesOnRequest = onRequest,
            FirstNumber = 1000,
            FirstDiscontinuity = 1000,
            Follow = follow,
        };
        Window = new HlsWindow(Shape);
        Segmenter = new HlsSegmenter(Shape, Window, packager ?? new FragmentPackager(), _pool);
        Frames = new Mp4Frames(_pool);
    }

    public HlsShape Shape { get; }

    public HlsWindow Window { get; }

    public HlsSegmenter Segmenter { get; }

    public Mp4Frames Frames { get; }

    public List<HlsPlaylist> Playlists { get; } = [];

    public BufferPool Pool => _pool;

    public HlsPlaylist Last => Playlists[^1];

    /// <summary>Tells of the tracks before the first frame, as a stream does.</summary>
    public void Start(TrackFormat? video, TrackFormat? audio)
    {
        _isStarted = true;
        Segmenter.Start(video, audio);
    }

    public void Add(MediaFrame frame)
    {
        DateTimeOffset received = Began + frame.Decoding.ToTimeSpan();
        Segmenter.Add(frame, received);
        Read();
    }

    /// <summary>Pictures, and sound if wanted, in the order of their times.</summary>
    /// <param name="from">Milliseconds.</param>
    /// <param name="to">Milliseconds, not included.</param>
    /// <param name="rate">Pictures a second; 0 for none.</param>
    /// <param name="group">Pictures from one keyframe to the next.</param>
    /// <param name="sound">The sound's format; null for none.</param>
    /// <param name="video">The pictures' format.</param>
    public void Run(double from, double to, double rate = 30, int group = 60, TrackFormat? sound = null, H264Format? video = null)
    {
        if (!_isStarted)
        {
            _isStarted = true;
            Segmenter.Start(rate > 0 ? video ?? Mp4Frames.Video : null, sound);
        }

        double picture = from;
        double step = sound is AacFormat aac ? 1024_000.0 / aac.SampleRate : 1024_000.0 / 48_000;
        double frame = from;
        int count = 0;
        while ((rate > 0 && picture < to) || (sound is not null && frame < to))
        {
            if (sound is null || frame >= to || (rate > 0 && picture <= frame && picture < to))
            {
                Add(Frames.Picture(Math.Floor(picture), key: count % group == 0, format: video));
                picture = from + (++count * 1000 / rate);
            }
            else
            {
                Add(Frames.Sound(Math.Floor(frame), sound));
                frame += step;
            }
        }
    }

    public void End()
    {
        Segmenter.End();
        Read();
    }

    public void Dispose()
    {
        Segmenter.Clear();
        Window.Clear();
        _pool.Dispose();
    }

    private void Read()
    {
        if (!Window.IsListed || Window.Version == _version)
        {
            return;
        }

        _version = Window.Version;
        HlsPlaylist playlist = HlsPlaylist.Read(_writer.Write(Window, isDelta: false)).Check();
        if (Playlists.Count > 0)
        {
            playlist.CheckAfter(Playlists[^1]);
        }

        HlsPlaylist delta = HlsPlaylist.Read(_writer.Write(Window, isDelta: true)).Check();
        Assert.Equal(playlist.Segments.Count, delta.Segments.Count + delta.Skipped);
        Assert.Equal(playlist.Segments.Skip(delta.Skipped).Select(one => one.Address), delta.Segments.Select(one => one.Address));
        Playlists.Add(playlist);
    }
}
