using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;

namespace MediaGateway.Tests.Streams.Ladders;

/// <summary>Ladders without codecs: each picture pushed comes out of every level at its time, keyframes as the contract says.</summary>
internal sealed class FakeVideoLadders(BufferPool pool) : IVideoLadderFactory
{
    public string? Obstacle { get; set; }

    public int Created { get; private set; }

    public int Alive { get; private set; }

    /// <summary>Runs when a picture is pushed: time may pass meanwhile.</summary>
    public Action? WhenPushed { get; set; }

    public IVideoLadder Create()
    {
        Created++;
        Alive++;
        return new Ladder(this, pool);
    }

    private sealed class Ladder(FakeVideoLadders factory, BufferPool pool) : IVideoLadder
    {
        private readonly Queue<(string Level, MediaFrame Frame)> _output = new();
        private IReadOnlyList<VideoLevel> _levels = [];
        private bool _keyframeWanted;

        public long BrokenPictures => 0;

        public bool NeedsKeyframe { get; private set; } = true;

        public double PictureRate => 30;

        public void SetLevels(IReadOnlyList<VideoLevel> levels)
        {
            _keyframeWanted |= levels.Except(_levels).Any();
            _levels = levels;
        }

        public void Push(MediaFrame frame, bool isShown)
        {
            factory.WhenPushed?.Invoke();
            NeedsKeyframe &= !frame.IsKeyframe;
            if (NeedsKeyframe || !isShown)
            {
                return;
            }

            var source = new TestFrames(pool) { ReceivedAt = frame.ReceivedAt };
            int time = (int)frame.Presentation.ToMilliseconds();
            bool isKeyframe = frame.IsKeyframe | _keyframeWanted;
            _keyframeWanted = false;
            foreach (VideoLevel level in _levels)
            {
                _output.Enqueue((level.Name, isKeyframe ? source.Key(time) : source.Delta(time)));
            }
        }

        public void RequestKeyframe() => _keyframeWanted = true;

        public bool TryTake(out MediaFrame? frame, out string level)
        {
            bool isThere = _output.TryDequeue(out (string Level, MediaFrame Frame) next);
            (level, frame) = next;
            return isThere;
        }

        public void Dispose()
        {
            factory.Alive--;
            while (_output.TryDequeue(out (string Level, MediaFrame Frame) next))
            {
                next.Frame.Release();
            }
        }
    }
}
