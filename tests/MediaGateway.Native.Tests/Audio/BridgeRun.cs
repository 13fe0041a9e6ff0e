using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Native.Audio;
using MediaGateway.Native.FFmpeg;
using MediaGateway.Native.Tests.FFmpeg;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Native.Tests.Audio;

/// <summary>
/// Puts packets through a transcoder, checks the stamp of every frame that comes out, and decodes it. A sample's place in
/// <see cref="Left"/> is its place on the timeline less <see cref="FirstStamp"/>.
/// </summary>
internal sealed class BridgeRun : IDisposable
{
    private readonly TrackingBufferPool _pool = new();
    private readonly AacTestDecoder _decoder;
    private readonly OpusFormat _format = new(2);

    public BridgeRun(AacEncoderOptions? options = null)
    {
        Transcoder = new AudioTranscoderFactory(_pool, options ?? new AacEncoderOptions { Coder = "fast" }).Create(_format, CodecId.Aac);
        _decoder = new AacTestDecoder(((AacFormat)Transcoder.OutputFormat).AudioSpecificConfig.Span);
    }

    public IAudioTranscoder Transcoder { get; }

    public List<float> Left { get; } = [];

    public List<float> Right { get; } = [];

    public List<TimeSpan> ReceivedAt { get; } = [];

    public int Frames { get; private set; }

    public long FirstStamp { get; private set; }

    /// <summary>The raw frames behind ADTS headers (ISO/IEC 13818-7 6.2), for programs that read files.</summary>
    public List<byte> Adts { get; } = [];

    public void Push(long stamp, byte[] packet, TimeSpan receivedAt = default)
    {
        PooledBuffer buffer = _pool.Rent(packet.Length, BufferOwner.Frame);
        packet.CopyTo(buffer.Span);
        var time = new MediaTime(stamp, OpusFormat.ClockRate);
        var frame = new MediaFrame(_format, time, time, isKeyframe: true, buffer, 0, packet.Length, receivedAt);
        Transcoder.Push(frame);
        frame.Release();
        Drain();
    }

    public void FillUntil(long stamp, TimeSpan now = default)
    {
        Transcoder.FillUntil(new MediaTime(stamp, OpusFormat.ClockRate), now);
        Drain();
    }

    /// <summary>The samples of the left channel from one place of the timeline on.</summary>
    public float[] Heard(long stamp, int count) => Left.GetRange(checked((int)(stamp - FirstStamp)), count).ToArray();

    /// <summary>Where the decoded sound ends on the timeline.</summary>
    public long End => FirstStamp + Left.Count;

    public void Dispose()
    {
        Transcoder.Dispose();
        _decoder.Dispose();
        _pool.Dispose();
    }

    private void Drain()
    {
        while (Transcoder.TryTake(out MediaFrame? frame) && frame is not null)
        {
            FirstStamp = Frames == 0 ? frame.Presentation.Value : FirstStamp;
            Assert.Equal(new MediaTime(FirstStamp + (Frames * 1024L), 48_000), frame.Presentation);
            Assert.Equal(frame.Presentation, frame.Decoding);
            Assert.Same(Transcoder.OutputFormat, frame.Format);
            _decoder.Decode(frame.Payload, Left, Right);
            AppendAdts(frame.Payload);
            ReceivedAt.Add(frame.ReceivedAt);
            Frames++;
            frame.Release();
        }
    }

    private void AppendAdts(ReadOnlySpan<byte> payload)
    {
        int length = payload.Length + 7;
        Adts.AddRange([0xFF, 0xF1, 0x4C, (byte)(0x80 | (length >> 11)), (byte)(length >> 3), (byte)((length << 5) | 0x1F), 0xFC]);
        Adts.AddRange(payload);
    }
}
