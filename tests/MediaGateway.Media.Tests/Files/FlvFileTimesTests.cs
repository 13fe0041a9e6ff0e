using MediaGateway.Media.Files;
using MediaGateway.Media.Frames;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Media.Tests.Files;

/// <summary>FLV files whose times start again, in the middle of pictures every 40 ms and sound every 20 ms.</summary>
public sealed class FlvFileTimesTests
{
    private const int Milliseconds = 4000;

    // What a tag's time becomes in the file, given that of the recording.
    public static TheoryData<string, long, long> Clocks => new()
    {
        { "32 bits", (1L << 32) - 2000, 1L << 32 },
        { "31 bits", (1L << 31) - 2000, 1L << 31 },
        { "24 bits", (1L << 24) - 2000, 1L << 24 },
        { "past 24 bits, which is no border", (1L << 24) - 2000, 1L << 32 },
        { "past 31 bits, which is no border", (1L << 31) - 2000, 1L << 32 },
    };

    [Theory]
    [MemberData(nameof(Clocks))]
    public void ClockThatWraps_GoesOn(string what, long start, long border)
    {
        MediaFile file = Read(milliseconds => (uint)((start + milliseconds) % border));

        Assert.True(Times(file, TrackKind.Video).SequenceEqual(Every(40)), what);
        Assert.True(Times(file, TrackKind.Audio).SequenceEqual(Every(20)), what);
        Assert.Equal(TimeSpan.FromMilliseconds(Milliseconds), file.Duration);
    }

    [Fact]
    public void ClockThatStartsAgain_GoesOnWhereTheFileWas()
    {
        // An encoder that came back, twice.
        MediaFile file = Read(milliseconds => (uint)(milliseconds % 1600));

        long[] pictures = Times(file, TrackKind.Video);
        Assert.All(pictures.Zip(pictures.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 20, 60));
        long[] sounds = Times(file, TrackKind.Audio);
        Assert.All(sounds.Zip(sounds.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 0, 40));
        Assert.InRange(file.Duration.TotalMilliseconds, Milliseconds - 80, Milliseconds + 80);
        Assert.InRange(pictures[^1] - sounds[^1], -60, 60);
        Assert.Equal(0, file.FindStart(TimeSpan.Zero));
        Assert.True(file.FindStart(TimeSpan.FromSeconds(3.5)) > file.Count * 3 / 4);
    }

    [Fact]
    public void TimesALittleBehind_AreNoNewBeginning()
    {
        MediaFile file = Read(milliseconds => (uint)(milliseconds % 400 == 0 && milliseconds > 0 ? milliseconds - 300 : milliseconds));

        Assert.Equal(TimeSpan.FromMilliseconds(Milliseconds), file.Duration);
        Assert.All(Times(file, TrackKind.Video).Zip(Every(40)), pair => Assert.InRange(pair.Second - pair.First, 0, 300));
    }

    private static IEnumerable<long> Every(int step) => Enumerable.Range(0, Milliseconds / step).Select(number => (long)number * step);

    private static long[] Times(MediaFile file, TrackKind kind) =>
    [
        .. Enumerable.Range(0, file.Count).Select(number => file[number])
            .Where(sample => file.FormatOf(in sample).Kind == kind).Select(sample => file.DecodingOf(in sample).ToMilliseconds()),
    ];

    /// <summary>Sorenson Spark and MP3, a keyframe every 400 ms.</summary>
    private static MediaFile Read(Func<long, uint> timeOf)
    {
        List<FlvTag> tags = [];
        for (int milliseconds = 0; milliseconds < Milliseconds; milliseconds += 20)
        {
            int time = unchecked((int)timeOf(milliseconds));
            if (milliseconds % 40 == 0)
            {
                tags.Add(new FlvTag(9, time, [(byte)(milliseconds % 400 == 0 ? 0x12 : 0x22), 1, 2, 3]));
            }

            tags.Add(new FlvTag(8, time, [0x2F, 0xFF, 0xFB, 0x90, 0x64, 0, 0, 0]));
        }

        return MediaFileFormat.Open(new MemorySource(FlvFile.Write(tags)));
    }
}
