using MediaGateway.Recording;
using MediaGateway.Streams;
using Xunit;

namespace MediaGateway.Tests.Recording;

public sealed class RecordingKeeperTests : IDisposable
{
    private readonly RecordingBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Old_AreDeletedAndNothingElse()
    {
        _bench.Options.MaximumAge = TimeSpan.FromHours(2);
        Record("one");
        string foreign = _bench.PathOf("live/foreign.flv");
        File.WriteAllText(foreign, "Not recorded here.");
        File.SetLastWriteTimeUtc(foreign, DateTime.UnixEpoch);
        _bench.Hub.Time.Advance(TimeSpan.FromHours(1.5));
        Record("two");
        PublishLease lease = _bench.Publish(name: "running");
        lease.Publish(_bench.Frames.Key(0));
        StreamRecording running = _bench.Record(lease);
        running.Turn();
        _bench.Hub.Time.Advance(TimeSpan.FromHours(1));
        _bench.Keeper.Sweep();
        Assert.Equal(["foreign.flv", "running.flv", "running.flv.json", "two.flv", "two.flv.json"], Files());
        _bench.Hub.Time.Advance(TimeSpan.FromHours(10));
        _bench.Keeper.Sweep();
        Assert.Equal(["foreign.flv", "running.flv", "running.flv.json"], Files());
        running.Stop();
        running.Turn();
    }

    [Fact]
    public void TooMany_TheOldestGo()
    {
        foreach (string name in new[] { "one", "two", "three" })
        {
            Record(name);
            _bench.Hub.Time.Advance(TimeSpan.FromMinutes(1));
        }

        long each = _bench.Catalog.Entries.First().Bytes;
        _bench.Options.MaximumBytes = each * 2;
        _bench.Keeper.Sweep();
        Assert.Equal(["three.flv", "three.flv.json", "two.flv", "two.flv.json"], Files());
        _bench.Options.MinimumFreeBytes = long.MaxValue;
        _bench.Keeper.Sweep();
        Assert.Empty(Files());
    }

    [Fact]
    public void AfterAKill_WhatWasRunningIsInterruptedAndKeptWithWhatItHas()
    {
        PublishLease lease = _bench.Publish();
        lease.Publish(_bench.Frames.Key(0));
        StreamRecording killed = _bench.Record(lease);
        lease.Publish(_bench.Frames.Key(2000));
        killed.Turn();
        _bench.Hub.Time.Advance(TimeSpan.FromSeconds(2));
        killed.Turn();
        File.WriteAllText(_bench.PathOf("live/other.flv.json.tmp"), "half an ent");
        File.WriteAllText(_bench.PathOf("live/torn.flv.json"), "{\"id\":");
        var catalog = new RecordingCatalog(
            Microsoft.Extensions.Options.Options.Create(_bench.Options), Microsoft.Extensions.Logging.Abstractions.NullLogger<RecordingCatalog>.Instance);
        using var keeper = new RecordingKeeper(
            catalog,
            Microsoft.Extensions.Options.Options.Create(_bench.Options),
            _bench.Hub.Time,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<RecordingKeeper>.Instance);
        keeper.Load();
        RecordingEntry entry = Assert.Single(catalog.Entries);
        Assert.Equal((RecordingState.Interrupted, 2), (entry.State, entry.Frames));
        Assert.InRange(entry.Duration, 2, 4); // the last picture lasts as long as the one before
        Assert.Equal(["name.flv", "name.flv.json", "torn.flv.json"], Files());
        killed.Stop();
        killed.Turn();
    }

    [Fact]
    public void EntryThatNamesAnotherFile_IsNoEntry()
    {
        string secret = Path.Combine(_bench.Outside, "secret.flv");
        File.WriteAllText(secret, "Not ours.");
        Record("one");
        string json = File.ReadAllText(_bench.PathOf("live/one.flv.json"));
        File.WriteAllText(_bench.PathOf("live/two.flv.json"), json.Replace("live/one.flv", "../secret.flv", StringComparison.Ordinal));
        var catalog = new RecordingCatalog(
            Microsoft.Extensions.Options.Options.Create(_bench.Options), Microsoft.Extensions.Logging.Abstractions.NullLogger<RecordingCatalog>.Instance);
        catalog.Load();
        Assert.Equal("live/one.flv", Assert.Single(catalog.Entries).File);
    }

    private void Record(string name)
    {
        PublishLease lease = _bench.Publish(name: name);
        lease.Publish(_bench.Frames.Key(0));
        StreamRecording recording = _bench.Record(lease);
        lease.End(StreamEndReason.Unpublished);
        recording.Turn();
    }

    private string[] Files() =>
        [.. Directory.GetFiles(_bench.PathOf("live")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}
