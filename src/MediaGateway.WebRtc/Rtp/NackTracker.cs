using System.Diagnostics;

namespace MediaGateway.WebRtc.Rtp;

/// <summary>
/// The packets of one source that are missing, when each was found missing and when it is to be requested again. Bounded; in order of
/// sequence number.
/// </summary>
internal sealed class NackTracker
{
    /// <summary>Packets that may be missing at the same time.</summary>
    public const int Capacity = 1024;

    /// <summary>Requests per packet.</summary>
    private const int MaximumRequests = 10;

    /// <summary>
    /// A packet this far behind the newest is lost, not reordered, on a path that has not reordered lately (RFC 8985 6.2, DupThresh).
    /// </summary>
    private const int ReorderPackets = 3;

    /// <summary>How slowly the extent of reordering is forgotten: by this part with each packet that was really lost.</summary>
    private const int Forgetting = 16;

    /// <summary>Time for which a missing packet may be just reordered.</summary>
    private static readonly TimeSpan MinimumReorderTime = TimeSpan.FromMilliseconds(5);

    private static readonly TimeSpan MaximumReorderTime = TimeSpan.FromMilliseconds(100);

    /// <summary>What may have been a quick repair as well is not taken for more reordering than this.</summary>
    private static readonly TimeSpan MaximumUncertainReordering = TimeSpan.FromMilliseconds(16);
    private static readonly TimeSpan NoReordering = TimeSpan.FromMilliseconds(1);

    /// <summary>Packets given up that may still come and tell how late they were; a power of two.</summary>
    private const int RememberedLosses = 64;

    private readonly Missing[] _missing = new Missing[Capacity];
    private readonly Missing[] _givenUp = new Missing[RememberedLosses];
    private readonly bool _requests;
    private int _count;
    private TimeSpan _reordering;

    /// <param name="requests">Whether packets may be requested at all; else only the times are kept.</param>
    public NackTracker(bool requests) => _requests = requests;

    /// <summary>When the first missing packet was found missing; <see cref="TimeSpan.MaxValue"/> when nothing is missing.</summary>
    public TimeSpan FirstMissingSince => _count == 0 ? TimeSpan.MaxValue : _missing[0].Since;

    /// <summary>When the next request is due.</summary>
    public TimeSpan NextRequestAt { get; private set; } = TimeSpan.MaxValue;

    /// <summary>By how much packets have lately been overtaken.</summary>
    public TimeSpan Reordering => _reordering;

    /// <summary>How long a packet is missing before it is requested, unless others are well past it.</summary>
    public TimeSpan ReorderTime =>
        TimeSpan.FromTicks(Math.Clamp(_reordering.Ticks * 5 / 4, MinimumReorderTime.Ticks, MaximumReorderTime.Ticks));

    /// <summary>Notes that packets are missing, all above those noted before. False: too many, nothing was noted.</summary>
    public bool TryAdd(long first, long last, TimeSpan now)
    {
        Debug.Assert(_count == 0 || first > _missing[_count - 1].Sequence, "gaps are found in order");
        if (last - first >= Capacity - _count)
        {
            return false;
        }

        TimeSpan requestAt = _requests ? now + ReorderTime : TimeSpan.MaxValue;
        for (long sequence = first; sequence <= last; sequence++)
        {
            _missing[_count++] = new Missing(sequence, now, requestAt, default);
        }

        NextRequestAt = TimeSpan.FromTicks(Math.Min(NextRequestAt.Ticks, requestAt.Ticks));
        return true;
    }

    /// <summary>Tells how far the source has got: what is well behind is requested at once.</summary>
    public void OnNewest(long newest, TimeSpan now)
    {
        for (int i = _count - 1; i >= 0 && _requests && _reordering < NoReordering; i--)
        {
            ref Missing missing = ref _missing[i];
            if (missing.Asked.Count > 0)
            {
                return;
            }

            if (missing.Sequence <= newest - ReorderPackets && missing.RequestAt > now)
            {
                missing.RequestAt = now;
                NextRequestAt = TimeSpan.FromTicks(Math.Min(NextRequestAt.Ticks, now.Ticks));
            }
        }
    }

    /// <summary>Notes that a packet has come after all.</summary>
    /// <param name="sequence">Its sequence number.</param>
    /// <param name="now">When it came.</param>
    /// <param name="isRepair">Whether it is the answer to a request; null: by the time it took.</param>
    /// <param name="roundTrip">The round-trip time: what comes much sooner after its request is no answer to it.</param>
    /// <param name="asked">The requests for it.</param>
    /// <returns>Whether it was missing.</returns>
    public bool TryRemove(long sequence, TimeSpan now, bool? isRepair, TimeSpan roundTrip, out RepairRequests asked)
    {
        int index = IndexOf(sequence);
        if (index < 0)
        {
            asked = default;
            return false;
        }

        asked = _missing[index].Asked;
        bool cameEarly = asked.Count == 0 || (asked.Count == 1 && now - asked.LastAt < roundTrip / 2);
        bool wasReordered = isRepair is { } repair ? !repair : cameEarly;
        TimeSpan extent = wasReordered ? now - _missing[index].Since : TimeSpan.Zero;
        bool isCertain = asked.Count == 0 || isRepair is not null;
        NoteReordering(isCertain || extent < MaximumUncertainReordering ? extent : MaximumUncertainReordering);
        RemoveAt(index);
        return true;
    }

    /// <summary>Notes that a packet is no longer missed although it has not come: its content was found elsewhere.</summary>
    /// <returns>Whether it was missing.</returns>
    public bool TryForget(long sequence)
    {
        int index = IndexOf(sequence);
        if (index < 0)
        {
            return false;
        }

        RemoveAt(index);
        return true;
    }

    /// <summary>
    /// Notes a packet that came after it had been given up, or twice. One that was overtaken has the next one waited for longer.
    /// </summary>
    /// <param name="sequence">Its sequence number.</param>
    /// <param name="now">When it came.</param>
    /// <param name="isRepair">Whether it is the answer to a request; null: it is when it had been requested.</param>
    /// <param name="asked">The requests for it.</param>
    /// <returns>Whether it is an answer that came too late.</returns>
    public bool TryNoteLate(long sequence, TimeSpan now, bool? isRepair, out RepairRequests asked)
    {
        ref Missing slot = ref _givenUp[sequence & (RememberedLosses - 1)];
        asked = slot.Asked;
        if (slot.Sequence != sequence || slot.Since == default)
        {
            return false;
        }

        bool isAnswer = asked.Count > 0 && isRepair is not false;
        if (!isAnswer)
        {
            NoteReordering(now - slot.Since);
        }

        slot = default;
        return isAnswer;
    }

    /// <summary>Forgets what is missing before <paramref name="sequence"/>.</summary>
    /// <returns>How often it had been requested, all together.</returns>
    public int RemoveBelow(long sequence)
    {
        int index = IndexOf(sequence);
        int below = index < 0 ? ~index : index;
        if (below == 0)
        {
            return 0;
        }

        int requests = 0;
        for (int i = 0; i < below; i++)
        {
            requests += _missing[i].Asked.Count;
            _givenUp[_missing[i].Sequence & (RememberedLosses - 1)] = _missing[i];
        }

        Array.Copy(_missing, below, _missing, 0, _count - below);
        _count -= below;
        FindNextRequest();
        return requests;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _count = 0;
        NextRequestAt = TimeSpan.MaxValue;
    }

    /// <summary>Copies the packets that are due to be requested, in order.</summary>
    /// <returns>How many were copied.</returns>
    public int CopyDue(TimeSpan now, Span<long> sequences)
    {
        int copied = 0;
        for (int i = 0; i < _count && copied < sequences.Length; i++)
        {
            if (_missing[i].RequestAt <= now)
            {
                sequences[copied++] = _missing[i].Sequence;
            }
        }

        return copied;
    }

    /// <summary>Notes that the first <paramref name="count"/> of the packets due were requested.</summary>
    public void MarkRequested(TimeSpan now, int count, TimeSpan repeatAfter)
    {
        for (int i = 0; i < _count && count > 0; i++)
        {
            ref Missing missing = ref _missing[i];
            if (missing.RequestAt <= now)
            {
                missing.Asked = missing.Asked.Next(now);
                missing.RequestAt = missing.Asked.Count < MaximumRequests ? now + repeatAfter : TimeSpan.MaxValue;
                count--;
            }
        }

        FindNextRequest();
    }

    private void RemoveAt(int index)
    {
        Array.Copy(_missing, index + 1, _missing, index, _count - index - 1);
        _count--;
        FindNextRequest();
    }

    private int IndexOf(long sequence)
    {
        int low = 0;
        int high = _count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            long found = _missing[middle].Sequence;
            if (found == sequence)
            {
                return middle;
            }

            (low, high) = found < sequence ? (middle + 1, high) : (low, middle - 1);
        }

        return ~low;
    }

    private void NoteReordering(TimeSpan extent)
    {
        TimeSpan faded = _reordering - (extent == TimeSpan.Zero ? _reordering / Forgetting : TimeSpan.Zero);
        _reordering = extent > faded ? extent : faded;
    }

    private void FindNextRequest()
    {
        NextRequestAt = TimeSpan.MaxValue;
        for (int i = 0; i < _count; i++)
        {
            NextRequestAt = _missing[i].RequestAt < NextRequestAt ? _missing[i].RequestAt : NextRequestAt;
        }
    }

    private record struct Missing(long Sequence, TimeSpan Since, TimeSpan RequestAt, RepairRequests Asked);
}
