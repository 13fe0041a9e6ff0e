using System.Collections.Concurrent;
using System.Threading.Channels;
using MediaGateway.Configuration;
using MediaGateway.Sessions;
using MediaGateway.Streams;

namespace MediaGateway.Recording;

/// <summary>
/// Every recording: those that the settings of an application ask for, those that a publisher or its hook asks for, and those of the API. A
/// stream is recorded once, whoever asks. Any thread.
/// </summary>
internal sealed class RecordingService(
    RecordingServices services,
    RecordingCatalog catalog,
    StreamRegistry registry,
    StreamFinder finder,
    ApplicationsOptions applications,
    Func<SessionDirectory> sessions,
    ILogger<RecordingService> logger) : BackgroundService, ISessionListener
{
    /// <summary>Streams that are to be looked at; more are not, as the gateway carries no more.</summary>
    private const int MaximumNotices = 100_000;

    /// <summary>How often running recordings look whether something is due that no frame has brought: a flush, another try.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(250);

    /// <summary>How long the last words of all recordings may take when the gateway ends.</summary>
    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(5);

    private readonly Lock _starting = new();
    private readonly ConcurrentDictionary<StreamKey, StreamRecording> _running = new();
    private readonly ConcurrentDictionary<string, StreamRecording> _ending = new(StringComparer.Ordinal);
    private readonly Channel<Wish> _wishes = Channel.CreateBounded<Wish>(
        new BoundedChannelOptions(MaximumNotices) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>The files.</summary>
    public RecordingCatalog Catalog => catalog;

    /// <summary>The recordings of this moment, those that wait or have failed included.</summary>
    public IReadOnlyCollection<StreamRecording> Running => [.. _running.Values];

    /// <summary>The recording of a stream; null when it is not recorded.</summary>
    public StreamRecording? Find(StreamKey key) => _running.GetValueOrDefault(key);

    /// <summary>Begins to record a stream that is published here.</summary>
    /// <param name="key">Which.</param>
    /// <param name="recording">The recording; when it is a duplicate, the one that there is.</param>
    public RecordingStart Start(StreamKey key, out StreamRecording? recording)
    {
        recording = null;
        return catalog.Root is null ? RecordingStart.NotSet
            : registry.Find(key) is { } stream ? Begin(stream, isAsked: false, out recording)
            : RecordingStart.NoStream;
    }

    /// <summary>
    /// Begins to record a stream that somebody has named: one that is published here, or one that is brought for it as for a viewer, a level
    /// of a ladder or a stream of an origin. Waits for it as a viewer would.
    /// </summary>
    /// <returns>What became of it; the recording, when there is one; and what can be said about a stream that is not there.</returns>
    public async Task<(RecordingStart Start, StreamRecording? Recording, string? Words)> StartAsync(StreamKey key, CancellationToken cancellationToken)
    {
        if (catalog.Root is null)
        {
            return (RecordingStart.NotSet, null, null);
        }

        (LiveStream? stream, string? words) = await finder.FindAsync(registry, new StreamQuery(key), services.Time, cancellationToken);
        return stream is null
            ? (RecordingStart.NoStream, null, words)
            : (Begin(stream, isAsked: true, out StreamRecording? recording), recording, null);
    }

    /// <summary>Ends a recording, soon.</summary>
    public void Stop(StreamRecording recording)
    {
        _ending[recording.Id] = recording;
        _running.TryRemove(KeyValuePair.Create(recording.Key, recording));
        recording.Stop();
        if (recording.Completion.IsCompleted)
        {
            _ending.TryRemove(recording.Id, out _);
        }
    }

    /// <inheritdoc/>
    public void ConnectionOpened(ClientConnection connection)
    {
    }

    /// <inheritdoc/>
    public void ConnectionClosed(ClientConnection connection)
    {
    }

    /// <summary>A publisher that asks for a recording gets one as soon as it publishes.</summary>
    public void MediaSessionChanged(MediaSession session)
    {
        if (session is { IsPublisher: true, Record: true, Status: MediaSessionStatus.Publishing } && services.Options.OnRequest)
        {
            _wishes.Writer.TryWrite(new Wish(session.Key, IsRequest: true));
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        StreamRecording[] recordings = [.. _running.Values, .. _ending.Values];
        foreach (StreamRecording recording in recordings)
        {
            recording.Stop();
        }

        try
        {
            await Task.WhenAll(recordings.Select(recording => recording.Completion)).WaitAsync(FarewellTimeout, services.Time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // A disk that hangs holds nothing up; what is written so far can be played.
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using IDisposable notices = registry.NotifyPublished(stream => Note(stream.Key));
        foreach (LiveStream stream in registry.Streams)
        {
            Note(stream.Key);
        }

        await using ITimer beat = services.Time.CreateTimer(_ => WakeAll(), null, Beat, Beat);
        await foreach (Wish wish in _wishes.Reader.ReadAllAsync(stoppingToken))
        {
            if (Start(wish.Stream, out _) == RecordingStart.NotSet)
            {
                logger.RecordingNotSet(wish.Stream);
            }
        }
    }

    private RecordingStart Begin(LiveStream stream, bool isAsked, out StreamRecording? recording)
    {
        StreamKey key = stream.Key;
        StreamRecording? previous;
        lock (_starting)
        {
            if (_running.TryGetValue(key, out previous) && previous.IsOf(stream))
            {
                recording = previous;
                return RecordingStart.Duplicate;
            }

            recording = _running.Count + _ending.Count < services.Options.MaximumRecordings
                ? new StreamRecording(stream, PublisherOf(key), isAsked, services, OnEnded)
                : null;
            if (recording is not null)
            {
                _running[key] = recording;
            }
        }

        if (recording is null)
        {
            Refuse(key);
            return RecordingStart.TooMany;
        }

        if (previous is not null)
        {
            _ending[previous.Id] = previous; // its stream has ended, and it is writing what is left
            if (previous.Completion.IsCompleted)
            {
                _ending.TryRemove(previous.Id, out _);
            }
        }

        recording.Start();
        return RecordingStart.Started;
    }

    private void Refuse(StreamKey key)
    {
        string reason = $"{services.Options.MaximumRecordings} streams are recorded already (Recording:MaximumRecordings).";
        logger.RecordingNotBegun(key, reason);
        MediaSession? session = PublisherOf(key);
        var refused = RecordingEntry.Refused(Guid.NewGuid().ToString("N"), key, session, reason, services.Time.GetUtcNow());
        foreach (IRecordingListener listener in services.Listeners)
        {
            listener.RecordingChanged(refused, "", session);
        }
    }

    private void Note(StreamKey key)
    {
        if (applications.Of(key.Application).Record)
        {
            _wishes.Writer.TryWrite(new Wish(key, IsRequest: false));
        }
    }

    private void WakeAll()
    {
        foreach ((_, StreamRecording recording) in _running)
        {
            recording.Wake();
        }
    }

    private MediaSession? PublisherOf(StreamKey key) =>
        sessions().Sessions.FirstOrDefault(session => session.IsPublisher && session.Key == key && session.Status == MediaSessionStatus.Publishing);

    private void OnEnded(StreamRecording recording)
    {
        _running.TryRemove(KeyValuePair.Create(recording.Key, recording));
        _ending.TryRemove(recording.Id, out _);
    }

    private readonly record struct Wish(StreamKey Stream, bool IsRequest);
}
