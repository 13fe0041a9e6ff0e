using MediaGateway.Media.Files;
using MediaGateway.Media.Frames;
using MediaGateway.Recording;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Push;
using Xunit;

namespace MediaGateway.Tests.Recording;

public sealed class StreamRecordingTests : IDisposable
{
    private RecordingBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("flv")]
    [InlineData("mp4")]
    public void Stream_IsRecordedFromTheCachedGroupToItsEnd(string format)
    {
        Use(format);
        PublishLease lease = _bench.Publish();
        lease.Publish(_bench.Frames.Key(1000));
        lease.Publish(_bench.Frames.Delta(1040));
        StreamRecording recording = _bench.Record(lease);
        lease.Publish(_bench.Frames.Delta(1080));
        lease.Publish(_bench.Frames.Key(1120));
        recording.Turn();
        Assert.Equal(RecordingState.Recording, recording.Entry?.State);
        lease.End(StreamEndReason.Unpublished);
        recording.Turn();
        Assert.True(recording.Completion.IsCompletedSuccessfully);
        string file = $"live/name.{format}";
        MediaFile index = _bench.Open(file);
        Assert.Equal([0, 40, 80, 120], _bench.TimesOf(file));
        Assert.Equal(2, index.Keyframes.Length);
        Assert.Equal(PushFrames.Format, index.FormatOf(index[0]));
        Assert.Equal([$"Recording {file}", $"Finished {file}"], _bench.Told);
        RecordingEntry entry = Assert.Single(_bench.Catalog.Entries);
        Assert.Equal(
            (RecordingState.Finished, 4, new FileInfo(_bench.PathOf(file)).Length, 0.12), (entry.State, entry.Frames, entry.Bytes, entry.Duration));
    }

    [Fact]
    public void FlvHead_IsFilledInAtTheEnd()
    {
        PublishLease lease = _bench.Publish();
        lease.Publish(_bench.Frames.Key(0));
        StreamRecording recording = _bench.Record(lease);
        lease.Publish(_bench.Frames.Key(2000));
        recording.Stop();
        recording.Turn();
        Assert.Equal(2, _bench.Open("live/name.flv").Metadata?.Properties.Single(property => property.Key == "duration").Value.AsNumber);
        Assert.Equal(0, lease.Stream.Outlets);
    }

    [Theory]
    [InlineData("flv")]
    [InlineData("mp4")]
    public void WhatWasFlushed_CanBePlayedWithoutTheEnd(string format)
    {
        Use(format);
        PublishLease lease = _bench.Publish(ExpectedTracks.AudioAndVideo);
        lease.Publish(_bench.Sound.EncoderSound(Streams.TestFrames.Aac, 0));
        lease.Publish(_bench.Frames.Key(0));
        StreamRecording recording = _bench.Record(lease);
        for (int time = 40; time <= 10_000; time += 40)
        {
            _bench.Hub.Time.Advance(TimeSpan.FromMilliseconds(40));
            lease.Publish(time % 4000 == 0 ? _bench.Frames.Key(time) : _bench.Frames.Delta(time));
            lease.Publish(_bench.Sound.EncoderSound(Streams.TestFrames.Aac, time));
            recording.Turn();
        }

        // A process that is killed here leaves this file.
        MediaFile index = _bench.Open($"live/name.{format}");
        Assert.InRange(index.Duration, TimeSpan.FromSeconds(8.9), TimeSpan.FromSeconds(10.1));
        Assert.Equal([TrackKind.Video, TrackKind.Audio], index.Tracks.Select(track => track.Kind));
        Assert.InRange(recording.Entry!.Duration, 8.9, 10.1);
        recording.Stop();
        recording.Turn();
        Assert.InRange(_bench.Open($"live/name.{format}").Count, 500, 502);
    }

    [Fact]
    public void NewFormat_StaysInTheFlvFile()
    {
        PublishLease lease = PublishTwoFormats(out StreamRecording recording);
        lease.End(StreamEndReason.Unpublished);
        recording.Turn();
        Assert.Equal([0, 40, 80, 120], _bench.TimesOf("live/name.flv"));
        Assert.Equal(
            [0, 1, 1, 0, 1, 1],
            FlvFile.Read(File.ReadAllBytes(_bench.PathOf("live/name.flv"))).Where(tag => tag.Type == 9).Select(tag => (int)tag.Body[1]));
    }

    [Fact]
    public void NewFormat_BeginsAnotherMp4File()
    {
        Use("mp4");
        PublishLease lease = PublishTwoFormats(out StreamRecording recording);
        lease.End(StreamEndReason.Unpublished);
        recording.Turn();
        Assert.Equal([0, 40], _bench.TimesOf("live/name.mp4"));
        Assert.Equal([0, 40], _bench.TimesOf("live/name-2.mp4"));
        Assert.Equal(2, _bench.Catalog.Entries.Count);
        Assert.All(_bench.Catalog.Entries, entry => Assert.Equal(RecordingState.Finished, entry.State));
    }

    [Fact]
    public void WhatMp4CannotCarry_IsWrittenAsFlv()
    {
        Use("mp4");
        PublishLease lease = _bench.Publish();
        var hevc = new FlvTagFormat(CodecId.Hevc, TrackKind.Video, Wire.Hex("90 68766331 01"), IsEnhanced: true);
        lease.Publish(_bench.Sound.Further(hevc, 0));
        StreamRecording recording = _bench.Record(lease);
        recording.Stop();
        recording.Turn();
        Assert.True(File.Exists(_bench.PathOf("live/name.flv")));
    }

    [Fact]
    public void LongRecording_GoesOnInAnotherFileAtAKeyframe()
    {
        _bench.Options.MaximumDuration = TimeSpan.FromSeconds(10);
        PublishLease lease = _bench.Publish();
        lease.Publish(_bench.Frames.Key(0));
        StreamRecording recording = _bench.Record(lease);
        for (int time = 1000; time <= 25_000; time += 1000)
        {
            lease.Publish(time % 4000 == 0 ? _bench.Frames.Key(time) : _bench.Frames.Delta(time));
        }

        recording.Stop();
        recording.Turn();
        Assert.Equal([12, 12, 2], new[] { "live/name.flv", "live/name-2.flv", "live/name-3.flv" }.Select(file => _bench.Open(file).Count));
    }

    [Fact]
    public void SlowDisk_CostsFramesUpToTheNextKeyframeAndSaysSo()
    {
        _bench.Options.QueueBytes = 1024 * 1024;
        PublishLease lease = _bench.Publish();
        lease.Publish(_bench.Frames.Key(0));
        StreamRecording recording = _bench.Record(lease);
        recording.Turn();
        for (int time = 40; time < 4000; time += 40)
        {
            lease.Publish(time % 1000 == 0 ? _bench.Frames.Key(time, 30_000) : _bench.Frames.Delta(time, 30_000));
        }

        recording.Turn();
        recording.Stop();
        recording.Turn();
        int[] times = _bench.TimesOf("live/name.flv");
        Assert.Equal(0, times[1] % 1000);
        Assert.Equal(3960, times[^1]);
        Assert.Equal(100 - times.Length, recording.Entry!.DroppedFrames);
    }

    [Fact]
    public void DiskThatRefuses_IsTriedAgainAndTheStreamNeverNotices()
    {
        File.WriteAllText(_bench.Root, "No folder can be made here.");
        PublishLease lease = _bench.Publish();
        lease.Publish(_bench.Frames.Key(0));
        StreamRecording recording = _bench.Record(lease);
        recording.Turn();
        Assert.NotNull(recording.Fault);
        Assert.Equal("Failed ", Assert.Single(_bench.Told));
        Assert.Equal(0, lease.Stream.Outlets);
        _bench.Hub.Time.Advance(StreamRecording.RetryDelay);
        recording.Turn();
        lease.Publish(_bench.Frames.Key(40));
        recording.Turn();
        Assert.Single(_bench.Told);
        File.Delete(_bench.Root);
        _bench.Hub.Time.Advance(StreamRecording.RetryDelay);
        recording.Turn();
        lease.Publish(_bench.Frames.Key(80));
        recording.Turn();
        Assert.Null(recording.Fault);
        recording.Stop();
        recording.Turn();
        Assert.Equal("Finished live/name.flv", _bench.Told[^1]);
        Assert.True(recording.Completion.IsCompletedSuccessfully);
    }

    [Theory]
    [InlineData("flv")]
    [InlineData("mp4")]
    public void DiskThatRunsLow_EndsTheFileWholeAndTheRecordingGoesOnWhenThereIsRoom(string format)
    {
        Use(format);
        _bench.Options.ReservedBytes = 1000;
        PublishLease lease = _bench.Publish();
        lease.Publish(_bench.Frames.Key(0));
        StreamRecording recording = _bench.Record(lease);
        lease.Publish(_bench.Frames.Delta(1000));
        recording.Turn();
        _bench.FreeBytes = 999;
        _bench.Hub.Time.Advance(_bench.Options.FlushInterval);
        recording.Turn();
        const string Reason = "Less is free on the disk than Recording:ReservedBytes.";
        Assert.Equal((Reason, 0), (recording.Fault, lease.Stream.Outlets));
        RecordingEntry entry = Assert.Single(_bench.Catalog.Entries);
        Assert.Equal((RecordingState.Finished, Reason, 2), (entry.State, entry.Reason, entry.Frames));
        Assert.Equal([0, 1000], _bench.TimesOf($"live/name.{format}"));
        Assert.DoesNotContain("\"Recording\"", File.ReadAllText(_bench.PathOf($"live/name.{format}.json")), StringComparison.Ordinal);

        // Not with the first bytes that become free.
        _bench.FreeBytes = 1000 + RecordingDisk.RetryRoom - 1;
        Retry(80);
        _bench.FreeBytes++;
        Retry(120);
        Assert.Null(recording.Fault);
        recording.Stop();
        recording.Turn();
        Assert.Equal(
            [$"Recording live/name.{format}", $"Finished live/name.{format}", $"Recording live/name-2.{format}", $"Finished live/name-2.{format}"],
            _bench.Told);

        void Retry(int time)
        {
            _bench.Hub.Time.Advance(StreamRecording.RetryDelay);
            recording.Turn();
            lease.Publish(_bench.Frames.Key(time));
            recording.Turn();
        }
    }

    [Fact]
    public void DiskWithoutRoomFromTheBeginning_SaysSoOnce()
    {
        (_bench.Options.ReservedBytes, _bench.FreeBytes) = (1000, 999);
        PublishLease lease = _bench.Publish();
        lease.Publish(_bench.Frames.Key(0));
        StreamRecording recording = _bench.Record(lease);
        recording.Turn();
        _bench.Hub.Time.Advance(StreamRecording.RetryDelay);
        recording.Turn();
        Assert.Equal(["Failed "], _bench.Told);
        Assert.Empty(_bench.Catalog.Entries);
        Assert.False(Directory.Exists(_bench.PathOf("live")) && Directory.GetFiles(_bench.PathOf("live")).Length > 0);
        recording.Stop();
        recording.Turn();
    }

    [Fact]
    public void EntryThatCannotBeWritten_IsNoRecording()
    {
        Directory.CreateDirectory(_bench.PathOf("live/name.flv.json")); // what should be a file
        PublishLease lease = _bench.Publish();
        lease.Publish(_bench.Frames.Key(0));
        StreamRecording recording = _bench.Record(lease);
        recording.Turn();
        Assert.NotNull(recording.Fault);
        Assert.Equal(["Failed "], _bench.Told);
        Assert.Empty(_bench.Catalog.Entries);
        Assert.Empty(Directory.GetFiles(_bench.PathOf("live")));
        recording.Stop();
        recording.Turn();
    }

    [Fact]
    public void EntryOnAFullDisk_IsWrittenInPlaceOfTheOldOne()
    {
        PublishLease lease = _bench.Publish();
        lease.Publish(_bench.Frames.Key(0));
        StreamRecording recording = _bench.Record(lease);
        recording.Turn();
        string json = _bench.PathOf("live/name.flv.json");
        long room = new FileInfo(json).Length;
        Directory.CreateDirectory($"{json}.tmp"); // no new file can be made of that name
        recording.Stop();
        recording.Turn();
        Directory.Delete($"{json}.tmp");
        Assert.Equal(RecordingState.Finished, Assert.Single(_bench.Restart().Entries).State);
        Assert.Equal(room, new FileInfo(json).Length);
    }

    [Theory]
    [InlineData("live")]
    [InlineData("live/name.flv")]
    public void SymbolicLink_IsNotFollowed(string link)
    {
        string elsewhere = Path.Combine(_bench.Outside, "elsewhere");
        Directory.CreateDirectory(elsewhere);
        Directory.CreateDirectory(Path.GetDirectoryName(_bench.PathOf(link))!);
        File.CreateSymbolicLink(_bench.PathOf(link), link == "live" ? elsewhere : Path.Combine(elsewhere, "file"));
        PublishLease lease = _bench.Publish();
        lease.Publish(_bench.Frames.Key(0));
        StreamRecording recording = _bench.Record(lease);
        recording.Turn();
        recording.Stop();
        recording.Turn();
        Assert.Empty(Directory.GetFileSystemEntries(elsewhere));
        Assert.Equal(link == "live" ? "" : "live/name-2.flv", recording.Entry?.File);
    }

    [Fact]
    public void NameThatIsTaken_GetsANumber()
    {
        Directory.CreateDirectory(_bench.PathOf("live"));
        File.WriteAllText(_bench.PathOf("live/name.flv"), "Somebody's file.");
        PublishLease lease = _bench.Publish();
        lease.Publish(_bench.Frames.Key(0));
        StreamRecording recording = _bench.Record(lease);
        recording.Turn();
        recording.Stop();
        recording.Turn();
        Assert.Equal("Somebody's file.", File.ReadAllText(_bench.PathOf("live/name.flv")));
        Assert.Equal("live/name-2.flv", recording.Entry?.File);
    }

    private PublishLease PublishTwoFormats(out StreamRecording recording)
    {
        H264Format other = PushFrames.Format with { Width = 640 };
        PublishLease lease = _bench.Publish();
        lease.Publish(_bench.Frames.Key(0));
        recording = _bench.Record(lease);
        lease.Publish(_bench.Frames.Delta(40));
        lease.Publish(_bench.Frames.Key(80, format: other));
        lease.Publish(_bench.Frames.Delta(120, format: other));
        recording.Turn();
        return lease;
    }

    private void Use(string format)
    {
        _bench.Dispose();
        _bench = new RecordingBench(options => options.Format = format);
    }
}
