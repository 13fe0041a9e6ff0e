using System.Buffers;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Chunks;
using MediaGateway.Rtmp.Media;
using MediaGateway.Rtmp.Messages;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Media;

/// <summary>What the media writer writes, the media reader reads back: formats, times, keyframes and payloads.</summary>
public sealed class MediaRoundTripTests
{
    private const int ChunkSize = ChunkReader.InitialChunkSize;


    public static TheoryData<string, TrackFormat, string> Formats => new()
    {
        { "H.264", TagBodies.H264, "00000003 650102 00000002 0601" },
        { "AAC", new AacFormat(new byte[] { 0x11, 0x90 }, 48_000, 2), "210a0b0c" },
        { "HE-AAC", new AacFormat(Wire.Hex("2b920800"), 22_050, 2), "210a0b0c" },
        { "Opus", new OpusFormat(2), "fc010203" },
        { "Opus mono", new OpusFormat(1), "f8010203" },
        { "MP3", new PlainAudioFormat(CodecId.Mp3, 44_100, 2, 0x2F), "fffb9064 01020304" },
        { "MP3 48 kHz", new PlainAudioFormat(CodecId.Mp3, 48_000, 2, 0x2F), "fffb9464 01020304" },
        { "MP3 8 kHz", new PlainAudioFormat(CodecId.Mp3, 8_000, 1, 0xE2), "01020304" },
        { "A-law", new PlainAudioFormat(CodecId.Pcma, 8_000, 1, 0x72), "d5d5" },
        { "mu-law", new PlainAudioFormat(CodecId.Pcmu, 8_000, 1, 0x82), "ffff" },
        { "Speex", new PlainAudioFormat(CodecId.Speex, 16_000, 1, 0xB2), "b6010203" },
        { "Nellymoser 16", new PlainAudioFormat(CodecId.Nellymoser, 16_000, 1, 0x42), "010203" },
        { "Nellymoser 8", new PlainAudioFormat(CodecId.Nellymoser, 8_000, 1, 0x52), "010203" },
        { "Nellymoser 44", new PlainAudioFormat(CodecId.Nellymoser, 44_100, 1, 0x6E), "010203" },
        { "ADPCM", new FlvTagFormat(CodecId.Adpcm, TrackKind.Audio, default), "1e0102" },
        { "PCM", new FlvTagFormat(CodecId.LinearPcm, TrackKind.Audio, default), "3e0102" },
        { "Spark", new FlvTagFormat(CodecId.SorensonSpark, TrackKind.Video, default), "120102" },
        { "Screen", new FlvTagFormat(CodecId.ScreenVideo, TrackKind.Video, default), "130102" },
        { "VP6", new FlvTagFormat(CodecId.Vp6, TrackKind.Video, default), "140102" },
        { "VP6 alpha", new FlvTagFormat(CodecId.Vp6Alpha, TrackKind.Video, default), "150102" },
        { "Screen 2", new FlvTagFormat(CodecId.ScreenVideo2, TrackKind.Video, default), "160102" },
        { "HEVC", Enhanced(CodecId.Hevc, TrackKind.Video, "90 68766331 0101"), "91 68766331 000000 00000002 2601" },
        { "AV1", Enhanced(CodecId.Av1, TrackKind.Video, "90 61763031 81"), "91 61763031 1234" },
        { "VP9", Enhanced(CodecId.Vp9, TrackKind.Video, "90 76703039 01"), "91 76703039 1234" },
        { "VP8", Enhanced(CodecId.Vp8, TrackKind.Video, "90 76703038 01"), "91 76703038 1234" },
        { "VVC", Enhanced(CodecId.Vvc, TrackKind.Video, "90 76766331 01"), "93 76766331 1234" },
        { "AC-3", Enhanced(CodecId.Ac3, TrackKind.Audio, ""), "91 61632d33 0b77" },
        { "E-AC-3", Enhanced(CodecId.Eac3, TrackKind.Audio, ""), "91 65632d33 0b77" },
        { "FLAC", Enhanced(CodecId.Flac, TrackKind.Audio, "90 664c6143 664c6143"), "91 664c6143 fff8" },
        { "HEVC track 2", Enhanced(CodecId.Hevc, TrackKind.Video, "96 00 68766331 02 0101", 2), "96 01 68766331 02 000000 00000002 2601" },
        { "AAC track 1", Enhanced(CodecId.Aac, TrackKind.Audio, "95 00 6d703461 01 1190", 1), "95 01 6d703461 01 210a" },
        { "data", ScriptDataFormat.Instance, "02 0005 6f6e437565 05" },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public void Frame_ComesBackAsItWas(string name, TrackFormat format, string payload)
    {
        using var pool = new TrackingBufferPool();
        bool mayReorder = format is H264Format;
        long composition = mayReorder ? 80 : 0;
        byte[] bytes = Wire.Hex(payload);
        List<(PooledBuffer Buffer, int Length)> written = [];
        if (RtmpMediaWriter.HasSequenceHeader(format))
        {
            written.Add((RtmpMediaWriter.WriteSequenceHeader(format, 4000, 1, ChunkSize, pool, out int headerLength), headerLength));
        }

        PooledBuffer payloadBuffer = pool.Rent(bytes.Length, BufferOwner.Frame);
        bytes.CopyTo(payloadBuffer.Span);
        var frame = new MediaFrame(
            format,
            new MediaTime(4000 + composition, 1000),
            new MediaTime(4000, 1000),
            isKeyframe: true,
            payloadBuffer,
            0,
            bytes.Length,
            TimeSpan.Zero);
        written.Add((RtmpMediaWriter.WriteFrame(frame, 4000, 1, ChunkSize, pool, out int length), length));
        frame.Release();

        Queue<RtmpPublished> published = ReadBack(written, pool, out string? fault);
        Assert.True(fault is null, $"{name}: {fault}");
        RtmpPublished item = Assert.Single(published);
        Assert.NotNull(item.Frame);
        Assert.Equal(format, item.Frame.Format);
        Assert.Equal((4000, 4000 + composition, true), (item.Frame.Decoding.Value, item.Frame.Presentation.Value, item.Frame.IsKeyframe));
        Assert.Equal(bytes, item.Frame.Payload.ToArray());
        item.Frame.Release();
    }

    private static FlvTagFormat Enhanced(CodecId codec, TrackKind kind, string sequenceTag, int trackId = 0) =>
        new(codec, kind, Wire.Hex(sequenceTag), trackId, IsEnhanced: true);

    private static Queue<RtmpPublished> ReadBack(List<(PooledBuffer Buffer, int Length)> written, BufferPool pool, out string? fault)
    {
        var published = new Queue<RtmpPublished>();
        var reader = new RtmpMediaReader(1, pool);
        using var chunks = new ChunkReader(RtmpLimits.Default, pool);
        fault = null;
        foreach ((PooledBuffer buffer, int length) in written)
        {
            var input = new SequenceReader<byte>(new ReadOnlySequence<byte>(buffer.Memory[..length]));
            Assert.Equal(OperationStatus.Done, chunks.Read(ref input, out RtmpMessage message));
            fault ??= reader.Read(in message, TimeSpan.Zero, published);
            buffer.Dispose();
        }

        return published;
    }
}
