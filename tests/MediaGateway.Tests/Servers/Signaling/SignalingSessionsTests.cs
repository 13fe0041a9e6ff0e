using MediaGateway.Servers.Signaling;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Servers.Signaling;

public sealed class SignalingSessionsTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly SignalingSessions _sessions;

    public SignalingSessionsTests() => _sessions = new SignalingSessions(_time);

    [Fact]
    public void PageStaysAwayLongerThanTheGrace_ItsSessionIsAbandoned()
    {
        _sessions.Add("session", "connection");
        _sessions.Disconnected("connection");

        _time.Advance(SignalingSessions.Grace);
        Assert.Empty(_sessions.Abandoned());

        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(["session"], _sessions.Abandoned());
    }

    [Fact]
    public void PageComesBackInTime_TheSessionIsItsAgain()
    {
        _sessions.Add("session", "old");
        _sessions.Disconnected("old");
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.True(_sessions.TryMove("session", "new"));

        _time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(_sessions.Abandoned());
        Assert.Equal("new", _sessions.ReceiverOf(Status(StreamStatus.Publishing)));
    }

    [Fact]
    public void OtherPageGoesAway_TheSessionStays()
    {
        _sessions.Add("session", "connection");
        _sessions.Disconnected("other");
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(_sessions.Abandoned());
    }

    [Fact]
    public void FinalStatus_EndsTheFollowing()
    {
        _sessions.Add("session", "connection");

        Assert.Equal("connection", _sessions.ReceiverOf(Status(StreamStatus.Publishing)));
        Assert.Equal("connection", _sessions.ReceiverOf(Status(StreamStatus.Failed)));
        Assert.Null(_sessions.ReceiverOf(Status(StreamStatus.Failed)));
        Assert.False(_sessions.TryMove("session", "connection"));
    }

    [Fact]
    public void ManySessionsOfOneConnection_AreFullAtSixteen()
    {
        for (int index = 0; index < 16; index++)
        {
            Assert.False(_sessions.IsFull("connection"));
            _sessions.Add($"session {index}", "connection");
        }

        Assert.True(_sessions.IsFull("connection"));
        Assert.False(_sessions.IsFull("other"));
    }

    [Fact]
    public void NobodyReads_TheOldestMessagesAreDropped()
    {
        for (int index = 0; index < 5000; index++)
        {
            _sessions.Post(new StreamStatusMessage($"{index}", "name", StreamStatus.Publishing, null));
        }

        Assert.True(_sessions.Messages.TryRead(out SignalingMessage? first));
        Assert.Equal("904", first.MediaSessionId);
    }

    private static StreamStatusMessage Status(StreamStatus status) => new("session", "name", status, null);
}
