using System.Buffers.Binary;
using System.Diagnostics;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Media.H264;
using MediaGateway.Media.Memory;
using MediaGateway.Streams;
using MediaGateway.Testing;

namespace MediaGateway.Tests.Servers.WebRtc;

/// <summary>A stream of <see cref="TestMedia"/> in real time, from a publisher of the test's own that need not be a browser.</summary>
internal sealed class FedStream : IPublisherControl, IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    private readonly BufferPool _pool;
    private readonly GatewayClock _clock;
    private readonly Thread _thread;
    private readonly List<byte[]> _pictures = [];
    private readonly TimeSpan _offset;
    private int _keyframeRequests;
    private volatile bool _isStopping;
    private volatile bool _wantsKeyframe = true;

    private FedStream(WebRtcServerHost host)
    {
        (_pool, _clock) = (host.Buffers, host.Clock);
        _offset = _clock.Now;
        _thread = new Thread(Run) { IsBackground = true };
    }

    public static H264Format SmallFormat { get; } = FormatOf("Z0LAFdkBQfsBagwMDUoAAAMAAgAAAwB5HixckA==");

    public static H264Format LargeFormat { get; } = FormatOf("Z0LAHtkDxWhAAAADAEAAAAwDxYuS");

    /// <summary>Main profile as x264 writes it when it makes B-frames.</summary>
    public static H264Format ReorderedFormat { get; } = FormatOf("Z01AHuygUBf8uAiAAAADAIAAAB4HixbL");

    public static OpusFormat Sound { get; } = new(2);

    public string Protocol { get; private init; } = "rtmp";

    public bool AnswersKeyframeRequests { get; init; }

    public PublishLease Lease { get; private set; } = null!; // Set before anybody has the stream.

    /// <summary>Pictures from one keyframe to the next.</summary>
    public int Group { get; set; } = int.MaxValue;

    public TrackFormat Format { get; set; } = SmallFormat;

    public TrackFormat SoundFormat { get; set; } = Sound;

    public bool SendsPictures { get; set; } = true;

    public bool SendsSound { get; set; } = true;

    /// <summary>Presentation less decoding time.</summary>
    public TimeSpan Reordering { get; set; }

    public int PictureBytes { get; set; } = 1500;

    public int KeyframeRequests => Volatile.Read(ref _keyframeRequests);

    /// <summary>The slices published so far.</summary>
    public int Count
    {
        get
        {
            lock (_pictures)
            {
                return _pictures.Count;
            }
        }
    }

    public static FedStream Publish(WebRtcServerHost host, string name, bool answersKeyframeRequests = false, int group = int.MaxValue, bool reordered = false)
    {
        var stream = new FedStream(host) { AnswersKeyframeRequests = answersKeyframeRequests, Group = group };
        if (reordered)
        {
            (stream.Format, stream.Reordering) = (ReorderedFormat, TimeSpan.FromMilliseconds(40));
        }

        stream.Lease = host.Streams.TryPublish(Streams.TestHub.Key(name), ExpectedTracks.AudioAndVideo, stream, out string? refusal)
            ?? throw new InvalidOperationException(refusal);
        stream._thread.Start();
        return stream;
    }

    public void RequestKeyframe()
    {
        Interlocked.Increment(ref _keyframeRequests);
        _wantsKeyframe = true;
    }

    /// <summary>The hub's wish; the test's publisher stops when it is told to.</summary>
    public void End(SessionEndReason reason, string detail) => _isStopping = true;

    /// <summary>Stops to feed and gives the stream back.</summary>
    public void Stop(StreamEndReason reason)
    {
        _isStopping = true;
        _thread.Join();
        Lease.End(reason);
    }

    public void Dispose() => Stop(StreamEndReason.Unpublished);

    private static H264Format FormatOf(string parameterSet)
    {
        byte[] bytes = Convert.FromBase64String(parameterSet);
        return SequenceParameterSet.TryParse(bytes, out SequenceParameterSet? parsed)
            ? new H264Format(AvcDecoderConfigurationRecord.Build(parsed!, [bytes], [TestMedia.PictureParameterSet]), parsed!.Width, parsed.Height)
            : throw new InvalidOperationException("The test's parameter set cannot be read.");
    }

    private void Run()
    {
        long start = Stopwatch.GetTimestamp();
        for (int tick = 0; !_isStopping; tick++)
        {
            TimeSpan time = _offset + (tick * Tick);
            if (SendsPictures)
            {
                SendPicture(time);
            }

            if (SendsSound)
            {
                Send(SoundFormat, time, true, [0xFC, 1, 2, 3, 4]);
            }

            TimeSpan wait = (Tick * (tick + 1)) - Stopwatch.GetElapsedTime(start);
            if (wait > TimeSpan.Zero)
            {
                Thread.Sleep(wait); // The stream's own pace: what a camera does.
            }
        }
    }

    private void SendPicture(TimeSpan time)
    {
        bool isKeyframe = _wantsKeyframe || Count % Group == 0;
        _wantsKeyframe = false;
        byte[] slice = TestMedia.Slice(Count, isKeyframe, PictureBytes);
        byte[] unit = new byte[4 + slice.Length];
        BinaryPrimitives.WriteInt32BigEndian(unit, slice.Length);
        slice.CopyTo(unit, 4);
        lock (_pictures)
        {
            _pictures.Add(slice);
        }

        Send(Format, time, isKeyframe, unit, Reordering);
    }

    private void Send(TrackFormat format, TimeSpan time, bool isKeyframe, byte[] payload, TimeSpan reordering = default)
    {
        PooledBuffer buffer = _pool.Rent(payload.Length, BufferOwner.Frame);
        payload.CopyTo(buffer.Span);
        int rate = format.Kind == TrackKind.Video ? 90_000 : OpusFormat.ClockRate;
        MediaTime decoding = new MediaTime(time.Ticks, (int)TimeSpan.TicksPerSecond).Rescale(rate);
        Lease.Publish(new MediaFrame(format, decoding.Plus(reordering), decoding, isKeyframe, buffer, 0, payload.Length, _clock.Now));
    }
}
