using MediaGateway.Configuration;
using MediaGateway.Streams;
using MediaGateway.Streams.Ladders;
using Xunit;

namespace MediaGateway.Tests.Streams.Ladders;

/// <summary>The level that follows a viewer's network: down at once, up after a while, later after a step that was undone.</summary>
public sealed class LevelChoiceTests
{
    private static readonly LadderLevel[] Levels =
    [
        Level("source", "a", 4_000_000),
        Level("480p", "a_480p", 1_300_000),
        Level("360p", "a_360p", 800_000),
    ];

    private readonly LevelChoice _choice = new();
    private TimeSpan _now = TimeSpan.FromSeconds(100);
    private StreamKey _present = Levels[0].Key;

    [Fact]
    public void StandardLadder_HasALevelForALinkOf600Kbit()
    {
        int lowest = new LadderOptions().Find(LadderOptions.StandardName)!.Values.Min(level => level.BitsPerSecond);

        Assert.InRange(lowest + LiveLadder.SoundRate, 1, 600_000 * LevelChoice.UsedShare);
    }

    [Fact]
    public void NetworkTakesLess_TheLevelGoesDownToWhatItTakes()
    {
        Assert.Equal("source", After(0, 500_000));
        Assert.Equal("source", After(1, 500_000));
        Assert.Equal("360p", After(1, 950_000));
    }

    [Fact]
    public void NetworkTakesLessThanAnyLevel_TheLowestIsPlayed()
    {
        After(0, 100_000);
        Assert.Equal("360p", After(2, 100_000));
        Assert.Equal("360p", After(10, 100_000, isLimited: true));
    }

    [Fact]
    public void PicturesAreKeptBack_IsReasonEnough()
    {
        After(0, 4_000_000);
        Assert.Equal("480p", After(3, 4_000_000, isLimited: true));
    }

    [Fact]
    public void NetworkTakesTheLevelForAWhile_TheNextOneUpIsTried()
    {
        _present = Levels[2].Key;
        After(0, 900_000);
        Assert.Equal("360p", After(4, 900_000));
        Assert.Equal("480p", After(1, 900_000));
        Assert.Equal("480p", After(4, 1_300_000));
        Assert.Equal("source", After(1, 1_300_000));
    }

    [Fact]
    public void StepUpIsUndone_TheNextOneWaitsTwiceAsLong()
    {
        _present = Levels[2].Key;
        After(0, 900_000);
        Assert.Equal("480p", After(5, 900_000));
        Assert.Equal("360p", After(3, 900_000));
        Assert.Equal("360p", After(9, 900_000));
        Assert.Equal("480p", After(1, 900_000));
        Assert.Equal("360p", After(3, 900_000));
        Assert.Equal("360p", After(19, 900_000));
        Assert.Equal("480p", After(1, 900_000));
    }

    [Fact]
    public void RoomIsFound_TheNextLevelUpIsTakenOnceThereIsEnough()
    {
        _present = Levels[2].Key;
        After(0, 900_000, findsRoom: true);
        Assert.Equal(0, _choice.WantedBitsPerSecond);
        Assert.Equal("360p", After(60, 1_350_000, findsRoom: true));
        Assert.Equal(1_300_000, _choice.WantedBitsPerSecond);
        Assert.Equal("480p", After(1, 1_370_000, findsRoom: true));
        Assert.Equal(0, _choice.WantedBitsPerSecond);
        Assert.Equal("480p", After(5, 4_200_000, findsRoom: true));
        Assert.Equal(4_000_000, _choice.WantedBitsPerSecond);
        Assert.Equal("source", After(1, 4_220_000, findsRoom: true));
    }

    [Fact]
    public void NothingIsKnownOfTheNetwork_NothingChanges() => Assert.All(Enumerable.Range(0, 30), second => Assert.Equal("source", After(second, null)));

    private static LadderLevel Level(string name, string key, long rate) =>
        new(name, TestHub.Key(key), 0, 0, rate, LevelOrigin.Published);

    private string After(int seconds, long? estimate, bool isLimited = false, bool findsRoom = false)
    {
        _now += TimeSpan.FromSeconds(seconds);
        LadderLevel level = _choice.Choose(Levels, _present, estimate, isLimited, findsRoom, _now);
        _present = level.Key;
        return level.Name;
    }
}
