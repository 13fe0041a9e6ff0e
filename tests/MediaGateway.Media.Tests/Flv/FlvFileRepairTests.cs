using System.Buffers;
using MediaGateway.Media.Amf;
using MediaGateway.Media.Files;
using MediaGateway.Media.Flv;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Media.Tests.Mp4;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Media.Tests.Flv;

public sealed class FlvFileRepairTests : IDisposable
{
    private const int Frames = 9;

    private readonly TrackingBufferPool _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void FileCutAnywhere_BecomesWhatItWereHadItEndedThere()
    {
        byte[][] ended = [.. Enumerable.Range(0, Frames + 1).Select(count => Write(count, isEnded: true))];
        byte[] running = Write(Frames, isEnded: false);
        for (int cut = ended[2].Length; cut <= running.Length; cut++)
        {
            byte[] repaired = Repair(running[..cut]);

            // A tag whose size behind it is cut off is whole all the same.
            byte[] expected = ended.Last(file => file.Length - sizeof(uint) <= cut);
            Assert.True(expected.AsSpan().SequenceEqual(repaired), $"cut at {cut}");
            Assert.Equal(repaired, Repair(repaired));
        }
    }

    [Fact]
    public void FileWithoutAFrame_SaysSo() =>
        Assert.Throws<MediaFileException>(() => FlvFileRepair.Of(new MemorySource(Write(0, isEnded: false)), out _));

    [Fact]
    public void FileOfSomebodyElse_IsLeftAlone()
    {
        var output = new ArrayBufferWriter<byte>();
        var live = new FlvFileWriter(output);
        live.Begin([Mp4Frames.Video], new StreamMetadata([new("padding", new AmfString("x"))]));
        Add(live, Mp4Frames.Video, 0);
        Assert.Null(FlvFileRepair.Of(new MemorySource(output.WrittenSpan.ToArray()), out _));
    }

    private static byte[] Repair(byte[] file)
    {
        FlvFileRepair? repair = FlvFileRepair.Of(new MemorySource(file), out _);
        Assert.NotNull(repair);
        byte[] repaired = new byte[repair.Length];
        file.AsSpan(0, Math.Min(file.Length, repaired.Length)).CopyTo(repaired);
        repair.Head.Span.CopyTo(repaired);
        repair.Trailer.Span.CopyTo(repaired.AsSpan(^repair.Trailer.Length..));
        return repaired;
    }

    private byte[] Write(int frames, bool isEnded)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new FlvFileWriter(output, new FlvFileIndex());
        writer.Begin([Mp4Frames.Video, Mp4Frames.Aac], new StreamMetadata([new("title", new AmfString("A talk"))]));
        for (int frame = 0; frame < frames; frame++)
        {
            Add(writer, frame % 2 == 0 ? Mp4Frames.Video : Mp4Frames.Aac, frame * 20);
        }

        byte[] file = output.WrittenSpan.ToArray();
        if (isEnded)
        {
            var head = new ArrayBufferWriter<byte>();
            writer.WriteHead(head);
            head.WrittenSpan.CopyTo(file);
        }

        return file;
    }

    private void Add(FlvFileWriter writer, TrackFormat format, int time)
    {
        PooledBuffer buffer = _pool.Rent(20, BufferOwner.Frame);
        buffer.Span[..20].Fill((byte)time);
        var frame = new MediaFrame(
            format, new MediaTime(time, 1000), new MediaTime(time, 1000), format.Kind == TrackKind.Audio || time % 80 == 0, buffer, 0, 20, default);
        writer.Write(frame);
        frame.Release();
    }
}
