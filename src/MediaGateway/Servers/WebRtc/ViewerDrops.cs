using MediaGateway.Streams;
using MediaGateway.WebRtc.Rtp.Sending;

namespace MediaGateway.Servers.WebRtc;

/// <summary>What one viewer was not sent, told to its stream by reason as it grows. Owned by the media loop; allocates nothing.</summary>
internal sealed class ViewerDrops
{
    private long _late;
    private long _crowdedOut;
    private long _thinnedOut;
    private long _undecodable;
    private long _forgotten;
    private long _postponed;

    /// <summary>Tells what has been added since the last time.</summary>
    /// <param name="drops">The stream's.</param>
    /// <param name="late">Frames that the loop was too late for, in all.</param>
    /// <param name="sender">What the session has sent and left out; null before it sends.</param>
    public void Report(StreamDrops drops, long late, SenderStatistics? sender)
    {
        drops.Add(StreamDropReason.WorkerLate, Grown(late, ref _late));
        if (sender is null)
        {
            return;
        }

        drops.Add(StreamDropReason.SendQueueFull, Grown(sender.CrowdedOutPictures + sender.DroppedSound, ref _crowdedOut));
        drops.Add(StreamDropReason.NarrowNetwork, Grown(sender.ThinnedOutPictures, ref _thinnedOut));
        drops.Add(StreamDropReason.AwaitsKeyframe, Grown(sender.UndecodablePictures, ref _undecodable));
        (long forgotten, long postponed) = (0, 0);
        for (int index = 0; index < sender.Tracks.Count; index++)
        {
            forgotten += sender.Tracks[index].ForgottenPackets;
            postponed += sender.Tracks[index].PostponedPackets;
        }

        drops.Add(StreamDiscard.ForgottenPackets, Grown(forgotten, ref _forgotten));
        drops.Add(StreamDiscard.PostponedPackets, Grown(postponed, ref _postponed));
    }

    /// <summary>How many have been added since the last time.</summary>
    private static long Grown(long count, ref long told)
    {
        long added = Math.Max(0, count - told);
        told += added;
        return added;
    }
}
