using System.Net;
using System.Threading.Channels;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Recording;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Push;
using MediaGateway.Tests.Streams;
using MediaGateway.Vod;
using Xunit;

namespace MediaGateway.Tests.Recording;

/// <summary>Recording as it is shipped, with its threads, into a temporary folder.</summary>
internal sealed class RecordingHost : IAsyncDisposable, IRecordingListener
{
    private readonly IHost _host;
    private readonly Channel<RecordingEntry> _told = Channel.CreateUnbounded<RecordingEntry>();
    private readonly string _folder = Directory.CreateTempSubdirectory("recording-").FullName;

    public RecordingHost(params (string Key, string Value)[] settings)
        : this(null, settings)
    {
    }

    /// <param name="source">Brings streams that nobody publishes; null for none.</param>
    /// <param name="settings">Beside those that every test has.</param>
    public RecordingHost(IStreamSource? source, params (string Key, string Value)[] settings)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(
            [KeyValuePair.Create("Recording:Root", (string?)Root), KeyValuePair.Create("Recording:NameTemplate", (string?)"{app}/{name}")]);
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        builder.AddGatewayOptions();
        builder.Services.AddSingleton<BufferPool>(Buffers);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IAudioTranscoderFactory>(new FakeTranscoderFactory(Buffers));
        builder.Services.AddSingleton<IRecordingListener>(this);
        builder.Services.AddDiagnostics().AddSessions().AddStreams().AddVod().AddRecording();
        if (source is not null)
        {
            builder.Services.AddSingleton(source);
        }

        _host = builder.Build();
        _host.Start();
        Frames = new PushFrames(Buffers);
    }

    public string Root => Path.Combine(_folder, "root");

    public TrackingBufferPool Buffers { get; } = new();

    public PushFrames Frames { get; }

    public RecordingService Service => Get<RecordingService>();

    public PublishLease Publish(string key, bool asksForRecording = false)
    {
        Assert.True(StreamKey.TryParse(key, out StreamKey parsed, out string? refusal), refusal);
        PublishLease lease = Get<StreamRegistry>().TryPublish(
            parsed, ExpectedTracks.Video, new FakePublisher { AnswersKeyframeRequests = false }, out _) ?? throw new InvalidOperationException("In use.");
        Get<SessionDirectory>().Change(
            new MediaSession
            {
                Id = $"id-of-{parsed.Name}",
                Connection = new ClientConnection
                {
                    Protocol = "rtmp",
                    AppKey = ClientConnection.FlashApplication,
                    Remote = IPEndPoint.Parse("192.0.2.1:5643"),
                    Local = IPEndPoint.Parse("192.0.2.9:1935"),
                    Parameters = [],
                    ConnectedAt = default,
                    End = (_, _) => { },
                },
                Key = parsed,
                IsPublisher = true,
                Record = asksForRecording,
                Parameters = [],
                StartedAt = default,
                End = (_, _) => { },
            },
            MediaSessionStatus.Publishing);
        return lease;
    }

    /// <summary>The next thing that listeners hear.</summary>
    public async Task<RecordingEntry> ToldAsync() => await _told.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public void RecordingChanged(RecordingEntry entry, string path, MediaSession? session)
    {
        Assert.Equal(entry.SessionId, session?.Id);
        _told.Writer.TryWrite(entry);
    }

    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        foreach (LiveStream stream in Get<StreamRegistry>().Streams)
        {
            stream.Lease?.End(StreamEndReason.Unpublished);
        }

        await _host.StopAsync();
        _host.Dispose();
        Directory.Delete(_folder, recursive: true);
        Buffers.Dispose();
    }
}
