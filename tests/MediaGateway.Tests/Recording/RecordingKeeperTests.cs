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
        (_bench.Options.MinimumFreeBytes, _bench.FreeBytes) = (1000, 999);
        _bench.Keeper.Sweep();
        Assert.Empty(Files());
    }

    [Theory]
    [InlineData("flv")]
    [InlineData("mp4")]
    public void AfterAKill_WhatWasRunningIsFinishedWithWhatItHas(string format)
    {
        _bench.Options.Format = format;
        StreamRecording killed = RecordForTwoSeconds();
        File.WriteAllText(_bench.PathOf("live/other.flv.json.tmp"), "half an ent");
        File.WriteAllText(_bench.PathOf("live/torn.flv.json"), "{\"id\":");
        _bench.Told.Clear();

        RecordingEntry entry = Assert.Single(_bench.Restart().Entries);
        Assert.Equal((RecordingState.Finished, RecordingKeeper.GatewayEnded), (entry.State, entry.Reason));
        Assert.Equal(format == "mp4" ? 1 : 2, entry.Frames); // MP4 knows how long a picture lasts when the next one comes
        Assert.InRange(entry.Duration, 2, 4);
        Assert.Equal([$"Finished live/name.{format}"], _bench.Told);
        Assert.Equal([$"name.{format}", $"name.{format}.json", "torn.flv.json"], Files());
        Assert.Equal(entry, Assert.Single(_bench.Restart().Entries)); // as it stands beside the file
        Assert.Single(_bench.Told);
        killed.Stop();
        killed.Turn();
    }

    [Fact]
    public void AfterAKill_AnFlvFileCutWithinATagGetsItsHead()
    {
        StreamRecording killed = RecordForTwoSeconds();
        string path = _bench.PathOf("live/name.flv");
        byte[] torn = File.ReadAllBytes(path)[..^7];
        File.WriteAllBytes(path, torn);

        RecordingEntry entry = Assert.Single(_bench.Restart().Entries);
        Media.Files.MediaFile index = _bench.Open("live/name.flv");
        Assert.Equal((1, index.IndexedBytes, new FileInfo(path).Length), (entry.Frames, entry.Bytes, entry.Bytes));
        Assert.InRange(entry.Bytes, 1, torn.Length - 1);
        Assert.Equal([0.0, entry.Bytes], new[] { "duration", "filesize" }.Select(Metadata));
        Assert.Equal(true, index.Metadata!.Properties.Single(property => property.Key == "hasKeyframes").Value.AsBoolean);
        killed.Stop();
        killed.Turn();

        double? Metadata(string name) => index.Metadata!.Properties.Single(property => property.Key == name).Value.AsNumber;
    }

    [Fact]
    public void AfterAKill_AFileWithoutAFrameHasFailed()
    {
        StreamRecording killed = RecordForTwoSeconds();
        File.WriteAllText(_bench.PathOf("live/name.flv"), "");
        _bench.Told.Clear();
        RecordingEntry entry = Assert.Single(_bench.Restart().Entries);
        Assert.Equal((RecordingState.Failed, 0), (entry.State, entry.Frames));
        Assert.StartsWith(RecordingKeeper.GatewayEnded, entry.Reason, StringComparison.Ordinal);
        Assert.Equal(["Failed live/name.flv"], _bench.Told);
        killed.Stop();
        killed.Turn();
    }

    [Fact]
    public void AfterAKill_ALinkInPlaceOfTheFileIsNotWrittenTo()
    {
        StreamRecording killed = RecordForTwoSeconds();
        killed.Stop();
        string path = _bench.PathOf("live/name.flv");
        string elsewhere = Path.Combine(_bench.Outside, "elsewhere.flv");
        File.Move(path, elsewhere);
        byte[] before = File.ReadAllBytes(elsewhere);
        File.CreateSymbolicLink(path, elsewhere);
        Assert.Equal(RecordingState.Finished, Assert.Single(_bench.Restart().Entries).State);
        Assert.Equal(before, File.ReadAllBytes(elsewhere));
        killed.Turn();
    }

    [Fact]
    public void WhatIsRecordedAlreadyWhenFilesAreLookedFor_GoesOn()
    {
        StreamRecording running = RecordForTwoSeconds();
        _bench.Told.Clear();
        _bench.Keeper.Load();
        Assert.Equal(RecordingState.Recording, Assert.Single(_bench.Catalog.Entries).State);
        Assert.Empty(_bench.Told);
        running.Stop();
        running.Turn();
        Assert.Equal(["Finished live/name.flv"], _bench.Told);
    }

    [Fact]
    public void EntryThatNamesAnotherFile_IsNoEntry()
    {
        string secret = Path.Combine(_bench.Outside, "secret.flv");
        File.WriteAllText(secret, "Not ours.");
        Record("one");
        string json = File.ReadAllText(_bench.PathOf("live/one.flv.json"));
        File.WriteAllText(_bench.PathOf("live/two.flv.json"), json.Replace("live/one.flv", "../secret.flv", StringComparison.Ordinal));
        Assert.Equal("live/one.flv", Assert.Single(_bench.Restart().Entries).File);
    }

    private StreamRecording RecordForTwoSeconds()
    {
        PublishLease lease = _bench.Publish();
        lease.Publish(_bench.Frames.Key(0));
        StreamRecording recording = _bench.Record(lease);
        lease.Publish(_bench.Frames.Key(2000));
        recording.Turn();
        _bench.Hub.Time.Advance(TimeSpan.FromSeconds(2));
        recording.Turn();
        return recording;
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
