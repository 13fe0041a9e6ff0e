using System.Runtime.CompilerServices;

namespace MediaGateway.WebRtc.Rtp.Sending;

/// <summary>
/// Packets that were sent, and which of them are to be sent again. A packet is sent again at most once per round trip. All repetitions
/// together take at most half of what the way carries: a request beyond that is not kept, the peer asks again. A storm of requests costs a
/// look-up each and nothing else.
/// </summary>
internal sealed class Retransmitter : IDisposable
{
    /// <summary>Requests that wait for the pacer; further ones are not kept.</summary>
    public const int MaximumRequests = 512;

    private const int RecentPackets = 16;
    private const int BudgetShare = 2;
    private const int BitsPerByte = 8;

    /// <summary>Budget that may pile up: one lost burst is repaired at once.</summary>
    private static readonly TimeSpan BudgetDepth = TimeSpan.FromMilliseconds(500);

    private readonly RetransmissionCache _cache = new();
    private readonly ushort[] _requests = new ushort[MaximumRequests];
    private int _first;
    private int _count;
    private int _pick;
    private double _budgetBytes = double.MaxValue;
    private TimeSpan _refilledAt;

    /// <summary>Whether a packet waits to be sent again.</summary>
    public bool HasRequests => _count > 0;

    /// <summary>Packets kept.</summary>
    public int Kept => _cache.Count;

    /// <summary>Requests for packets that were not kept any more.</summary>
    public long Forgotten { get; private set; }

    /// <summary>Requests beyond what repetitions may take.</summary>
    public long Postponed { get; private set; }

    /// <summary>Keeps a packet that is sent now.</summary>
    public void Keep(in SentPacket packet, TimeSpan roundTripTime) =>
        _cache.Add(packet, packet.SentAt - RetransmissionCache.AgeFor(roundTripTime));

    /// <summary>Forgets what is too old.</summary>
    public void Forget(TimeSpan now, TimeSpan roundTripTime) => _cache.Forget(now - RetransmissionCache.AgeFor(roundTripTime));

    /// <summary>Notes that the peer misses a packet. False: it will not be sent again, or not now.</summary>
    public bool Request(ushort sequenceNumber, TimeSpan roundTripTime, long estimate, TimeSpan now)
    {
        ref SentPacket packet = ref _cache.Find(sequenceNumber);
        if (Unsafe.IsNullRef(ref packet))
        {
            Forgotten++;
            return false;
        }

        bool isRecent = packet.ResentAt != default && now - packet.ResentAt < roundTripTime;
        if (packet.IsResendQueued || isRecent)
        {
            return false;
        }

        if (_count == MaximumRequests || !TrySpend(packet.Part.Length, estimate, now))
        {
            Postponed++;
            return false;
        }

        packet.IsResendQueued = true;
        _requests[(_first + _count) % MaximumRequests] = sequenceNumber;
        _count++;
        return true;
    }

    /// <summary>Takes the packet that was asked for first. False: there is none.</summary>
    public bool TryTake(TimeSpan now, out SentPacket packet)
    {
        while (_count > 0)
        {
            ref SentPacket kept = ref _cache.Find(_requests[_first]);
            _first = (_first + 1) % MaximumRequests;
            _count--;
            if (!Unsafe.IsNullRef(ref kept) && kept.IsResendQueued)
            {
                kept.IsResendQueued = false;
                kept.ResentAt = now;
                packet = kept;
                return true;
            }
        }

        packet = default;
        return false;
    }

    /// <summary>Picks one of the packets sent last, another one each time. False: none is kept.</summary>
    public bool TryPickRecent(out SentPacket packet)
    {
        _pick = (_pick + 1) % RecentPackets;
        ref SentPacket kept = ref _cache.Newest(_cache.Count == 0 ? 0 : _pick % _cache.Count);
        bool found = !Unsafe.IsNullRef(ref kept);
        packet = found ? kept : default;
        return found;
    }

    /// <inheritdoc/>
    public void Dispose() => _cache.Dispose();

    private bool TrySpend(int bytes, long estimate, TimeSpan now)
    {
        double bytesPerSecond = (double)estimate / BitsPerByte / BudgetShare;
        double most = bytesPerSecond * BudgetDepth.TotalSeconds;
        _budgetBytes = Math.Min(most, _budgetBytes + (bytesPerSecond * (now - _refilledAt).TotalSeconds));
        _refilledAt = now;
        if (_budgetBytes < bytes)
        {
            return false;
        }

        _budgetBytes -= bytes;
        return true;
    }
}
