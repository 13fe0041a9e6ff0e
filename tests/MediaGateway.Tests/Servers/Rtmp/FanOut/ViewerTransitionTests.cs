using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Servers.Rtmp.FanOut;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp.FanOut;

/// <summary>A viewer goes over from one stream to another.</summary>
public sealed class ViewerTransitionTests : TransitionScene
{
    [Fact]
    public void Switch_CutsAtTheKeyframeAndNothingIsMissingOrDouble()
    {
        Run(0, 400, 0, 1);
        Watch(0);
        Change(1);
        Run(400, 1600, 0, 1);

        Sent.Read(Socket);
        Assert.Equal(Times(0, 1600, 40), Sent.Pictures);
        Assert.Equal(Times(0, 1600, 20), Sent.Sounds.Order());
        Assert.Equal(Sent.Sounds.Distinct(), Sent.Sounds);
        Assert.All(Sent.Pictures.Zip(Sent.Sources), picture => Assert.Equal(picture.First < 1000 ? 0 : 1, picture.Second));
        Assert.Same(Levels[1].Stream, Assert.Single(Owner.Changes));
        Assert.Empty(Owner.FailedChanges);
        Assert.Equal((0, 1), (Levels[0].Stream.Viewers, Levels[1].Stream.Viewers));
        Assert.Equal(1, Bench.Feeds.Count);
    }

    [Fact]
    public void NewStream_BeginsWithMetadataAndSequenceHeaders()
    {
        Run(0, 40, 0, 1);
        Watch(0);
        Change(1);
        Run(40, 1040, 0, 1);

        Sent.Read(Socket);
        int keyframe = Sent.Messages.FindIndex(message => SentMedia.IsPicture(message) && message.Timestamp == 1000);
        int metadata = Sent.Messages.FindLastIndex(message => message.Name == "onMetaData");
        Assert.InRange(metadata, 1, keyframe - 3);
        Assert.Equal([0x17, 0x00], Sent.Messages[metadata + 1].Body[..2]);
        Assert.Equal([0xAF, 0x00], Sent.Messages[metadata + 2].Body[..2]);
        Assert.Equal([.. (byte[])[0x17, 0x00, 0, 0, 0], .. TestFrames.Picture180.ConfigurationRecord.Span], Sent.Messages[metadata + 1].Body);
        Assert.Equal(0x17, Sent.Messages[keyframe].Body[0]);
        Assert.True(Sent.Messages[metadata + 1].Timestamp <= 1000);
    }

    [Fact]
    public void ChangeIsTold_AfterTheFirstNewFrame()
    {
        Run(0, 980, 0, 1);
        Watch(0);
        Change(1);
        Run(980, 1000, 0, 1);
        Assert.Empty(Owner.Changes);
        Socket.Room = 0;
        Run(1000, 1040, 0, 1);
        Assert.Empty(Owner.Changes);
        Socket.Room = long.MaxValue;
        Serve();
        Assert.Single(Owner.Changes);
    }

    [Fact]
    public void NewStreamIsAhead_OldOneIsSentUpToItsKeyframe()
    {
        Run(0, 600, 0);
        Run(0, 1400, 1);
        Watch(0);
        Change(1);
        Run(600, 1000, 0);
        Assert.Equal(Times(0, 1000, 40), Sent.Read(Socket).Pictures);
        Run(1000, 1040, 0);

        Sent.Read(Socket);
        Assert.Equal(Times(0, 1400, 40), Sent.Pictures);
        Assert.Equal(Times(0, 1400, 20), Sent.Sounds.Order());
    }

    [Fact]
    public void NewStreamIsBehind_ItsNextKeyframeIsWaitedFor()
    {
        Run(0, 1200, 0);
        Run(0, 600, 1);
        Watch(0);
        Change(1);
        for (int time = 600; time < 2400; time += 40)
        {
            Run(time + 600, time + 640, 0);
            Run(time, time + 40, 1);
        }

        Sent.Read(Socket);
        Assert.Equal(Times(1000, 2400, 40), Sent.Pictures);
        Assert.Equal(Times(1000, 2400, 20), Sent.Sounds.Order());
        Assert.All(Sent.Pictures.Zip(Sent.Sources), picture => Assert.Equal(picture.First < 2000 ? 0 : 1, picture.Second));
    }

    [Theory]
    [InlineData(3_600_000)]
    [InlineData(-25_000)]
    public void OtherClock_IsShiftedOntoTheTimelineOfTheViewer(int shift)
    {
        const int Start = 30_000;
        RunShifted(Start, Start + 400, 0, 0);
        RunShifted(Start, Start + 400, 1, shift);
        Watch(0);
        Change(1);
        for (int time = Start + 400; time < Start + 2200; time += 40)
        {
            RunShifted(time, time + 40, 0, 0);
            RunShifted(time, time + 40, 1, shift);
        }

        Sent.Read(Socket);
        Assert.Equal(Times(Start, Start + 2200, 40), Sent.Pictures);
        Assert.Equal(1, Sent.Sources[^1]);
        Assert.Single(Owner.Changes);

        Change(0);
        for (int time = Start + 2200; time < Start + 3200; time += 40)
        {
            RunShifted(time, time + 40, 0, 0);
            RunShifted(time, time + 40, 1, shift);
        }

        Assert.Equal(Times(Start, Start + 3200, 40), Sent.Read(Socket).Pictures);
        Assert.Equal(0, Sent.Sources[^1]);
    }

    [Fact]
    public void ViewersThatComeOverFromAnotherClock_ShareOneFeed()
    {
        RunShifted(0, 400, 0, 0);
        RunShifted(0, 400, 1, 500_000);
        Watch(0);
        Viewer other = Bench.Watch(Levels[0].Stream, new RecordingSocket());
        Change(1);
        other.TryPost(new ViewerCommand(ViewerCommandKind.ChangeStream, Stream: Levels[1].Stream, MessageStreamId: 1));
        other.Serve(Bench.Batch, Bench.Feeds);
        for (int time = 400; time < 1600; time += 40)
        {
            RunShifted(time, time + 40, 0, 0);
            RunShifted(time, time + 40, 1, 500_000);
            other.Serve(Bench.Batch, Bench.Feeds);
        }

        Assert.Same(Viewer.Feed, other.Feed);
        Assert.Equal(-500_000, other.Feed!.Shift);
        Assert.Equal(1, Bench.Feeds.Count);
    }

    [Fact]
    public void NewStreamIsBehindAndFallsSilent_HoldsTheOldOneBackNoLonger()
    {
        Run(0, 1200, 0);
        Run(0, 600, 1);
        Watch(0);
        Change(1);
        Run(600, 640, 1);
        Run(1200, 1400, 0);
        Assert.Equal(1160, Sent.Read(Socket).Pictures[^1]);
        Bench.Time.Advance(TimeSpan.FromSeconds(1));
        Serve();
        Run(1400, 1600, 0);

        Assert.Equal(Times(1000, 1600, 40), Sent.Read(Socket).Pictures);
        Assert.Empty(Owner.Changes);
    }

    [Fact]
    public void NoKeyframe_FailsAfterAWhileAndTheOldStreamGoesOn()
    {
        Run(0, 400, 0, 1);
        Watch(0);
        Change(1);
        for (int time = 400; time < 12_800; time += 40)
        {
            Run(time, time + 40, 0);
            Levels[1].Publish(Picture(1, time, isKeyframe: false));
            Bench.Time.Advance(TimeSpan.FromMilliseconds(40));
        }

        Assert.Same(Levels[1].Stream, Assert.Single(Owner.FailedChanges));
        Assert.Equal(Times(0, 12_800, 40), Sent.Read(Socket).Pictures);
        Assert.Empty(Owner.Changes);
        Assert.Equal(1, Bench.Feeds.Count);
    }

    [Fact]
    public void NewStreamEnds_FailsAndTheOldStreamGoesOn()
    {
        Run(0, 400, 0, 1);
        Watch(0);
        Change(1);
        Levels[1].Dispose();
        Run(400, 1600, 0);

        Assert.Single(Owner.FailedChanges);
        Assert.Null(Owner.EndedStream);
        Assert.Equal(Times(0, 1600, 40), Sent.Read(Socket).Pictures);
    }

    [Fact]
    public void StreamThatHasEnded_Fails()
    {
        Run(0, 400, 0);
        Watch(0);
        Levels[1].Dispose();
        Change(1);

        Assert.Same(Levels[1].Stream, Assert.Single(Owner.FailedChanges));
        Assert.Equal(1, Bench.Feeds.Count);
    }

    [Fact]
    public void PicturesThatThePlayerCannotTake_Fail()
    {
        Run(0, 400, 0);
        Watch(0);
        Levels[1].Publish(Bench.Frames.Further(new FlvTagFormat(CodecId.Hevc, TrackKind.Video, new byte[] { 1 }, 0, IsEnhanced: true), 0));
        Change(1);
        Serve();

        Assert.Single(Owner.FailedChanges);
        Assert.Null(Owner.Unplayable);
    }

    [Fact]
    public void OldStreamEnds_TheNewOneTakesOverAtItsNextKeyframe()
    {
        Run(0, 400, 0, 1);
        Watch(0);
        Change(1);
        Levels[0].Dispose();
        Run(400, 1200, 1);

        Sent.Read(Socket);
        Assert.Equal(Times(0, 400, 40).Concat(Times(1000, 1200, 40)), Sent.Pictures);
        Assert.Single(Owner.Changes);
        Assert.Equal(Sent.Sounds.Order(), Sent.Sounds);
    }

    [Fact]
    public void OldStreamFallsSilent_TheNewOneTakesOver()
    {
        Run(0, 400, 0, 1);
        Watch(0);
        Change(1);
        Run(400, 1960, 1);
        Assert.Empty(Owner.Changes);
        Run(1960, 2040, 1);

        Assert.Equal(Times(0, 400, 40).Concat(Times(1000, 2040, 40)), Sent.Read(Socket).Pictures);
    }

    [Fact]
    public void Paused_GoesOverWhenItGoesOn()
    {
        Run(0, 400, 0, 1);
        Watch(0);
        Command(new ViewerCommand(ViewerCommandKind.Pause));
        Change(1);
        for (int time = 400; time < 20_000; time += 40)
        {
            Run(time, time + 40, 0, 1);
            Bench.Time.Advance(TimeSpan.FromMilliseconds(40));
        }

        Assert.Empty(Owner.FailedChanges);
        Command(new ViewerCommand(ViewerCommandKind.Resume));
        Run(20_000, 20_200, 0, 1);

        Sent.Read(Socket);
        Assert.Equal(Times(0, 400, 40).Concat(Times(19_000, 20_200, 40)), Sent.Pictures);
        Assert.Equal(1, Sent.Sources[^1]);
        Assert.Single(Owner.Changes);
    }

    [Fact]
    public void SwitchedOffSound_StaysOff()
    {
        Run(0, 400, 0, 1);
        Watch(0);
        Command(new ViewerCommand(ViewerCommandKind.AudioOff));
        Change(1);
        Run(400, 1600, 0, 1);

        Sent.Read(Socket);
        Assert.Equal(Times(0, 1600, 40), Sent.Pictures);
        Assert.Equal(Times(0, 400, 20), Sent.Sounds);
    }

    [Fact]
    public void SoundOnly_GoesOverWithoutAGap()
    {
        for (int time = 0; time < 400; time += 20)
        {
            SoundOnly(time);
        }

        Watch(0);
        Change(1);
        for (int time = 400; time < 800; time += 20)
        {
            SoundOnly(time);
            Serve();
        }

        Assert.Equal(Times(Sent.Read(Socket).Sounds[0], 800, 20), Sent.Sounds);
        Assert.Single(Owner.Changes);

        void SoundOnly(int time)
        {
            Levels[0].Publish(Bench.Frames.EncoderSound(TestFrames.Aac, time));
            Levels[1].Publish(Bench.Frames.EncoderSound(TestFrames.Aac, time));
        }
    }

    [Fact]
    public void FinishedMedia_EndsTheWayToo()
    {
        Run(0, 400, 0, 1);
        Watch(0);
        Change(1);
        Command(new ViewerCommand(ViewerCommandKind.FinishMedia));
        Run(400, 1600, 0, 1);

        Assert.Equal(Times(0, 400, 40), Sent.Read(Socket).Pictures);
        Assert.Empty(Owner.Changes);
        Assert.Equal(0, Bench.Feeds.Count);
    }

    [Fact]
    public void SameStream_IsThereAlready()
    {
        Run(0, 400, 0, 1);
        Watch(0);
        Change(1);
        Change(0);
        Run(400, 1600, 0, 1);

        Assert.Same(Levels[0].Stream, Assert.Single(Owner.Changes));
        Assert.All(Sent.Read(Socket).Sources, source => Assert.Equal(0, source));
        Assert.Equal(Times(0, 1600, 40), Sent.Pictures);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void WhateverIsTakenPerCallAndHoweverOftenItIsSwitched_TheTimelineIsWhole(int seed)
    {
        var random = new Random(seed);
        Run(0, 40, 0, 1, 2);
        Watch(0);
        for (int time = 40; time < 40_000; time += 40)
        {
            if (random.Next(3) == 0)
            {
                Change(random.Next(3));
            }

            Socket.Room = random.Next(4000);
            Run(time, time + 40, 0, 1, 2);
            if (random.Next(10) == 0)
            {
                Socket.Room = long.MaxValue;
                Serve();
            }
        }

        Socket.Room = long.MaxValue;
        Serve();
        Sent.Read(Socket);
        Assert.Equal(Times(0, 40_000, 40), Sent.Pictures);
        Assert.Equal(Times(0, 40_000, 20), Sent.Sounds.Order());
        Assert.Equal(Sent.Sounds.Count, Sent.Sounds.Distinct().Count());
        Assert.Equal(3, Sent.Sources.Distinct().Count());
        Assert.Equal(0, Viewer.Cursor.DroppedFrames);
    }

    [Fact]
    public void AfterATransition_FrameAndViewerAllocateNothing()
    {
        var buffers = new BufferPool();
        using var bench = new FanOutBench(buffers, new FanOutSettings { MaxBytes = 500_000, MaxGroupBytes = 1_000_000 });
        using PublishLease first = bench.Publish("a");
        using PublishLease second = bench.Publish("b");
        first.Publish(bench.Frames.Key(0));
        second.Publish(bench.Frames.Key(0));
        Viewer viewer = bench.Watch(first.Stream, new RecordingSocket { CountsOnly = true });
        viewer.TryPost(new ViewerCommand(ViewerCommandKind.ChangeStream, Stream: second.Stream, MessageStreamId: 1));
        viewer.Serve(bench.Batch, bench.Feeds);
        second.Publish(bench.Frames.Key(40));
        first.Publish(bench.Frames.Key(40));
        Assert.All(bench.Feeds.Of(second.Stream), feed => feed.TakeInput());
        viewer.Feed!.TakeInput();
        viewer.Serve(bench.Batch, bench.Feeds);
        Assert.Same(second.Stream, viewer.Feed!.Stream);

        MediaFrame frame = bench.Frames.Delta(80, 9_800);
        long allocated = Allocation.Of(1000, () =>
        {
            viewer.Feed.Deliver(frame.AddReference());
            viewer.Feed.TakeInput();
            while (viewer.Serve(bench.Batch, bench.Feeds) != ServeResult.Idle)
            {
            }
        });
        frame.Release();
        Assert.Equal(0, allocated);
    }
}
