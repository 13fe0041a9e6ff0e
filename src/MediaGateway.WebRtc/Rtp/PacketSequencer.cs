using MediaGateway.WebRtc.Rtp.Payloads;

namespace MediaGateway.WebRtc.Rtp;

/// <summary>
/// The packets of the source in use, put in order: missing ones are noted, waited for and given up; what is in order goes to the
/// payload receiver.
/// </summary>
/// <param name="reorder">Holds what waits; owned.</param>
/// <param name="missing">What is missing.</param>
/// <param name="payloads">Where packets go; owned.</param>
/// <param name="statistics">What is counted.</param>
/// <param name="roundTrip">Learns from repairs.</param>
internal sealed class PacketSequencer(
    ReorderBuffer reorder,
    NackTracker missing,
    IPayloadReceiver payloads,
    TrackStatistics statistics,
    RoundTripEstimator roundTrip) : IDisposable
{
    /// <summary>Packets missing in one go beyond which nothing is repaired: a new start is quicker.</summary>
    public const int MaximumGap = 512;

    /// <summary>Packets to be requested.</summary>
    public NackTracker Missing => missing;

    /// <summary>What is known about repairs.</summary>
    public RepairWait Repairs { get; } = new();

    /// <summary>How long a missing packet is waited for. Set by the owner.</summary>
    public TimeSpan Wait { get; set; }

    /// <summary>
    /// Whether the peer is seen to retransmit apart (RTX), so that an overtaken packet is never taken for a repair. Agreeing on it
    /// is not enough: Pion offers it and repeats the packet itself.
    /// </summary>
    public bool TellsRepairs { get; set; }

    /// <summary>How long after a request the next one is sent. Set by the owner.</summary>
    public TimeSpan RepeatAfter { get; set; }

    /// <summary>When a missing packet is given up.</summary>
    public TimeSpan GapDeadline => missing.FirstMissingSince is var since && since == TimeSpan.MaxValue ? since : since + Wait;

    /// <summary>Begins with the packets of another source.</summary>
    public void Restart(long sequence)
    {
        missing.Clear();
        reorder.Restart(sequence);
    }

    /// <summary>Notes that packets from <paramref name="first"/> up to, not including, <paramref name="arrived"/> are missing.</summary>
    public void NoteGap(long first, long arrived, TimeSpan now)
    {
        bool repairable = arrived - first <= MaximumGap && reorder.Reaches(arrived);
        if (!repairable || (arrived > first && !missing.TryAdd(first, arrived - 1, now)))
        {
            GiveUpAll(now);
            GiveUpBefore(arrived, now);
            return;
        }

        missing.OnNewest(arrived, now);
    }

    /// <summary>Notes a packet that is not the newest. False: nobody misses it.</summary>
    public bool TryNoteLate(long sequence, bool isRepair, TimeSpan now)
    {
        bool? kind = TellsRepairs ? isRepair : null;
        if (!missing.TryRemove(sequence, now, kind, roundTrip.Value, out RepairRequests asked))
        {
            if (missing.TryNoteLate(sequence, now, kind, out asked))
            {
                Repairs.OnLate();
                roundTrip.AddLate(now - asked.LastAt, now - asked.FirstAt);
            }

            return false;
        }

        if (asked.Count == 0)
        {
            return true;
        }

        if (TellsRepairs && !isRepair)
        {
            statistics.NeedlessRequests++;
            return true;
        }

        statistics.RepairedPackets++;
        Repairs.OnRepaired(asked.Count, now - asked.LastAt, roundTrip.Value, RepeatAfter);
        roundTrip.Add(now - asked.LastAt, now - asked.FirstAt);
        return true;
    }

    /// <summary>Notes that the content of a packet was found elsewhere. False: nobody misses it.</summary>
    public bool TryNoteRecovered(long sequence) => missing.TryForget(sequence);

    /// <summary>Takes a packet that was noted, and all that is in order now leaves. Takes ownership of its buffer.</summary>
    public void Add(in ReceivedPacket packet, TimeSpan now)
    {
        if (packet.Sequence > reorder.Next && payloads.CanRestartAt(packet.Payload))
        {
            GiveUpBefore(packet.Sequence, now);
        }

        reorder.Add(packet);
        Release(now);
    }

    /// <summary>Lets leave what is in order, and gives up what was waited for long enough.</summary>
    public void Release(TimeSpan now)
    {
        while (true)
        {
            while (reorder.TryTakeNext(out ReceivedPacket packet))
            {
                payloads.Receive(packet);
            }

            if (!reorder.HasGap || now < GapDeadline)
            {
                return;
            }

            Repairs.OnGivenUp(SkipGap(now));
        }
    }

    /// <summary>Releases everything held, gaps and all.</summary>
    public void GiveUpAll(TimeSpan now)
    {
        while (reorder.Count > 0)
        {
            while (reorder.TryTakeNext(out ReceivedPacket packet))
            {
                payloads.Receive(packet);
            }

            if (reorder.Count > 0)
            {
                SkipGap(now);
            }
        }

        missing.Clear();
        payloads.SkipGap(now);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        reorder.Dispose();
        payloads.Dispose();
    }

    private int SkipGap(TimeSpan now)
    {
        statistics.LostPackets += reorder.SkipGap();
        int requests = missing.RemoveBelow(reorder.Next);
        payloads.SkipGap(now);
        return requests;
    }

    private void GiveUpBefore(long sequence, TimeSpan now)
    {
        statistics.LostPackets += reorder.SkipTo(sequence);
        missing.RemoveBelow(sequence);
        payloads.SkipGap(now);
    }
}
