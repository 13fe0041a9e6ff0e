using System.Net;
using MediaGateway.Connectivity;

namespace MediaGateway.Servers.Rtmp;

/// <summary>
/// Counts connections: all of them, and for each remote address those that neither play nor publish yet. A flood from one address then costs at
/// most its share, while any number of viewers may sit behind one address. Any thread.
/// </summary>
/// <param name="maximum">Connections at the same time.</param>
/// <param name="maximumIdlePerAddress">Connections of one address that neither play nor publish.</param>
internal sealed class RtmpConnectionLimiter(int maximum, int maximumIdlePerAddress)
{
    private readonly Lock _lock = new();
    private readonly AddressCounts _idle = new(maximumIdlePerAddress);

    /// <summary>Connections now admitted.</summary>
    public int Count { get; private set; }

    /// <summary>Connections turned away so far.</summary>
    public long Refused { get; private set; }

    /// <summary>Admits a connection, or returns null when there are too many. The caller disposes the ticket when it ends.</summary>
    public Ticket? TryAdmit(IPAddress address)
    {
        IPAddress counted = CountedAddress.Of(address);
        lock (_lock)
        {
            if (Count >= maximum || !_idle.TryAdd(counted))
            {
                Refused++;
                return null;
            }

            Count++;
            return new Ticket(this, counted);
        }
    }

    /// <summary>The admission of one connection.</summary>
    internal sealed class Ticket(RtmpConnectionLimiter limiter, IPAddress address) : IDisposable
    {
        private bool _isActive;
        private bool _ended;

        /// <summary>Whether the connection still counts against its address: it neither plays nor publishes yet.</summary>
        public bool IsIdle => !Volatile.Read(ref _isActive);

        /// <summary>The connection plays or publishes: it no longer counts against its address.</summary>
        public void MarkPlaying()
        {
            lock (limiter._lock)
            {
                if (!_isActive && !_ended)
                {
                    _isActive = true;
                    limiter._idle.Remove(address);
                }
            }
        }

        /// <summary>The connection has ended.</summary>
        public void Dispose()
        {
            lock (limiter._lock)
            {
                if (_ended)
                {
                    return;
                }

                _ended = true;
                limiter.Count--;
                if (!_isActive)
                {
                    limiter._idle.Remove(address);
                }
            }
        }
    }
}
