namespace MediaGateway.Media.Flv;

/// <summary>
/// Where the keyframes of an FLV file lie, for players that seek by the metadata's <c>keyframes</c>. Bounded: when it is full every other
/// entry goes, and from then on every other keyframe is left out. One owner.
/// </summary>
public sealed class FlvFileIndex
{
    /// <summary>The most entries.</summary>
    public const int Capacity = 512;

    private readonly List<(long Milliseconds, long Position)> _entries = new(Capacity);
    private int _stride = 1;
    private int _skipped;

    /// <summary>The keyframes kept, in order: time in milliseconds from the file's beginning, and the place of the tag in bytes.</summary>
    public IReadOnlyList<(long Milliseconds, long Position)> Entries => _entries;

    /// <summary>Notes a keyframe; later ones have later times.</summary>
    public void Add(long milliseconds, long position)
    {
        if (_entries.Count > 0 && ++_skipped < _stride)
        {
            return;
        }

        _skipped = 0;
        if (_entries.Count == Capacity)
        {
            Thin(); // what is left ends one new stride before this one
        }

        _entries.Add((milliseconds, position));
    }

    private void Thin()
    {
        for (int index = 0; index < Capacity / 2; index++)
        {
            _entries[index] = _entries[2 * index];
        }

        _entries.RemoveRange(Capacity / 2, Capacity / 2);
        _stride *= 2;
    }
}
