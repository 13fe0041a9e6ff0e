using MediaGateway.Media.Frames;

namespace MediaGateway.Media.Flv;

/// <summary>
/// Makes the times of an FLV file's tags one line that never starts again. There are 32 bits for them, but writers are known that write 24 of them,
/// or 31, and start at 0 again: a time far behind the one before, at such a border, goes on behind it. A time that is behind by more than a second
/// elsewhere comes of a writer that was started again: it goes on where the file was. One owner, one thread.
/// </summary>
internal sealed class FlvFileClock
{
    // How near to a border the time before must have been, and how far behind it the next one may be: a minute.
    private const long Near = 60_000;

    /// <summary>Writers are not exact: what is behind by less is not another beginning.</summary>
    private const long Behind = 1000;

    private readonly Line[] _lines = [new(), new(), new()];
    private long _epoch;
    private int _number;
    private long _highest;

    /// <summary>The time of a tag that stands as <paramref name="timestamp"/>, in milliseconds. Script data makes no new beginning: it has any times.</summary>
    public long Unwrap(TrackKind kind, uint timestamp)
    {
        Line line = _lines[(int)kind];
        if (kind == TrackKind.Data)
        {
            return _epoch + timestamp;
        }

        long border = timestamp < Near && timestamp < line.Last ? line.Border() : 0;
        if (border > 0 || line.Last - timestamp > Behind)
        {
            // Where the other track has begun again before, this one follows it, so that they stay together.
            (_epoch, _number) = line.Number < _number ? (_epoch, _number)
                : (border > 0 ? _epoch + border : Math.Max(_highest + line.Step - timestamp, _epoch), _number + 1);
            (line.Epoch, line.Number) = (_epoch, _number);
        }
        else if (timestamp > line.Last)
        {
            line.Step = Math.Min(timestamp - line.Last, Behind);
        }

        line.Last = timestamp;
        long time = line.Epoch + timestamp;
        _highest = Math.Max(_highest, time);
        return time;
    }

    /// <summary>Where the pictures or the sound are.</summary>
    private sealed class Line
    {
        public long Epoch { get; set; }

        public int Number { get; set; }

        public long Last { get; set; }

        public long Step { get; set; } = 1;

        public long Border() => Border(1L << 24) + Border(1L << 31) + Border(1L << 32);

        private long Border(long border) => Last < border && Last >= border - Near ? border : 0;
    }
}
