using System.Net;
using MediaGateway.Sessions;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Sessions;

public sealed class SessionDirectoryTests
{
    private readonly RecordingListener _listener = new();
    private readonly SessionDirectory _directory;
    private readonly ClientConnection _connection = new()
    {
        Protocol = "rtmp",
        AppKey = ClientConnection.FlashApplication,
        Remote = new IPEndPoint(IPAddress.Loopback, 50_000),
        Local = new IPEndPoint(IPAddress.Loopback, 1935),
        Parameters = [],
        ConnectedAt = TimeSpan.Zero,
        End = (_, _) => { },
    };

    public SessionDirectoryTests() => _directory = new SessionDirectory([_listener]);

    [Fact]
    public void PublisherTakesOver_TheEndOfTheOldOneIsToldFirst()
    {
        MediaSession old = Publisher("old", lease: 1);
        MediaSession taken = Publisher("new", lease: 2);
        _directory.Change(old, MediaSessionStatus.Publishing);
        _directory.Change(taken, MediaSessionStatus.New);
        _directory.Change(taken, MediaSessionStatus.Publishing);
        _directory.Change(old, MediaSessionStatus.Failed, "too late");
        Assert.Equal("old Publishing, new New, old Failed, new Publishing", _listener.Text);
        Assert.Equal(SessionDirectory.TakenOver, old.Information);
        Assert.Equal([taken], _directory.Sessions);
    }

    [Fact]
    public void PublisherWasOvertakenBeforeItSaidSo_TheNewerOneStays()
    {
        MediaSession slow = Publisher("slow", lease: 1);
        MediaSession quick = Publisher("quick", lease: 2);
        _directory.Change(slow, MediaSessionStatus.New);
        _directory.Change(quick, MediaSessionStatus.Publishing);
        _directory.Change(slow, MediaSessionStatus.Publishing);
        Assert.Equal("slow New, quick Publishing, slow Failed", _listener.Text);
        Assert.Equal([quick], _directory.Sessions);
    }

    [Fact]
    public void PageTakesOverFromAnEncoder_ItIsTheNewest()
    {
        MediaSession encoder = Publisher("encoder", lease: 5);
        MediaSession page = Publisher("page", lease: 0);
        _directory.Change(encoder, MediaSessionStatus.Publishing);
        _directory.Change(page, MediaSessionStatus.Publishing);
        Assert.Equal("encoder Publishing, encoder Failed, page Publishing", _listener.Text);
    }

    [Fact]
    public void NextPublisherAfterTheEnd_EndsNobody()
    {
        MediaSession first = Publisher("first", lease: 1);
        MediaSession second = Publisher("second", lease: 2);
        _directory.Change(first, MediaSessionStatus.Publishing);
        _directory.Change(first, MediaSessionStatus.Unpublished);
        _directory.Change(second, MediaSessionStatus.Publishing);
        _directory.Change(second, MediaSessionStatus.Unpublished);
        Assert.Equal("first Publishing, first Unpublished, second Publishing, second Unpublished", _listener.Text);
        Assert.Empty(_directory.Sessions);
    }

    [Fact]
    public void ManyPublishersAtOnce_EachEndIsToldBeforeTheNextBeginning()
    {
        MediaSession[] sessions = [.. Enumerable.Range(1, 200).Select(lease => Publisher($"p{lease}", lease))];
        Parallel.ForEach(sessions, session =>
        {
            _directory.Change(session, MediaSessionStatus.Publishing);
            _directory.Change(session, MediaSessionStatus.Unpublished);
        });
        int publishing = 0;
        foreach (string told in _listener.Text.Split(", "))
        {
            publishing += told.EndsWith("Publishing", StringComparison.Ordinal) ? 1 : told.EndsWith("Unpublished", StringComparison.Ordinal) ? -1 : 0;
            publishing -= told.EndsWith("Failed", StringComparison.Ordinal) && WasPublishing(told) ? 1 : 0;
            Assert.InRange(publishing, 0, 1);
        }

        Assert.Equal(0, publishing);
        Assert.Empty(_directory.Sessions);
    }

    private bool WasPublishing(string told) =>
        _listener.Text.Contains($"{told.Split(' ')[0]} Publishing", StringComparison.Ordinal);

    private MediaSession Publisher(string id, long lease) => new()
    {
        Id = id,
        Connection = _connection,
        Key = TestHub.Key("camera"),
        IsPublisher = true,
        Parameters = [],
        StartedAt = TimeSpan.Zero,
        LeaseNumber = lease,
        End = (_, _) => { },
    };

    /// <summary>Notes what it hears. Publishers' changes come one at a time: it needs no lock of its own.</summary>
    private sealed class RecordingListener : ISessionListener
    {
        private readonly List<string> _told = [];

        public string Text => string.Join(", ", _told);

        public void ConnectionOpened(ClientConnection connection)
        {
        }

        public void ConnectionClosed(ClientConnection connection)
        {
        }

        public void MediaSessionChanged(MediaSession session) => _told.Add($"{session.Id} {session.Status}");
    }
}
