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
        Tell(drops, StreamDropReason.WorkerLate, late, ref _late);
        if (sender is null)
        {
            return;
        }

        Tell(drops, StreamDropReason.SendQueueFull, sender.CrowdedOutPictures + sender.DroppedSound, ref _crowdedOut);
        Tell(drops, StreamDropReason.NarrowNetwork, sender.ThinnedOutPictures, ref _thinnedOut);
        Tell(drops, StreamDropReason.AwaitsKeyframe, sender.UndecodablePictures, ref _undecodable);
        (long forgotten, long postponed) = (0, 0);
        for (int index = 0; index < sender.Tracks.Count; index++)
        {
            forgotten += sender.Tracks[index].ForgottenPackets;
            postponed += sender.Tracks[index].PostponedPackets;
        }

        Tell(drops, StreamDiscard.ForgottenPackets, forgotten, ref _forgotten);
        Tell(drops, StreamDiscard.PostponedPackets, postponed, ref _postponed);
    }

    private static void Tell(StreamDrops drops, StreamDropReason reason, long count, ref long told)
    {
        if (count > told)
        {
            drops.Add(reason, count - told);
            told = count;
        }
    }

    private static void Tell(StreamDrops drops, StreamDiscard what, long count, ref long told)
    {
        if (count > told)
        {
            drops.Add(what, count - told);
            told = count;
        }
    }
}
