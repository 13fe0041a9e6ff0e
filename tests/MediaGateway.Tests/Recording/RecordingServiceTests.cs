using MediaGateway.Recording;
using MediaGateway.Streams;
using MediaGateway.Tests.Streams;
using MediaGateway.Vod;
using Xunit;

namespace MediaGateway.Tests.Recording;

public class RecordingServiceTests
{
    [Fact]
    public async Task Application_IsRecordedAsItsSettingsSay()
    {
        await using var host = new RecordingHost(("Applications:kept:Record", "true"));
        using PublishLease other = host.Publish("live/other");
        using PublishLease lease = host.Publish("kept/name");
        other.Publish(host.Frames.Key(0));
        lease.Publish(host.Frames.Key(0));
        Assert.Equal("kept/name.mp4", (await host.ToldAsync()).File);
        lease.End(StreamEndReason.Unpublished);
        RecordingEntry entry = await host.ToldAsync();
        Assert.Equal((RecordingState.Finished, "kept/name", "id-of-name", 1), (entry.State, entry.Stream, entry.SessionId, entry.Frames));
        Assert.Single(host.Service.Catalog.Entries);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PublisherThatAsks_IsRecordedUnlessThatIsOff(bool isOn)
    {
        await using var host = new RecordingHost(
            ("Recording:OnRequest", isOn ? "true" : "false"), ("Applications:kept:Record", "true"));
        using PublishLease lease = host.Publish("live/name", asksForRecording: true);
        using PublishLease kept = host.Publish("kept/name");
        lease.Publish(host.Frames.Key(0));
        kept.Publish(host.Frames.Key(0));
        List<string> told = [(await host.ToldAsync()).Stream];
        if (isOn)
        {
            told.Add((await host.ToldAsync()).Stream);
        }

        Assert.Equal(isOn ? ["kept/name", "live/name"] : ["kept/name"], told.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Start_SaysWhatBecameOfIt()
    {
        await using var host = new RecordingHost();
        Assert.Equal(RecordingStart.NoStream, host.Service.Start(TestHub.Key("name"), out _));
        using PublishLease lease = host.Publish("live/name");
        Assert.Equal(RecordingStart.Started, host.Service.Start(TestHub.Key("name"), out StreamRecording? first));
        Assert.Equal(RecordingStart.Duplicate, host.Service.Start(TestHub.Key("name"), out StreamRecording? second));
        Assert.Same(first, second);
        host.Service.Stop(first!);
        await first!.Completion;
        Assert.Null(host.Service.Find(TestHub.Key("name")));
        Assert.Equal(RecordingStart.Started, host.Service.Start(TestHub.Key("name"), out _));
        await using var unset = new RecordingHost(("Recording:Root", ""));
        Assert.Equal(RecordingStart.NotSet, unset.Service.Start(TestHub.Key("name"), out _));
    }

    [Fact]
    public async Task MoreThanMayBe_AreRefusedWithAnEventAndTheirStreamsPlayOn()
    {
        await using var host = new RecordingHost(("Recording:MaximumRecordings", "1"));
        using PublishLease first = host.Publish("live/first");
        using PublishLease second = host.Publish("live/second");
        host.Service.Start(TestHub.Key("first"), out StreamRecording? recording);
        Assert.Equal(RecordingStart.TooMany, (await StartAsync(host, "second")).Start);
        RecordingEntry told = await host.ToldAsync();
        Assert.Equal((RecordingState.Failed, "live/second", "id-of-second", ""), (told.State, told.Stream, told.SessionId, told.File));
        Assert.Equal("1 streams are recorded already (Recording:MaximumRecordings).", told.Reason);
        Assert.Equal((StreamState.Published, 0), (second.Stream.State, second.Stream.Outlets));
        host.Service.Stop(recording!);
        await recording!.Completion;
        Assert.Equal(RecordingStart.Started, (await StartAsync(host, "second")).Start);
    }

    [Fact]
    public async Task StreamThatIsMadeOnDemand_IsRecordedWhenItIsAskedForAndKeptUp()
    {
        var source = new OnDemand();
        await using var host = new RecordingHost(source, ("Applications:live:Record", "true"));
        Assert.Equal((RecordingStart.NoStream, null, OnDemand.Refusal), await StartAsync(host, "name_360p"));
        using PublishLease level = host.Get<StreamRegistry>().PublishUnlisted(TestHub.Key("name_360p"), ExpectedTracks.Video, new FakePublisher());
        source.Stream = level.Stream;
        Assert.Equal(RecordingStart.Started, (await StartAsync(host, "name_360p")).Start);
        Assert.Equal(RecordingStart.Duplicate, (await StartAsync(host, "name_360p")).Start);
        Assert.True(level.Stream.IsWanted);
        level.Publish(host.Frames.Key(0));
        Assert.Equal((RecordingState.Recording, "live/name_360p.mp4"), Shown(await host.ToldAsync()));
        level.End(StreamEndReason.Unpublished);
        Assert.Equal((RecordingState.Finished, "live/name_360p.mp4"), Shown(await host.ToldAsync()));

        static (RecordingState State, string File) Shown(RecordingEntry entry) => (entry.State, entry.File);
    }

    [Theory]
    [InlineData("flv")]
    [InlineData("mp4")]
    public async Task RunningRecording_CanBePlayedAsAFile(string format)
    {
        await using var host = new RecordingHost(("Recording:Format", format), ("Recording:FlushInterval", "00:00:00.1"));
        using PublishLease lease = host.Publish("live/name");
        host.Service.Start(TestHub.Key("name"), out _);
        lease.Publish(host.Frames.Key(0));
        lease.Publish(host.Frames.Key(1000));
        lease.Publish(host.Frames.Key(2000));
        await host.ToldAsync();
        VodCatalog catalog = host.Get<VodCatalog>();
        Assert.True(catalog.IsVod("recordings"));
        Assert.True(VodName.TryParse($"{format}:live/name", out VodName? name, out string? refusal), refusal);
        int frames = 0;
        while (frames < 2)
        {
            using VodFile? file = (await catalog.OpenAsync("recordings", name)).File;
            frames = file?.Index.Count ?? 0;
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        using VodFile running = (await catalog.OpenAsync("recordings", name)).File!; // it has been opened before
        Assert.Equal((true, true), catalog.Origin("recordings", running));
        lease.End(StreamEndReason.Unpublished);
        Assert.Equal(RecordingState.Finished, (await host.ToldAsync()).State);
        Assert.Equal((true, false), catalog.Origin("recordings", running));
    }

    [Fact]
    public async Task GatewayThatEnds_CompletesItsRecordings()
    {
        var host = new RecordingHost();
        using PublishLease lease = host.Publish("live/name");
        host.Service.Start(TestHub.Key("name"), out StreamRecording? recording);
        lease.Publish(host.Frames.Key(0));
        await host.ToldAsync();
        await host.Service.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(RecordingState.Finished, (await host.ToldAsync()).State);
        Assert.True(recording!.Completion.IsCompletedSuccessfully);
        await host.DisposeAsync();
    }

    private static Task<(RecordingStart Start, StreamRecording? Recording, string? Words)> StartAsync(RecordingHost host, string name) =>
        host.Service.StartAsync(TestHub.Key(name), TestContext.Current.CancellationToken);

    private sealed class OnDemand : IStreamSource
    {
        public const string Refusal = "The gateway is too busy.";

        public LiveStream? Stream { get; set; }

        public StreamSearch Find(in StreamQuery query) => Stream is { } stream ? StreamSearch.Found(stream) : StreamSearch.Refused(Refusal);
    }
}
