namespace MediaGateway.Media.Flv;

/// <summary>
/// Unwraps the times of an FLV file's tags. There are 32 bits for them, but writers are known that write 24 of them, or 31, and start at 0
/// again: a time far behind the one before, at such a border, goes on behind it. One owner, one thread.
/// </summary>
internal sealed class FlvFileClock
{
    // How near to a border the time before must have been, and how far behind it the next one may be: a minute.
    private const long Near = 60_000;

    private long _epoch;
    private uint _last;

    /// <summary>The time of a tag that stands as <paramref name="timestamp"/>, in milliseconds.</summary>
    public long Unwrap(uint timestamp)
    {
        if (timestamp < Near && timestamp < _last)
        {
            _epoch += Border(1L << 24) + Border(1L << 31) + Border(1L << 32);
        }

        _last = timestamp;
        return _epoch + timestamp;
    }

    private long Border(long border) => _last < border && _last >= border - Near ? border : 0;
}
