using BenchmarkDotNet.Attributes;
using MediaGateway.Media.Flv;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Hls;
using MediaGateway.Media.Memory;
using MediaGateway.Media.Mp4;
using MediaGateway.Testing;

namespace MediaGateway.Benchmarks;

/// <summary>Frames as tags of an FLV stream, and half a second of both tracks as a part of HLS: MP4 fragment and transport stream.</summary>
public class FileBenchmarks
{
    private const int PartPictures = 15;
    private const int PartSounds = 23;
    private const int PictureTicks = 90_000 / 30;
    private const int SoundTicks = 1024;

    private readonly BufferPool _pool = new();
    private readonly ScratchWriter _output = new();
    private readonly Mp4FragmentWriter _samples = new();
    private readonly TransportStreamPackager _packager = new();
    private FlvFileWriter _flv = null!;
    private MediaFrame _picture = null!;
    private MediaFrame _sound = null!;
    private uint _part;

    [GlobalSetup]
    public void Setup()
    {
        var sound = new AacFormat(new byte[] { 0x11, 0x90 }, 48_000, 2);
        _picture = Samples.Frame(_pool, ViewerPair.VideoFormat, TimeSpan.FromSeconds(1), isKeyframe: false, Samples.Picture());
        _sound = Samples.Frame(_pool, sound, TimeSpan.FromSeconds(1), isKeyframe: true, new byte[Samples.SoundBytes]);
        _flv = new FlvFileWriter(_output);
        _flv.Begin([ViewerPair.VideoFormat, sound], publisher: null);
        _packager.Begin(ViewerPair.VideoFormat, sound);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _samples.Clear();
        _picture.Release();
        _sound.Release();
    }

    [Benchmark]
    public int WriteFlvPicture() => WriteFlv(_picture);

    [Benchmark]
    public int WriteFlvSound() => WriteFlv(_sound);

    [Benchmark]
    public int WriteMp4Part()
    {
        Collect();
        using PooledBuffer part = _samples.Write(++_part, _pool, BufferOwner.Segment, out int length);
        return length;
    }

    [Benchmark]
    public int WriteTransportStreamPart()
    {
        Collect();
        using PooledBuffer part = _packager.Write(_samples, startsSegment: true, _pool, out int length);
        return length;
    }

    private int WriteFlv(MediaFrame frame)
    {
        _flv.Write(frame);
        return _output.Rewind();
    }

    private void Collect()
    {
        for (int index = 0; index < PartPictures; index++)
        {
            _samples.Add(new Mp4Sample(_picture.AddReference(), index * PictureTicks, PictureTicks, 0));
        }

        for (int index = 0; index < PartSounds; index++)
        {
            _samples.Add(new Mp4Sample(_sound.AddReference(), index * SoundTicks, SoundTicks, 0));
        }
    }
}
