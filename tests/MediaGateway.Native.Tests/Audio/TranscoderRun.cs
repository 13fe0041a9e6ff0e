using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Native.Audio;
using MediaGateway.Native.FFmpeg;
using MediaGateway.Testing;

namespace MediaGateway.Native.Tests.Audio;

/// <summary>A publisher of one kind, a transcoder to one codec, a player of it.</summary>
internal sealed class TranscoderRun : IDisposable
{
    private readonly TrackingBufferPool _pool = new();

    public TranscoderRun(TrackFormat source, CodecId target)
    {
        Format = source;
        Transcoder = new AudioTranscoderFactory(_pool, new AacEncoderOptions()).Create(source, target);
        Listener = new TestListener(Transcoder.OutputFormat);
    }

    public TrackFormat Format { get; }

    public IAudioTranscoder Transcoder { get; }

    public TestListener Listener { get; }

    public void Push(MediaTime stamp, ReadOnlySpan<byte> payload, TimeSpan receivedAt = default)
    {
        PooledBuffer buffer = _pool.Rent(payload.Length, BufferOwner.Frame);
        payload.CopyTo(buffer.Span);
        var frame = new MediaFrame(Format, stamp, stamp, isKeyframe: true, buffer, 0, payload.Length, receivedAt);
        Transcoder.Push(frame);
        frame.Release();
        Listener.Take(Transcoder);
    }

    public void FillUntil(MediaTime stamp)
    {
        Transcoder.FillUntil(stamp, default);
        Listener.Take(Transcoder);
    }

    public void Dispose()
    {
        Transcoder.Dispose();
        Listener.Dispose();
        _pool.Dispose();
    }
}
