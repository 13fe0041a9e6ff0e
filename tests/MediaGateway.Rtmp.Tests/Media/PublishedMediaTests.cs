using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Media;
using MediaGateway.Rtmp.Messages;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Media;

/// <summary>Whole streams through the media reader: real ones, broken ones, and what they cost.</summary>
public sealed class PublishedMediaTests
{
    [Theory]
    [InlineData("flv/srs/avatar.flv", CodecId.H264, CodecId.Aac)]
    [InlineData("flv/srs/bbb.flv", CodecId.H264, CodecId.Aac)]
    [InlineData("flv/androidx/sample.flv", CodecId.H264, CodecId.Aac)]
    [InlineData("flv/membrane/testsrc.flv", CodecId.H264, CodecId.Aac)]
    public void EveryTagOfAFile_ComesOutAsItWasWithItsTime(string path, CodecId video, CodecId audio)
    {
        using var feed = new TagFeed();
        int[] frames = [0, 0];
        foreach (FlvTag tag in FlvFile.Read(TestData.Read(path.Split('/'))))
        {
            Assert.Null(feed.Read(tag.Type, tag.Body, (uint)tag.Timestamp));
            bool isFrame = tag.Type != 18 && tag.Body[1] == 1;
            if (!isFrame)
            {
                _ = tag.Type == 18 ? feed.Metadata() : null;
                continue;
            }

            (TrackFormat format, long decoding, _, bool isKeyframe, byte[] payload) = feed.Frame();
            bool isVideo = tag.Type == 9;
            frames[isVideo ? 0 : 1]++;
            Assert.Equal((isVideo ? video : audio, (long)tag.Timestamp), (format.Codec, decoding));
            Assert.Equal(!isVideo || tag.Body[0] >> 4 == 1, isKeyframe);
            Assert.Equal(tag.Body[(isVideo ? 5 : 2)..], payload);
            Assert.True(format is not H264Format { Width: 0 });
        }

        Assert.True(frames[0] > 20 && frames[1] > 20);
        Assert.Equal(0, feed.Count);
    }

    [Fact]
    public void OldVideoOfAFile_ComesOut()
    {
        using var feed = new TagFeed();
        foreach (FlvTag tag in FlvFile.Read(TestData.Read("flv", "ruffle", "dummy.flv")).Where(tag => tag.Type == 9))
        {
            Assert.Null(feed.Read(tag.Type, tag.Body, (uint)tag.Timestamp));
            Assert.Equal(CodecId.SorensonSpark, feed.Frame().Format.Codec);
        }
    }

    [Fact]
    public void BrokenTags_NeverThrowNorKeepMemory()
    {
        byte[][] seeds =
        [
            [.. Wire.Hex("17 00 000000"), .. TagBodies.AvcRecord],
            Wire.Hex("17 01 000050 00000002 6588 00000002 0601"),
            Wire.Hex("91 68766331 000050 00000002 2601"),
            Wire.Hex("90 68766331 0101"),
            Wire.Hex("96 11 68766331 00 000009 000050 00000002 2601 01 000009 000014 00000002 0201"),
            Wire.Hex("97 02 000123 01 61766331 000050 00000002 6588"),
            Wire.Hex("af 00 1190"),
            Wire.Hex("95 21 6d703461 00 000002 2110 4f707573 02 000002 fc01"),
            Wire.Hex("2f fffb9464 0102"),
            Wire.Hex("00 02 000a 6f6e4d65746144617461 11 0a 0b 01 0b 7769647468 04 8500 01"),
            Wire.Hex("02 000d 4073657444617461 4672616d65 02 000a 6f6e4d65746144617461 08 00000001 0005 7769647468 00 4084000000000000 000009"),
        ];
        using var feed = new TagFeed();
        int faults = 0;
        foreach (byte[] body in Mutations.Of(seeds, 4000, seed: 17))
        {
            foreach (int type in (ReadOnlySpan<int>)[8, 9, 15, 18])
            {
                faults += feed.Read(type, body) is null ? 0 : 1;
            }

            feed.Clear();
        }

        Assert.NotEqual(0, faults);
    }

    // Not MP3: its tables are constants that only optimised code reads without an object.
    [Theory]
    [InlineData("17 01 000000 00000002 6588", 9)]
    [InlineData("af 01 2110", 8)]
    [InlineData("72 d5d5", 8)]
    [InlineData("91 68766331 000050 00000002 2601", 9)]
    [InlineData("91 4f707573 fc01", 8)]
    [InlineData("14 0102", 9)]
    public void Frame_CostsOneObject(string hex, int type)
    {
        var pool = new BufferPool();
        var published = new Queue<RtmpPublished>(4);
        var reader = new RtmpMediaReader(1, pool);
        byte[] body = Wire.Hex(hex);
        Read(9, [.. Wire.Hex("17 00 000000"), .. TagBodies.AvcRecord]);
        Read(9, Wire.Hex("90 68766331 0101"));
        Read(8, Wire.Hex("af 00 1190"));
        long each = Allocation.Of(1000, MakeFrame) / 1000;
        Assert.Equal(each, Allocation.Of(1000, () => Read(type, body)) / 1000);

        void Read(int messageType, byte[] bytes)
        {
            PooledBuffer buffer = pool.Rent(bytes.Length, BufferOwner.RtmpMessage);
            bytes.CopyTo(buffer.Span);
            Assert.Null(reader.Read(new RtmpMessage(4, (RtmpMessageType)messageType, 0, 1, buffer, bytes.Length), TimeSpan.Zero, published));
            while (published.TryDequeue(out RtmpPublished item))
            {
                item.Frame?.Release();
            }
        }

        void MakeFrame() => new MediaFrame(
            ScriptDataFormat.Instance, default, default, true, pool.Rent(1, BufferOwner.Frame), 0, 1, TimeSpan.Zero).Release();
    }

    [Fact]
    public void PublishingThroughTheSession_CostsOneObjectForEachFrame()
    {
        var pool = new BufferPool();
        using var publisher = new SessionPublisher(pool);
        byte[] message = publisher.Message(9, Wire.Hex("14 0102"));
        long frames = Allocation.Of(1000, () => publisher.Send(message)) / 1000;
        long one = Allocation.Of(1000, () => new MediaFrame(
            ScriptDataFormat.Instance, default, default, true, pool.Rent(1, BufferOwner.Frame), 0, 1, TimeSpan.Zero).Release()) / 1000;
        Assert.Equal(one, frames);
    }
}
