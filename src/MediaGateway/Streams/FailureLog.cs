namespace MediaGateway.Streams;

/// <summary>Reports failing transcoders of sound or pictures, at most once per second with the count of those in between. Any thread.</summary>
/// <param name="write">Writes the line: the failure, its stream, and how many more there were since the last line.</param>
internal sealed class FailureLog(Action<Exception, StreamKey, long> write)
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

        write(exception, stream, untold);
    }
}
