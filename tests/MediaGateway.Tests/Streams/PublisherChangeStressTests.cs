using MediaGateway.Configuration;
using MediaGateway.Media.Frames;
using MediaGateway.Streams;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Streams;

public sealed class PublisherChangeStressTests
{
    private const int Publishers = 3;
    private const int RoundsPerPublisher = 100;

    private static readonly AudioPreference[] Preferences =
    [
        AudioPreference.Aac,
        AudioPreference.Opus,
        new(CodecId.Pcma, CodecSet.Empty, CodecId.Pcma),
        new(null, CodecSet.Of(CodecId.Aac, CodecId.Mp3), CodecId.Aac),
    ];

    /// <summary>
    /// Publishers take the stream over, are lost and stop, each in another codec, on threads of their own, while viewers come and go and the
    /// audio workers run: no viewer sees a track go back or a picture before a keyframe, and nothing is left behind.
    /// </summary>
    [Fact]
    public async Task PublishersAndViewersComeAndGoOnManyThreads_EveryViewerSeesOneTimeline()
    {
        using var pool = new TrackingBufferPool();
        using var hub = new TestHub(pool, new StreamOptions { TakeOver = StreamTakeOver.NewestWins }, workers: 2);
        var frames = new TestFrames(pool);
        await hub.Workers.StartAsync(CancellationToken.None);
        List<RecordingOutlet> outlets = [];
        int running = Publishers;
        Thread[] publishers = [.. Enumerable.Range(0, Publishers).Select(number => new Thread(() => Publish(number)))];
        var viewer = new Thread(Watch);
        foreach (Thread publisher in publishers)
        {
            publisher.Start();
        }

        viewer.Start();
        foreach (Thread thread in publishers.Append(viewer))
        {
            thread.Join();
        }

        hub.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(hub.Registry.Streams);
        await hub.Workers.StopAsync(CancellationToken.None);
        Assert.Equal(0, hub.Transcoders.Alive);
        Assert.NotEmpty(outlets);
        Assert.All(outlets, outlet => AssertOneTimeline(outlet.Frames));

        void Publish(int number)
        {
            var random = new Random(number);
            TrackFormat[] sounds = [TestFrames.Opus, TestFrames.Aac, TestFrames.Mp3];
            for (int round = 0; round < RoundsPerPublisher; round++)
            {
                PublishLease lease = hub.Publish("raced", new FakePublisher());
                int start = random.Next(100_000);
                for (int time = start; time < start + 200; time += 20)
                {
                    lease.Publish(time == start ? frames.Key(time) : frames.Delta(time));
                    lease.Publish(frames.EncoderSound(sounds[number], time));
                }

                lease.End(random.Next(10) == 0 ? StreamEndReason.Unpublished : StreamEndReason.PublisherLost);
            }

            Interlocked.Decrement(ref running);
        }

        void Watch()
        {
            var random = new Random(4711);
            List<(LiveStream Stream, RecordingOutlet Outlet)> attached = [];
            while (Volatile.Read(ref running) > 0)
            {
                if (hub.Registry.Find(TestHub.Key("raced")) is { } stream)
                {
                    var outlet = new RecordingOutlet();
                    if (stream.Attach(outlet, new SubscriptionOptions(Preferences[random.Next(Preferences.Length)], StartPoint.CachedGroup)))
                    {
                        outlets.Add(outlet);
                        attached.Add((stream, outlet));
                    }
                }

                if (attached.Count > 8)
                {
                    (LiveStream left, RecordingOutlet leaver) = attached[random.Next(attached.Count)];
                    attached.Remove((left, leaver));
                    left.Detach(leaver);
                }
            }
        }
    }

    private static void AssertOneTimeline(IReadOnlyList<string> frames)
    {
        int picture = int.MinValue;
        int sound = int.MinValue;
        foreach (string frame in frames)
        {
            int time = int.Parse(frame.AsSpan(1));
            bool isPicture = frame[0] is 'K' or 'D';
            Assert.True(picture != int.MinValue || !isPicture || frame[0] == 'K', "A picture came before the first keyframe.");
            Assert.True(time > (isPicture ? picture : sound), $"{frame} goes back in: {string.Join(' ', frames)}");
            (picture, sound) = isPicture ? (time, sound) : (picture, time);
        }
    }
}
