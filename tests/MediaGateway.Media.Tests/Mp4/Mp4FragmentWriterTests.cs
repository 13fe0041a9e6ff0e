using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Media.Mp4;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Media.Tests.Mp4;

public sealed class Mp4FragmentWriterTests
{
    [Fact]
    public void TwoTracks_TablesAndBytesAgree()
    {
        using var pool = new TrackingBufferPool();
        var frames = new Mp4Frames(pool);
        var writer = new Mp4FragmentWriter();
        writer.Add(new Mp4Sample(frames.Picture(0, key: true, bytes: 5, content: 1), 9000, 3000, 6000));
        writer.Add(new Mp4Sample(frames.Sound(0, bytes: 3, content: 2), 4800, 1024, 0));
        writer.Add(new Mp4Sample(frames.Picture(33, bytes: 4, content: 3), 12_000, 3600, -3000));

        using PooledBuffer block = writer.Write(7, pool, BufferOwner.Frame, out int length);

        IReadOnlyList<Mp4Box> boxes = Mp4Box.Read(block.Memory[..length]);
        Assert.Equal(["moof", "mdat"], boxes.Select(box => box.Type));
        Assert.Equal([1, 1, 1, 1, 1, 3, 3, 3, 3, 2, 2, 2], boxes[1].Body.ToArray());
        Assert.Equal(7u, boxes[0].Child("mfhd").UInt32(4));
        Mp4Box[] tracks = [.. boxes[0].Children().Where(box => box.Type == "traf")];
        Assert.Equal([1u, 2u], tracks.Select(track => track.Child("tfhd").UInt32(4)));
        Assert.Equal([9000ul, 4800ul], tracks.Select(track => track.Child("tfdt").UInt64(4)));
        Mp4Box video = tracks[0].Child("trun");
        Assert.Equal(0x0100_0F01u, video.UInt32(0));
        Assert.Equal([2u, (uint)boxes[1].Offset + 8], Words(video, 1, 2));
        Assert.Equal([3000u, 5, 0x0200_0000, 6000, 3600, 4, 0x0101_0000, unchecked((uint)-3000)], Words(video, 3, 8));
        Mp4Box audio = tracks[1].Child("trun");
        Assert.Equal([1u, (uint)boxes[1].Offset + 8 + 9, 1024, 3], Words(audio, 1, 4));
        Assert.True(writer.IsEmpty);
    }

    [Fact]
    public void SoundAlone_OneTrack()
    {
        using var pool = new TrackingBufferPool();
        var writer = new Mp4FragmentWriter();
        writer.Add(new Mp4Sample(new Mp4Frames(pool).Sound(0), 0, 1024, 0));

        using PooledBuffer block = writer.Write(1, pool, BufferOwner.Frame, out int length);

        Assert.Equal(2u, Mp4Box.Read(block.Memory[..length])[0].Child("traf").Child("tfhd").UInt32(4));
    }

    [Theory]
    [InlineData(1L << 31)]
    [InlineData(1L << 32)]
    [InlineData(1L << 33)]
    [InlineData(long.MaxValue - 3000)]
    public void TimeOfAFragment_IsWholeBeyondEveryWrap(long time)
    {
        using var pool = new TrackingBufferPool();
        var writer = new Mp4FragmentWriter();
        writer.Add(new Mp4Sample(new Mp4Frames(pool).Picture(0, key: true), time, 3000, 0));

        using PooledBuffer block = writer.Write(1, pool, BufferOwner.Frame, out int length);

        Assert.Equal((ulong)time, Mp4Box.Read(block.Memory[..length])[0].Child("traf").Child("tfdt").UInt64(4));
    }

    [Fact]
    public void Steady_NothingIsAllocatedPerFragment()
    {
        var pool = new BufferPool();
        var frames = new Mp4Frames(pool);
        var writer = new Mp4FragmentWriter();
        MediaFrame frame = frames.Picture(0);
        void Turn()
        {
            writer.Add(new Mp4Sample(frame.AddReference(), 0, 3000, 0));
            writer.Write(1, pool, BufferOwner.Frame, out _).Dispose();
        }

        Turn();

        Assert.Equal(0, Allocation.Of(100, Turn));
    }

    private static uint[] Words(Mp4Box box, int first, int count) =>
        [.. Enumerable.Range(first, count).Select(index => box.UInt32(index * 4))];
}
