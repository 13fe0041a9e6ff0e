using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;

namespace MediaGateway.Tests.Servers.WebRtc;

/// <summary>Converters without a codec: the slices of a <see cref="FedStream"/> come out as they are, as pictures without B-frames.</summary>
internal sealed class PassingTranscoders(BufferPool pool) : IVideoTranscoderFactory
{
    private int _alive;
    private int _created;

    public CodecSet Sources { get; } = CodecSet.Of(CodecId.H264);

    public int Alive => Volatile.Read(ref _alive);

    public int Created => Volatile.Read(ref _created);

    public IVideoTranscoder Create()
    {
        Interlocked.Increment(ref _alive);
        Interlocked.Increment(ref _created);
        return new Transcoder(this, pool);
    }

    private sealed class Transcoder(PassingTranscoders factory, BufferPool pool) : IVideoTranscoder
    {
        private readonly Queue<MediaFrame> _output = new();
        private bool _hasBegun;

        public long BrokenPictures => 0;

        public bool NeedsKeyframe { get; private set; } = true;

        public void Push(MediaFrame frame, bool isShown)
        {
            NeedsKeyframe &= !frame.IsKeyframe;
            _hasBegun |= isShown && frame.IsKeyframe;
            if (!isShown || !_hasBegun)
            {
                return;
            }

            PooledBuffer buffer = pool.Rent(frame.Length, BufferOwner.Frame);
            frame.Payload.CopyTo(buffer.Span);
            _output.Enqueue(new MediaFrame(
                FedStream.SmallFormat, frame.Decoding, frame.Decoding, frame.IsKeyframe, buffer, 0, frame.Length, frame.ReceivedAt));
        }

        public void RequestKeyframe()
        {
            // The next keyframe of the source is the next one here.
        }

        public bool TryTake(out MediaFrame? frame) => _output.TryDequeue(out frame);

        public void Dispose()
        {
            Interlocked.Decrement(ref factory._alive);
            while (_output.TryDequeue(out MediaFrame? frame))
            {
                frame.Release();
            }
        }
    }
}
