namespace MediaGateway.Streams.Renditions;

/// <summary>Reports failing transcoders of pictures, at most once per second with the count of those in between. Any thread.</summary>
internal sealed class VideoFailureLog(ILogger logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private TimeSpan _lastReport = TimeSpan.MinValue;
    private long _untold;

    /// <summary>Reports one failure.</summary>
    public void Report(StreamKey stream, Exception exception, TimeSpan now)
    {
        long untold;
        lock (_lock)
        {
            if (_lastReport != TimeSpan.MinValue && now - _lastReport < Interval)
            {
                _untold++;
                return;
            }

            (_lastReport, untold, _untold) = (now, _untold, 0);
        }

        logger.VideoTranscoderFailed(exception, stream, untold);
    }
}
