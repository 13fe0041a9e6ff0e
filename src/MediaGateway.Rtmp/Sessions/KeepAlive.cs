namespace MediaGateway.Rtmp.Sessions;

/// <summary>When to ping a silent peer, and when to take it for gone.</summary>
internal struct KeepAlive(TimeSpan interval, TimeSpan now)
{
    /// <summary>Every which ping a peer gets to whom media flows: its machine acknowledges each piece of that, and a thousand viewers answer each ping.</summary>
    private const int PingsToOneOfFed = 3;

    private TimeSpan _heard = now;
    private TimeSpan _nextPing = now + interval;
    private TimeSpan _lastPing = now;
    private int _pings;

    /// <summary>The peer sent something.</summary>
    public void Heard(TimeSpan now)
    {
        _heard = now;
        _nextPing = now + interval;
        _lastPing = now;
        _pings = 0;
    }

    /// <summary>Whether a ping is due; if so the next one is put off.</summary>
    /// <param name="now">Gateway time.</param>
    /// <param name="isFed">Whether media has flowed to the peer since the last ping or silence.</param>
    public bool TakePing(TimeSpan now, bool isFed)
    {
        if (now < _nextPing)
        {
            return false;
        }

        _nextPing = now + interval;
        if (isFed && now < _lastPing + (PingsToOneOfFed * interval))
        {
            return false;
        }

        _lastPing = now;
        _pings++;
        return true;
    }

    /// <summary>Whether the peer has been silent for <paramref name="limit"/>.</summary>
    public readonly bool IsGone(TimeSpan now, TimeSpan limit) => now >= _heard + limit;

    /// <summary>
    /// Whether the peer has vanished: it has said nothing since two pings, a third is due, and its side has not even acknowledged any byte
    /// for <paramref name="limit"/>. One ping says nothing yet: it may just have been sent.
    /// </summary>
    public readonly bool HasVanished(TimeSpan now, TimeSpan unacknowledged, TimeSpan limit) =>
        now >= _nextPing && _pings >= 2 && unacknowledged >= limit;

    /// <summary>When the next ping is due or the silence is too long, whichever is first.</summary>
    public readonly TimeSpan NextDeadline(TimeSpan limit) => _nextPing < _heard + limit ? _nextPing : _heard + limit;
}
