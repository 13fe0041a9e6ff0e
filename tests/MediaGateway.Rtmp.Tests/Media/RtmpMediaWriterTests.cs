using MediaGateway.Media.Amf;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Media;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Rtmp.Tests.Chunks;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Media;

public sealed class RtmpMediaWriterTests : IDisposable
{
    private const int ChunkSize = 65_536;

    private static readonly H264Format Video = new(Wire.Hex("0142c01effe10004674200008001000468ce3c80"), 1280, 720);
    private static readonly AacFormat Audio = new(Wire.Hex("1190"), 48_000, 2);

    private readonly TrackingBufferPool _pool = new();

    public void Dispose() => _pool.Dispose();

    [Theory]
    [InlineData(true, "17")]
    [InlineData(false, "27")]
    public void VideoFrame_HasItsTagAndPayload(bool isKeyframe, string firstByte)
    {
        byte[] bytes = WriteFrame(Video, new MediaTime(3600, 90_000), new MediaTime(900, 90_000), isKeyframe, [1, 2, 3], 10);
        Assert.Equal(Wire.Hex($"06 00000a 000008 09 01000000 {firstByte} 01 00001e 010203"), bytes);
    }

    [Fact]
    public void CompositionTime_IsTheDifferenceOfTheRoundedTimes()
    {
        // 2999 / 90 = 33.3 and 1001 / 90 = 11.1 ms: 33 - 11 = 22, where 1998 / 90 rounds to 22 too; one tick less and they part.
        byte[] bytes = WriteFrame(Video, new MediaTime(2970, 90_000), new MediaTime(1079, 90_000), true, [1], 11);
        Assert.Equal(Wire.Hex("000016"), bytes[14..17]);
    }

    [Fact]
    public void AudioFrame_HasItsTagAndPayload()
    {
        byte[] bytes = WriteFrame(Audio, new MediaTime(1024, 48_000), new MediaTime(1024, 48_000), true, [0x21, 0x10], 21);
        Assert.Equal(Wire.Hex("04 000015 000004 08 01000000 af 01 2110"), bytes);
    }

    [Fact]
    public void SequenceHeaders_CarryTheConfiguration()
    {
        byte[] video = Take(RtmpMediaWriter.WriteSequenceHeader(Video, 5, 1, ChunkSize, _pool, out int length), length);
        Assert.Equal(Wire.Hex("06 000005 000019 09 01000000 17 00 000000 0142c01effe10004674200008001000468ce3c80"), video);
        byte[] audio = Take(RtmpMediaWriter.WriteSequenceHeader(Audio, 5, 1, ChunkSize, _pool, out length), length);
        Assert.Equal(Wire.Hex("04 000005 000004 08 01000000 af 00 1190"), audio);
    }

    [Fact]
    public void Metadata_DescribesBothTracks()
    {
        AmfEcmaArray metadata = Metadata([Video, Audio]);
        Assert.Equal(
            ["width", "height", "videocodecid", "audiocodecid", "audiosamplerate", "audiosamplesize", "stereo", "encoder"],
            metadata.Properties.Select(property => property.Key));
        Assert.Equal(
            [1280, 720, 7, 10, 48_000, 16],
            metadata.Properties.Select(property => property.Value.AsNumber).OfType<double>());
        Assert.True(metadata.Find("stereo")?.AsBoolean);
    }

    [Fact]
    public void Metadata_NamesNoTrackThatIsNotThere()
    {
        Assert.Equal(["width", "height", "videocodecid", "encoder"], Metadata([Video]).Properties.Select(property => property.Key));
        Assert.DoesNotContain("videocodecid", Metadata([Audio]).Properties.Select(property => property.Key));
        Assert.Equal(["encoder"], Metadata([]).Properties.Select(property => property.Key));
    }

    [Fact]
    public void Metadata_CountsItsProperties()
    {
        byte[] bytes = Take(RtmpMediaWriter.WriteMetadata([Video, Audio], null, 1, ChunkSize, _pool, out int length), length);
        byte[] body = bytes[12..];
        Assert.Equal(Wire.Hex("02 000a 6f6e4d65746144617461 08 00000008"), body[..18]);
        Assert.Equal(new byte[3], bytes[1..4]);
    }

    [Theory]
    [InlineData(0xFFFFFEL, 0xFFFFFEu)]
    [InlineData(0xFFFFFFL, 0xFFFFFFu)]
    [InlineData(0x1000000L, 0x1000000u)]
    [InlineData(0x7FFFFFFFL, 0x7FFFFFFFu)]
    [InlineData(0x80000000L, 0x80000000u)]
    [InlineData(0xFFFFFFFFL, 0xFFFFFFFFu)]
    [InlineData(0x100000000L, 0u)]
    [InlineData(0x100000000L + 0xFFFFFFL, 0xFFFFFFu)]
    public void Timestamp_LeavesModulo32Bits(long timestamp, uint expected)
    {
        byte[] payload = new byte[3000];
        byte[] bytes = WriteFrame(Video, new MediaTime(0, 90_000), new MediaTime(0, 90_000), true, payload, timestamp, chunkSize: 128);
        List<ReadMessage> messages = ChunkFeed.ReadAll(_pool, bytes, 1);
        Assert.Equal([new ReadMessage(6, 9, expected, 1, 5 + payload.Length)], messages);
    }

    [Fact]
    public void PublishersMetadata_IsPassedOnWhereItIsTrue()
    {
        var publisher = new StreamMetadata(
        [
            new("duration", new AmfNumber(12)),
            new("width", new AmfNumber(1)),
            new("framerate", new AmfNumber(30)),
            new("videodatarate", new AmfNumber(2500)),
            new("audiodatarate", new AmfNumber(160)),
            new("audiocodecid", new AmfNumber(2)),
            new("encoder", new AmfString("obs")),
            new("title", new AmfString("A talk")),
            new("keyframes", new AmfObject(null, [])),
            new("audioTrackIdInfoMap", new AmfObject(null, [])),
        ]);
        AmfEcmaArray metadata = Metadata([Video, Audio], publisher);
        Assert.Equal(
            [
                "width", "height", "videocodecid", "audiocodecid", "audiosamplerate", "audiosamplesize", "stereo",
                "framerate", "videodatarate", "encoder", "title",
            ],
            metadata.Properties.Select(property => property.Key));
        Assert.Equal(1280, metadata.Find("width")?.AsNumber);
        Assert.Equal(10, metadata.Find("audiocodecid")?.AsNumber);
        Assert.Equal("obs", metadata.Find("encoder")?.AsString);
        Assert.Equal(["encoder", "title"], Metadata([], publisher).Properties.Select(property => property.Key));
    }

    [Fact]
    public void SizeThatNobodyCouldRead_IsThePublishers()
    {
        var publisher = new StreamMetadata([new("width", new AmfNumber(640)), new("height", new AmfNumber(360))]);
        AmfEcmaArray metadata = Metadata([new FlvTagFormat(CodecId.Vp6, TrackKind.Video, default)], publisher);
        Assert.Equal((4, 640, 360), (metadata.Find("videocodecid")?.AsNumber, metadata.Find("width")?.AsNumber, metadata.Find("height")?.AsNumber));
    }

    [Fact]
    public void CodecIds_AreThoseOfFlvOrTheFourCharacterCode()
    {
        Assert.Equal(1332770163, Metadata([new OpusFormat(2)]).Find("audiocodecid")?.AsNumber);
        Assert.Equal(1635135537, Metadata([new FlvTagFormat(CodecId.Av1, TrackKind.Video, default, 0, true)]).Find("videocodecid")?.AsNumber);
        Assert.Equal(11, Metadata([new PlainAudioFormat(CodecId.Speex, 16_000, 1, 0xB2)]).Find("audiocodecid")?.AsNumber);
        Assert.Equal(1, Metadata([new FlvTagFormat(CodecId.Adpcm, TrackKind.Audio, default)]).Find("audiocodecid")?.AsNumber);
        Assert.Equal(2, Metadata([new FlvTagFormat(CodecId.SorensonSpark, TrackKind.Video, default)]).Find("videocodecid")?.AsNumber);
        Assert.Null(Metadata([new FlvTagFormat(CodecId.Av1, TrackKind.Video, default, 3, true)]).Find("videocodecid"));
    }

    [Fact]
    public void MetadataForAServer_AsksItToKeepIt()
    {
        byte[] bytes = Take(RtmpMediaWriter.WriteMetadata([], null, 1, ChunkSize, _pool, out int length, asPublisher: true), length);
        Assert.Equal(["@setDataFrame", "onMetaData"], new RtmpTestMessage(18, 0, 1, bytes[12..]).Values.Select(value => value.AsString).OfType<string>());
    }

    [Fact]
    public void WhatAPeerDidNotAnnounce_IsNotCarried()
    {
        RtmpPeerCapabilities plain = RtmpPeerCapabilities.Plain;
        var enhanced = new RtmpPeerCapabilities(CodecSet.Of(CodecId.Hevc, CodecId.Opus), IsEnhanced: true, TakesReconnect: false, TakesMultitrack: false);
        RtmpPeerCapabilities multitrack = enhanced with { TakesMultitrack = true };
        var hevc = new FlvTagFormat(CodecId.Hevc, TrackKind.Video, default, 0, IsEnhanced: true);
        FlvTagFormat second = hevc with { TrackId = 1 };
        Assert.True(RtmpMediaWriter.CanCarry(Video, plain) && RtmpMediaWriter.CanCarry(Audio, plain));
        Assert.True(RtmpMediaWriter.CanCarry(ScriptDataFormat.Instance, plain));
        Assert.False(RtmpMediaWriter.CanCarry(new OpusFormat(2), plain) || RtmpMediaWriter.CanCarry(hevc, plain));
        Assert.True(RtmpMediaWriter.CanCarry(new OpusFormat(2), enhanced) && RtmpMediaWriter.CanCarry(hevc, enhanced));
        Assert.False(RtmpMediaWriter.CanCarry(second, enhanced));
        Assert.True(RtmpMediaWriter.CanCarry(second, multitrack));
        Assert.False(RtmpMediaWriter.CanCarry(Video, enhanced));
    }

    [Fact]
    public void FormatWithoutConfiguration_HasNoSequenceHeader()
    {
        var format = new PlainAudioFormat(CodecId.Pcma, 8000, 1, 0x72);
        Assert.False(RtmpMediaWriter.HasSequenceHeader(format));
        Assert.Throws<ArgumentException>(() => RtmpMediaWriter.WriteSequenceHeader(format, 0, 1, ChunkSize, _pool, out _));
        Assert.Equal(0, _pool.Outstanding(BufferOwner.WireImage));
    }

    [Fact]
    public void WriteFrame_AllocatesNothing()
    {
        var pool = new BufferPool();
        PooledBuffer payload = pool.Rent(20_000, BufferOwner.Frame);
        var time = new MediaTime(900, 90_000);
        var frame = new MediaFrame(Video, time, time, true, payload, 0, 20_000, TimeSpan.Zero);
        long allocated = Allocation.Of(
            1000,
            () => RtmpMediaWriter.WriteFrame(frame, 0x1000000, 1, 4096, pool, out _).Dispose());
        frame.Release();
        Assert.Equal(0, allocated);
    }

    private static byte[] Take(PooledBuffer buffer, int length)
    {
        using (buffer)
        {
            return buffer.Span[..length].ToArray();
        }
    }

    private byte[] WriteFrame(
        TrackFormat format,
        MediaTime presentation,
        MediaTime decoding,
        bool isKeyframe,
        byte[] payload,
        long timestamp,
        int chunkSize = ChunkSize)
    {
        PooledBuffer buffer = _pool.Rent(payload.Length, BufferOwner.Frame);
        payload.CopyTo(buffer.Span);
        var frame = new MediaFrame(format, presentation, decoding, isKeyframe, buffer, 0, payload.Length, TimeSpan.Zero);
        try
        {
            return Take(RtmpMediaWriter.WriteFrame(frame, timestamp, 1, chunkSize, _pool, out int length), length);
        }
        finally
        {
            frame.Release();
        }
    }

    private AmfEcmaArray Metadata(IReadOnlyList<TrackFormat> formats, StreamMetadata? publisher = null)
    {
        byte[] bytes = Take(RtmpMediaWriter.WriteMetadata(formats, publisher, 1, ChunkSize, _pool, out int length), length);
        var message = new RtmpTestMessage(18, 0, 1, bytes[12..]);
        Assert.Equal("onMetaData", message.Name);
        return Assert.IsType<AmfEcmaArray>(message.Values[1]);
    }
}
