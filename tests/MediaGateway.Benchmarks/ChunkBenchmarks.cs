using System.Buffers;
using BenchmarkDotNet.Attributes;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Chunks;
using MediaGateway.Rtmp.Media;
using MediaGateway.Rtmp.Messages;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Testing;

namespace MediaGateway.Benchmarks;

/// <summary>A picture of 10 kB and a frame of sound as RTMP messages: written once for all viewers, and read from a publisher.</summary>
public class ChunkBenchmarks
{
    private const int ChunkSize = 4096; // what encoders set, and what viewers are told

    private static readonly TimeSpan Time = TimeSpan.FromSeconds(1);

    private readonly BufferPool _pool = new();
    private readonly Queue<RtmpPublished> _published = new();
    private MediaFrame _picture = null!;
    private MediaFrame _sound = null!;
    private ReadOnlySequence<byte> _wholeChunks;
    private ReadOnlySequence<byte> _smallChunks;
    private ChunkReader _wholeReader = null!;
    private ChunkReader _smallReader = null!;
    private RtmpMediaReader _media = null!;

    [GlobalSetup]
    public void Setup()
    {
        _picture = Samples.Frame(_pool, ViewerPair.VideoFormat, Time, isKeyframe: false, Samples.Picture());
        _sound = Samples.Frame(_pool, new AacFormat(new byte[] { 0x11, 0x90 }, 48_000, 2), Time, isKeyframe: true, new byte[Samples.SoundBytes]);
        _media = new RtmpMediaReader(1, _pool);
        _wholeReader = new ChunkReader(RtmpLimits.Default, _pool);
        _smallReader = new ChunkReader(RtmpLimits.Default, _pool);
        ReadOne(_wholeReader, Message([0, 0, ChunkSize >> 8, ChunkSize & 0xFF]), out RtmpMessage setChunkSize);
        setChunkSize.Dispose();
        using PooledBuffer header = RtmpMediaWriter.WriteSequenceHeader(ViewerPair.VideoFormat, 1000, 1, ChunkSize, _pool, out int length);
        ReadOne(_wholeReader, new ReadOnlySequence<byte>(header.Memory[..length]), out RtmpMessage sequenceHeader);
        _media.Read(in sequenceHeader, Time, _published);
        _wholeChunks = Bytes(ChunkSize);
        _smallChunks = Bytes(ChunkReader.InitialChunkSize);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _picture.Release();
        _sound.Release();
        _wholeReader.Dispose();
        _smallReader.Dispose();
    }

    [Benchmark]
    public int WritePicture() => Write(_picture, ChunkSize);

    [Benchmark]
    public int WritePictureInSmallChunks() => Write(_picture, ChunkReader.InitialChunkSize);

    [Benchmark]
    public int WriteSound() => Write(_sound, ChunkSize);

    [Benchmark]
    public int ReadPicture() => Read(_wholeReader, _wholeChunks);

    [Benchmark]
    public int ReadPictureInSmallChunks() => Read(_smallReader, _smallChunks);

    [Benchmark]
    public int ReadPictureToFrame()
    {
        ReadOne(_wholeReader, _wholeChunks, out RtmpMessage message);
        if (_media.Read(in message, Time, _published) is string fault)
        {
            throw new InvalidOperationException(fault);
        }

        MediaFrame frame = _published.Dequeue().Frame!; // not null: a picture was read
        frame.Release();
        return frame.Length;
    }

    private static int Read(ChunkReader reader, in ReadOnlySequence<byte> bytes)
    {
        ReadOne(reader, bytes, out RtmpMessage message);
        message.Dispose();
        return message.Length;
    }

    private static void ReadOne(ChunkReader reader, in ReadOnlySequence<byte> bytes, out RtmpMessage message)
    {
        var sequence = new SequenceReader<byte>(bytes);
        reader.SmallChunkAllowance = RtmpLimits.Default.MaximumSmallChunksPerSecond;
        reader.MaximumMessageBytes = RtmpLimits.Default.MaximumMediaMessageBytes;
        if (reader.Read(ref sequence, out message) != OperationStatus.Done)
        {
            throw new InvalidOperationException($"The message was not read: {reader.Error}.");
        }
    }

    private static ReadOnlySequence<byte> Message(byte[] body)
    {
        byte[] bytes = new byte[ChunkWriter.SizeOf(2, 0, body.Length, ChunkReader.InitialChunkSize)];
        var writer = new ChunkWriter(bytes, 2, RtmpMessageType.SetChunkSize, 0, 0, body.Length, ChunkReader.InitialChunkSize);
        writer.Append(body);
        return new ReadOnlySequence<byte>(bytes);
    }

    private int Write(MediaFrame frame, int chunkSize)
    {
        using PooledBuffer message = RtmpMediaWriter.WriteFrame(frame, 1000, 1, chunkSize, _pool, out int length);
        return length;
    }

    private ReadOnlySequence<byte> Bytes(int chunkSize)
    {
        using PooledBuffer message = RtmpMediaWriter.WriteFrame(_picture, 1000, 1, chunkSize, _pool, out int length);
        return new ReadOnlySequence<byte>(message.Memory[..length].ToArray());
    }
}
