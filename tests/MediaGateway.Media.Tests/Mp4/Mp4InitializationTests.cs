using MediaGateway.Media.Frames;
using MediaGateway.Media.Mp4;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Media.Tests.Mp4;

public sealed class Mp4InitializationTests
{
    [Fact]
    public void PicturesAndSound_TwoTracksWithTheirConfigurations()
    {
        IReadOnlyList<Mp4Box> file = Mp4Box.Read(Mp4Initialization.Build(Mp4Frames.Video, Mp4Frames.Aac));

        Assert.Equal(["ftyp", "moov"], file.Select(box => box.Type));
        Mp4Box[] tracks = [.. file[1].Children().Where(box => box.Type == "trak")];
        Assert.Equal(2, tracks.Length);
        Mp4Box video = Entry(tracks[0]);
        Assert.Equal("avc1", video.Type);
        Assert.Equal((320u << 16) | 240, video.UInt32(24));
        Assert.Equal(Mp4Frames.Video.ConfigurationRecord.ToArray(), video.Child("avcC", skip: 78).Body.ToArray());
        Mp4Box audio = Entry(tracks[1]);
        Assert.Equal("mp4a", audio.Type);
        Assert.Equal(48_000u << 16, audio.UInt32(24));
        byte[] esds = audio.Child("esds", skip: 28).Body.ToArray();
        Assert.Equal([0x05, 0x80, 0x80, 0x80, 2, 0x11, 0x90, 0x06, 0x80, 0x80, 0x80, 1, 2], esds[^13..]);
        Assert.Equal(90_000u, Timescale(tracks[0]));
        Assert.Equal(48_000u, Timescale(tracks[1]));
        Assert.Equal([1u, 2u], file[1].Child("mvex").Children().Select(box => box.UInt32(4)));
    }

    [Fact]
    public void Opus_ItsSpecificBox()
    {
        Mp4Box entry = Entry(Mp4Box.Read(Mp4Initialization.Build(null, new OpusFormat(2)))[1].Child("trak"));

        Assert.Equal("Opus", entry.Type);
        Assert.Equal([0, 2, 1, 0x38, 0, 0, 0xBB, 0x80, 0, 0, 0], entry.Child("dOps", skip: 28).Body.ToArray());
    }

    [Fact]
    public void Mp3_AnElementaryStreamWithoutConfiguration()
    {
        var mp3 = new PlainAudioFormat(CodecId.Mp3, 44_100, 2, 0x2F);

        Mp4Box entry = Entry(Mp4Box.Read(Mp4Initialization.Build(null, mp3))[1].Child("trak"));

        byte[] esds = entry.Child("esds", skip: 28).Body.ToArray();
        Assert.Equal(0x6B, esds[4 + 5 + 3 + 5]);
    }

    [Fact]
    public void OtherCodec_Refused()
    {
        var speex = new PlainAudioFormat(CodecId.Speex, 16_000, 1, 0xB2);

        Assert.False(Mp4Track.CanCarry(speex));
        Assert.Throws<ArgumentException>(() => Mp4Initialization.Build(null, speex));
        Assert.Throws<ArgumentException>(() => Mp4Initialization.Build(null, null));
    }

    [Fact]
    public void CodecNames_AsRfc6381HasThem()
    {
        Assert.Equal("avc1.42C015", Mp4Track.Of(Mp4Frames.Video)!.CodecName);
        Assert.Equal("mp4a.40.2", Mp4Track.Of(Mp4Frames.Aac)!.CodecName);
        Assert.Equal("opus", Mp4Track.Of(new OpusFormat(1))!.CodecName);
        Assert.Equal("mp4a.6B", Mp4Track.Of(new PlainAudioFormat(CodecId.Mp3, 44_100, 2, 0x2F))!.CodecName);
    }

    private static Mp4Box Entry(Mp4Box track) =>
        Assert.Single(track.Child("mdia").Child("minf").Child("stbl").Child("stsd").Children(skip: 8));

    private static uint Timescale(Mp4Box track) => track.Child("mdia").Child("mdhd").UInt32(12);
}
