using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Streams;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Streams;

/// <summary>The audio workers with their real threads.</summary>
public sealed class AudioWorkerPoolTests
{
    private const int Streams = 8;
    private const int ViewersPerStream = 4;
    private const int LastSound = 4000;

    [Fact(Timeout = 60_000)]
    public async Task ManyStreamsAtOnce_EveryViewerGetsAllSoundInOrder()
    {
        var pool = new TrackingBufferPool();
        using var done = new CountdownEvent(Streams * ViewersPerStream);
        using (var hub = new TestHub(pool, workers: 2))
        {
            await hub.Workers.StartAsync(TestContext.Current.CancellationToken);
            await Task.WhenAll(Enumerable.Range(0, Streams).Select(stream => Task.Run(() => PublishAndWatch(hub, pool, stream, done))));
            done.Wait(TestContext.Current.CancellationToken);
            foreach (LiveStream stream in hub.Registry.Streams)
            {
                stream.EndPublisher(SessionEndReason.Completed, "test");
            }

            await hub.Workers.StopAsync(CancellationToken.None);
            Assert.Equal(Streams, hub.Transcoders.Created);
            Assert.Equal(0, hub.Transcoders.Alive);
        }

        pool.Dispose();
    }

    private static void PublishAndWatch(TestHub hub, BufferPool pool, int stream, CountdownEvent done)
    {
        var frames = new TestFrames(pool);
        var publisher = new LeaseEndingPublisher();
        PublishLease lease = hub.Publish($"stream-{stream}", publisher);
        publisher.Lease = lease;
        for (int time = 0; time <= LastSound + 100; time += 20)
        {
            lease.Publish(time % 1000 == 0 ? frames.Key(time) : frames.Delta(time));
            lease.Publish(frames.Sound(time));
            if (time % 1000 == 500 && time / 1000 < ViewersPerStream)
            {
                lease.Stream.Attach(new SoundCheckingOutlet(done), new SubscriptionOptions(AudioPreference.Aac, StartPoint.CachedGroup));
            }
        }
    }

    private sealed class LeaseEndingPublisher : IPublisherControl
    {
        public string Protocol => "webrtc";

        public bool AnswersKeyframeRequests => true;

        public PublishLease? Lease { get; set; }

        public void RequestKeyframe()
        {
        }

        public void End(SessionEndReason reason, string detail) => Lease?.Dispose();
    }

    /// <summary>Signals when the sound has come whole up to the last; never signals when there is a hole or a double.</summary>
    private sealed class SoundCheckingOutlet(CountdownEvent done) : IStreamOutlet
    {
        private long? _next;
        private bool _signalled;

        public void Start(StreamFormats formats)
        {
        }

        public void Deliver(MediaFrame frame)
        {
            if (frame.Kind == TrackKind.Audio)
            {
                _next = frame.Decoding.Value == (_next ?? frame.Decoding.Value) ? frame.Decoding.Value + 1024 : long.MaxValue;
                if (!_signalled && frame.Decoding.ToMilliseconds() >= LastSound && _next != long.MaxValue)
                {
                    _signalled = true;
                    done.Signal();
                }
            }

            frame.Release();
        }

        public void Describe(StreamMetadata metadata)
        {
        }

        public void End(StreamEndReason reason)
        {
        }
    }
}
