using MediaGateway.Media.Frames;

namespace MediaGateway.WebRtc.Rtp.Sending;

/// <summary>
/// Decides which pictures of the stream are sent to a viewer, and with which timestamps. What is left out is left out up to a keyframe, so
/// that what is sent can always be decoded.
/// </summary>
internal sealed class PictureIntake(
    TrackSender video,
    SendTimeline timeline,
    SendSchedule schedule,
    KeyframeDemand keyframes,
    SenderStatistics statistics)
{
    private readonly PictureGate _gate = new();
    private bool _needsKeyframe = true;
    private TimeSpan? _newest;
    private long _newestTicks = long.MinValue;

    /// <summary>Takes a picture.</summary>
    public void Add(MediaFrame frame, TimeSpan now)
    {
        TimeSpan decoding = frame.Decoding.ToTimeSpan();
        if (frame.IsKeyframe && decoding <= _newest)
        {
            // The stream is shown to the viewer once more from its newest keyframe on; what waits comes again.
            statistics.DroppedPictures += video.Backlog.DropOldest(video.Backlog.Count);
            timeline.Rejoin(frame, now);
            schedule.IsCatchingUp = true;
        }

        timeline.Observe(frame, now);
        if (_newest is null || decoding > _newest)
        {
            schedule.OnPicture(frame.Length, decoding);
        }

        _newest = decoding;
        UpdateGate(now);
        if (!Admits(frame, now))
        {
            return;
        }

        long ticks = timeline.TicksOf(frame, video.Track.ClockRate);
        _newestTicks = ticks > _newestTicks ? ticks : _newestTicks + 1;
        video.Backlog.Add(frame, video.TimestampOf(_newestTicks), now);
        schedule.IsCatchingUp &= timeline.IsCached(frame) || video.Backlog.Count > 1;
    }

    /// <summary>Lets time pass.</summary>
    public void Advance(TimeSpan now)
    {
        UpdateGate(now);
        WantKeyframeIfFree(now);
    }

    private bool Admits(MediaFrame frame, TimeSpan now)
    {
        bool isCrowdedOut = false;
        if (schedule.IsTooMuch(video.Backlog, frame.Length))
        {
            int dropped = frame.IsKeyframe
                ? video.Backlog.DropOldest(video.Backlog.Count)
                : video.Backlog.DropToNewestKeyframe();
            statistics.DroppedPictures += dropped;
            statistics.CrowdedOutPictures += dropped;
            isCrowdedOut = !_needsKeyframe && !frame.IsKeyframe && (video.Backlog.Count == 0 || schedule.IsTooMuch(video.Backlog, frame.Length));
            _needsKeyframe |= isCrowdedOut;
        }

        if (frame.IsKeyframe)
        {
            _needsKeyframe = false;
            keyframes.OnKeyframe();
            return _gate.Admits(isKeyframe: true, now);
        }

        bool admitted = !_needsKeyframe && _gate.Admits(isKeyframe: false, now);
        // What follows a picture that was left out cannot be decoded.
        _needsKeyframe |= !admitted;
        WantKeyframeIfFree(now);
        CountUnless(admitted, isCrowdedOut);
        return admitted;
    }

    private void CountUnless(bool admitted, bool isCrowdedOut)
    {
        if (admitted)
        {
            return;
        }

        statistics.DroppedPictures++;
        if (isCrowdedOut)
        {
            statistics.CrowdedOutPictures++;
        }
        else if (_gate.State != PictureGateState.All)
        {
            statistics.ThinnedOutPictures++;
        }
        else
        {
            statistics.UndecodablePictures++;
        }
    }

    private void UpdateGate(TimeSpan now)
    {
        _gate.Update(schedule.Estimate, schedule.PicturesNeed, schedule.HasLoss, now);
        statistics.IsKeyframesOnly = _gate.State != PictureGateState.All;
        schedule.IsNarrow = _gate.State != PictureGateState.All || PictureGate.IsTooLittle(schedule.Estimate, schedule.PicturesNeed);
    }

    /// <summary>A keyframe that would only have to wait is of no use to the viewer, and costs everybody else.</summary>
    private void WantKeyframeIfFree(TimeSpan now)
    {
        if (_needsKeyframe && timeline.HasBegun && !video.HasPackets && _gate.State != PictureGateState.KeyframesOnly)
        {
            keyframes.Want(now, isUrgent: false);
        }
    }
}
