using System.Buffers;
using MediaGateway.Media.Amf;
using MediaGateway.Media.Flv;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Media.Tests.Flv;

public sealed class FlvFileWriterTests : IDisposable
{
    private static readonly H264Format Video = new(Wire.Hex("0142c01effe1"), 1280, 720);
    private static readonly H264Format Smaller = new(Wire.Hex("0142c01effe2"), 640, 360);
    private static readonly AacFormat Audio = new(Wire.Hex("1190"), 48_000, 2);

    private readonly TrackingBufferPool _pool = new();
    private readonly ArrayBufferWriter<byte> _output = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void Header_NamesTheTracksThatThereAre()
    {
        new FlvFileWriter(_output).Begin([Video, Audio], null);
        Assert.Equal(Wire.Hex("464c56 01 05 00000009 00000000"), _output.WrittenSpan[..13].ToArray());
        _output.Clear();
        new FlvFileWriter(_output).Begin([Audio], null);
        Assert.Equal(4, _output.WrittenSpan[4]);
    }

    [Fact]
    public void Frame_IsATagWithItsSizeBehindIt()
    {
        var writer = new FlvFileWriter(_output);
        writer.Begin([Video, Audio], null);
        long position = writer.Position;
        Assert.Equal(_output.WrittenCount, position);
        Write(writer, Video, 2000, 2040, isKeyframe: true, [1, 2, 3]);
        Write(writer, Audio, 2021, 2021, isKeyframe: true, [9]);
        Assert.Equal(
            Wire.Hex("09 000008 000000 00 000000 17 01 000028 010203 00000013  08 000003 000015 00 000000 af 01 09 0000000e"),
            _output.WrittenSpan[(int)position..].ToArray());
        Assert.Equal((_output.WrittenCount, 21, 2), (writer.Position, writer.Duration, writer.Frames));
    }

    [Fact]
    public void Begin_WritesMetadataThenConfigurations()
    {
        new FlvFileWriter(_output).Begin([Video, Audio], new StreamMetadata([new("title", new AmfString("A talk"))]));
        IReadOnlyList<FlvTag> tags = FlvFile.Read(_output.WrittenSpan);
        Assert.Equal([18, 9, 8], tags.Select(tag => tag.Type));
        AmfEcmaArray metadata = MetadataOf(tags[0]);
        Assert.Equal((1280, "A talk"), (metadata.Find("width")?.AsNumber, metadata.Find("title")?.AsString));
        Assert.Null(metadata.Find("duration"));
        Assert.Equal(Wire.Hex("17 00 000000 0142c01effe1"), tags[1].Body);
        Assert.Equal(Wire.Hex("af 00 1190"), tags[2].Body);
    }

    [Theory]
    [InlineData(0xFFFFFFL)]
    [InlineData(0x1000000L)]
    [InlineData(0x7FFFFFFFL)]
    [InlineData(0x80000000L)]
    [InlineData(0xFFFFFFFFL)]
    [InlineData(0x100000005L)]
    public void Times_AreWholeBeyondTheirWraps(long milliseconds)
    {
        var writer = new FlvFileWriter(_output);
        writer.Begin([Video], null);
        Write(writer, Video, 500, 500, isKeyframe: true, [1]);
        Write(writer, Video, 500 + milliseconds, 500 + milliseconds, isKeyframe: false, [2]);
        IReadOnlyList<FlvTag> tags = FlvFile.Read(_output.WrittenSpan);
        Assert.Equal([0u, unchecked((uint)milliseconds)], tags.Skip(2).Select(tag => unchecked((uint)tag.Timestamp)));
    }

    [Fact]
    public void FrameFromBeforeTheFirst_HasTimeZero()
    {
        var writer = new FlvFileWriter(_output);
        writer.Begin([Video, Audio], null);
        Write(writer, Video, 1000, 1000, isKeyframe: true, [1]);
        Write(writer, Audio, 990, 990, isKeyframe: true, [2]);
        Assert.Equal(0, FlvFile.Read(_output.WrittenSpan)[^1].Timestamp);
    }

    [Fact]
    public void FormatThatChanges_IsConfiguredAnew()
    {
        var writer = new FlvFileWriter(_output);
        writer.Begin([Video], null);
        Write(writer, Video, 0, 0, isKeyframe: true, [1]);
        Write(writer, Video with { }, 40, 40, isKeyframe: false, [2]);
        Write(writer, Smaller, 80, 80, isKeyframe: true, [3]);
        Write(writer, Audio, 85, 85, isKeyframe: true, [4]);
        Assert.Equal(
            ["9:17000000000142c01effe1@0", "9:170100000001@0", "9:270100000002@40", "9:17000000000142c01effe2@80", "9:170100000003@80", "8:af001190@85", "8:af0104@85"],
            FlvFile.Read(_output.WrittenSpan).Skip(1).Select(tag => $"{tag.Type}:{Convert.ToHexStringLower(tag.Body)}@{tag.Timestamp}"));
    }

    [Fact]
    public void EveryKindOfFormat_HasItsForm()
    {
        var hevc = new FlvTagFormat(CodecId.Hevc, TrackKind.Video, Wire.Hex("90 68766331 01"), IsEnhanced: true);
        var second = new FlvTagFormat(CodecId.Ac3, TrackKind.Audio, Wire.Hex("95 00 61632d33 01"), TrackId: 1, IsEnhanced: true);
        var writer = new FlvFileWriter(_output);
        writer.Begin([hevc, new OpusFormat(1)], null);
        Write(writer, hevc, 0, 0, isKeyframe: true, [0x91, 1]);
        Write(writer, new OpusFormat(1), 0, 0, isKeyframe: true, [7]);
        Write(writer, second, 0, 0, isKeyframe: true, [0x95, 2]);
        Write(writer, new PlainAudioFormat(CodecId.Pcmu, 8000, 1, 0x82), 5, 5, isKeyframe: true, [8]);
        Write(writer, ScriptDataFormat.Instance, 6, 6, isKeyframe: true, [2, 0, 0]);
        string[] bodies = [.. FlvFile.Read(_output.WrittenSpan).Skip(1).Select(tag => $"{tag.Type}:{Convert.ToHexStringLower(tag.Body)}")];
        Assert.Equal("9:906876633101", bodies[0]);
        Assert.StartsWith("8:904f7075734f7075734865616401", bodies[1], StringComparison.Ordinal);
        Assert.Equal(["9:9101", "8:914f70757307", "8:950061632d3301", "8:9502", "8:8208", "18:020000"], bodies[2..]);
    }

    [Fact]
    public void HeadOfARecording_IsFilledInInItsPlace()
    {
        var index = new FlvFileIndex();
        var writer = new FlvFileWriter(_output, index);
        writer.Begin([Video], null);
        for (int picture = 0; picture < 50; picture++)
        {
            Write(writer, picture < 40 ? Video : Smaller, picture * 100, picture * 100, picture % 10 == 0, [1, 2]);
        }

        Write(writer, Audio, 4910, 4910, isKeyframe: true, [1]);
        var head = new ArrayBufferWriter<byte>();
        writer.WriteHead(head);
        Assert.Equal(writer.HeadLength, head.WrittenCount);
        byte[] file = _output.WrittenSpan.ToArray();
        head.WrittenSpan.CopyTo(file);
        Assert.Equal(5, file[4]);
        AmfEcmaArray metadata = MetadataOf(FlvFile.Read(file)[0]);
        Assert.Equal((4.91, file.Length, 640), (metadata.Find("duration")?.AsNumber, metadata.Find("filesize")?.AsNumber, metadata.Find("width")?.AsNumber));
        AmfObject keyframes = Assert.IsType<AmfObject>(metadata.Find("keyframes"));
        Assert.Equal([0, 1, 2, 3, 4], Numbers(keyframes, "times"));
        Assert.All(Numbers(keyframes, "filepositions"), place => Assert.Equal((9, 0x17, 1), (file[(int)place], file[(int)place + 11], file[(int)place + 12])));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(FlvFileIndex.Capacity)]
    [InlineData(FlvFileIndex.Capacity + 1)]
    [InlineData(5000)]
    public void HeadOfARecording_HasOneLength_HoweverManyKeyframes(int keyframes)
    {
        var index = new FlvFileIndex();
        var writer = new FlvFileWriter(_output, index);
        writer.Begin([Video], new StreamMetadata([new("title", new AmfString("short"))]));
        for (int picture = 0; picture < keyframes; picture++)
        {
            Write(writer, Video, picture * 1000, picture * 1000, isKeyframe: true, [1]);
        }

        writer.Describe(new StreamMetadata([new("title", new AmfString(new string('x', 60_000)))]));
        var head = new ArrayBufferWriter<byte>();
        writer.WriteHead(head);
        Assert.Equal(writer.HeadLength, head.WrittenCount);
        Assert.InRange(index.Entries.Count, Math.Min(keyframes, FlvFileIndex.Capacity / 2), FlvFileIndex.Capacity);
        Assert.Equal(keyframes, (int?)(MetadataOf(FlvFile.Read(head.WrittenSpan)[0]).Find("duration")?.AsNumber) + Math.Min(keyframes, 1));
        long[] steps = [.. index.Entries.Zip(index.Entries.Skip(1), (one, next) => next.Milliseconds - one.Milliseconds).Distinct()];
        Assert.True(steps.Length <= 1);
    }

    [Fact]
    public void Frames_CostNothing()
    {
        var writer = new FlvFileWriter(_output);
        writer.Begin([Video, Audio], null);
        var frame = new MediaFrame(
            Video, new MediaTime(0, 90_000), new MediaTime(0, 90_000), true, _pool.Rent(100, BufferOwner.Frame), 0, 100, default);
        _output.GetSpan(1_000_000);
        Assert.Equal(0, Allocation.Of(1000, () => writer.Write(frame)));
        frame.Release();
    }

    private void Write(FlvFileWriter writer, TrackFormat format, long decoding, long presentation, bool isKeyframe, byte[] payload)
    {
        PooledBuffer buffer = _pool.Rent(payload.Length, BufferOwner.Frame);
        payload.CopyTo(buffer.Span);
        var frame = new MediaFrame(
            format, new MediaTime(presentation, 1000), new MediaTime(decoding, 1000), isKeyframe, buffer, 0, payload.Length, default);
        writer.Write(frame);
        frame.Release();
    }

    private static double[] Numbers(AmfObject owner, string name) =>
        [.. Assert.IsType<AmfStrictArray>(owner.Find(name)).Values.Select(value => value.AsNumber ?? -1)];

    private static AmfEcmaArray MetadataOf(FlvTag tag)
    {
        var reader = new Amf0Reader(tag.Body, AmfLimits.Default);
        Assert.True(reader.TryRead(out AmfValue? name));
        Assert.Equal(FlvMetadata.Name, name.AsString);
        Assert.True(reader.TryRead(out AmfValue? value));
        Assert.True(reader.IsAtEnd);
        return Assert.IsType<AmfEcmaArray>(value);
    }
}
