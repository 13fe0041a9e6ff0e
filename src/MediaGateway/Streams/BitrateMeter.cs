namespace MediaGateway.Streams;

/// <summary>Bits per second over the last whole second. Not safe for concurrent use.</summary>
internal sealed class BitrateMeter
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    /// <summary>Without a byte for so long the rate is zero.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);

    private TimeSpan _windowStart = TimeSpan.MinValue;
    private TimeSpan _last;
    private long _windowBytes;
    private long _bitsPerSecond;

    /// <summary>Counts <paramref name="bytes"/> at <paramref name="now"/>.</summary>
    public void Add(int bytes, TimeSpan now)
    {
        if (_windowStart == TimeSpan.MinValue)
        {
            _windowStart = now;
        }

        TimeSpan elapsed = now - _windowStart;
        if (elapsed >= Window)
        {
            _bitsPerSecond = (long)(_windowBytes * 8 / elapsed.TotalSeconds);
            (_windowStart, _windowBytes) = (now, 0);
        }

        _windowBytes += bytes;
        _last = now;
    }

    /// <summary>The rate as seen at <paramref name="now"/>.</summary>
    public long BitsPerSecond(TimeSpan now) => now - _last < Silence ? _bitsPerSecond : 0;
}
