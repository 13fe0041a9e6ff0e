using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;

namespace MediaGateway.Tests.Streams.Renditions;

/// <summary>Transcoders without codecs: each picture pushed comes out at its presentation time, the first one and those asked for as keyframes.</summary>
internal sealed class FakeVideoTranscoders(BufferPool pool) : IVideoTranscoderFactory
{
    public CodecSet Sources { get; set; } = CodecSet.Of(CodecId.H264, CodecId.Vp8, CodecId.Vp9);

    public int Created { get; private set; }

    public int Alive { get; private set; }

    public int FailingPushes { get; set; }

    /// <summary>A format that is refused.</summary>
    public TrackFormat? Unsupported { get; set; }

    /// <summary>What was pushed, as <c>33</c>, or <c>(33)</c> when it was not to be shown: presentation times in milliseconds.</summary>
    public List<string> Pushed { get; } = [];

    /// <summary>Runs when a picture is pushed: time may pass meanwhile.</summary>
    public Action? WhenPushed { get; set; }

    public IVideoTranscoder Create()
    {
        Created++;
        Alive++;
        return new Transcoder(this, pool);
    }

    private sealed class Transcoder(FakeVideoTranscoders factory, BufferPool pool) : IVideoTranscoder
    {
        private readonly Queue<MediaFrame> _output = new();
        private bool _keyframeWanted = true;

        public long BrokenPictures => 0;

        public bool NeedsKeyframe { get; private set; } = true;

        public void Push(MediaFrame frame, bool isShown)
        {
            factory.WhenPushed?.Invoke();
            if (factory.FailingPushes > 0)
            {
                factory.FailingPushes--;
                throw new InvalidOperationException("The codec broke.");
            }

            if (frame.Format.Equals(factory.Unsupported))
            {
                throw new NotSupportedException("No such pictures.");
            }

            NeedsKeyframe &= !frame.IsKeyframe;
            if (NeedsKeyframe)
            {
                return;
            }

            long time = frame.Presentation.ToMilliseconds();
            factory.Pushed.Add(isShown ? $"{time}" : $"({time})");
            if (isShown)
            {
                var source = new TestFrames(pool) { ReceivedAt = frame.ReceivedAt };
                _output.Enqueue(_keyframeWanted ? source.Key((int)time) : source.Delta((int)time));
                _keyframeWanted = false;
            }
        }

        public void RequestKeyframe() => _keyframeWanted = true;

        public bool TryTake(out MediaFrame? frame) => _output.TryDequeue(out frame);

        public void Dispose()
        {
            factory.Alive--;
            while (_output.TryDequeue(out MediaFrame? frame))
            {
                frame.Release();
            }
        }
    }
}
