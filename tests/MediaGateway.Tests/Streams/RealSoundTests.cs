using MediaGateway.Configuration;
using MediaGateway.Media.Frames;
using MediaGateway.Native.Audio;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Servers.Rtmp;
using Xunit;

namespace MediaGateway.Tests.Streams;

/// <summary>The hub with the codecs that it really runs with, its workers' turns taken by the test. Needs ffmpeg.</summary>
[Trait("Category", "Integration")]
public sealed class RealSoundTests : IDisposable
{
    private static readonly SubscriptionOptions Aac = new(AudioPreference.Aac, StartPoint.CachedGroup);
    private static readonly SubscriptionOptions Pcma =
        new(new AudioPreference(CodecId.Pcma, CodecSet.Empty, CodecId.Pcma), StartPoint.CachedGroup);

    private readonly TrackingBufferPool _pool = new();
    private readonly RecordingOutlet _aac = new();
    private readonly RecordingOutlet _pcma = new();
    private readonly AudioTranscoderFactory _transcoders;
    private readonly TestHub _hub;

    public RealSoundTests()
    {
        _transcoders = new AudioTranscoderFactory(_pool, new());
        _hub = new TestHub(_pool, new StreamOptions(), transcoders: _transcoders);
    }

    public void Dispose()
    {
        _hub.RunAudio();
        _hub.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public async Task EncoderIsLostAndABrowserGoesOn_ConvertedSoundHasNoHole()
    {
        EncodedStream media = await EncodedStream.CreateAsync(2);
        PublishLease encoder = _hub.Publish("test", new FakePublisher { Protocol = "rtmp", AnswersKeyframeRequests = false });
        encoder.Stream.Attach(_aac, Aac);
        encoder.Stream.Attach(_pcma, Pcma);
        Publish(encoder, [.. media.Units.Select(unit => EncodedStream.Frame(unit, _pool, TimeSpan.Zero))]);
        encoder.End(StreamEndReason.PublisherLost);
        _hub.Time.Advance(TimeSpan.FromSeconds(1));
        PublishLease browser = _hub.Publish("test", new FakePublisher());
        Publish(browser, ToOpus(media));
        browser.Dispose();

        int[] pcma = TimesOf(_pcma, 'P');
        Assert.InRange(pcma[0], 0, 100);
        Assert.InRange(pcma[^1], 4800, 5100);
        AssertSteps(pcma, 20, 20, longest: 40);

        // The encoder's own AAC, then, as long as nobody published later, converted Opus.
        int[] aac = TimesOf(_aac, 'A');
        Assert.InRange(aac[^1], 4800, 5100);
        AssertSteps(aac, 20, 23, longest: 1100);
    }

    /// <summary>Every step but one is a frame long; that one, where the publisher and so the transcoder changes, may be longer.</summary>
    private static void AssertSteps(int[] times, int shortestFrame, int longestFrame, int longest)
    {
        int[] steps = [.. times.Zip(times[1..], (one, next) => next - one)];
        int[] odd = [.. steps.Where(step => step < shortestFrame || step > longestFrame)];
        Assert.True(odd.Length <= 1, $"Steps of {string.Join(", ", odd)} ms.");
        Assert.All(odd, step => Assert.InRange(step, 1, longest));
    }

    private static int[] TimesOf(RecordingOutlet outlet, char kind) =>
        [.. outlet.Frames.Where(frame => frame[0] == kind).Select(frame => int.Parse(frame.AsSpan(1)))];

    /// <summary>Publishes in step with the clock.</summary>
    private void Publish(PublishLease lease, MediaFrame[] frames)
    {
        TimeSpan last = frames[0].Decoding.ToTimeSpan();
        foreach (MediaFrame frame in frames)
        {
            TimeSpan time = frame.Decoding.ToTimeSpan();
            if (time > last)
            {
                _hub.Time.Advance(time - last);
                last = time;
            }

            lease.Publish(frame);
            _hub.RunAudio();
        }
    }

    /// <summary>The same media as a browser sends it.</summary>
    private MediaFrame[] ToOpus(EncodedStream media)
    {
        List<MediaFrame> frames = [];
        using IAudioTranscoder transcoder = _transcoders.Create(media.Units.First(unit => unit.Format.Kind == TrackKind.Audio).Format, CodecId.Opus);
        foreach (EncodedStream.Unit unit in media.Units)
        {
            MediaFrame frame = EncodedStream.Frame(unit, _pool, TimeSpan.Zero);
            if (frame.Kind == TrackKind.Video)
            {
                frames.Add(frame);
                continue;
            }

            transcoder.Push(frame);
            frame.Release();
            while (transcoder.TryTake(out MediaFrame? opus))
            {
                frames.Add(opus!); // TryTake said that there is one.
            }
        }

        return [.. frames.OrderBy(frame => frame.Decoding.ToTimeSpan())];
    }
}
