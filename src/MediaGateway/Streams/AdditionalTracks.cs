using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>
/// The further tracks of a multitrack publisher (Enhanced RTMP v2): known by kind and number, passed on, never cached. Of more than
/// <see cref="Maximum"/> the rest is left out. Used under the stream's lock.
/// </summary>
internal sealed class AdditionalTracks
{
    /// <summary>Tracks that a stream may have besides its pictures and its sound.</summary>
    public const int Maximum = 16;

    private TrackFormat[] _formats = [];

    /// <summary>The newest format of each, in the order in which they showed themselves; null when there are none. Never changes.</summary>
    public IReadOnlyList<TrackFormat>? Formats => _formats.Length == 0 ? null : _formats;

    /// <summary>Whether a frame belongs to such a track.</summary>
    public static bool Includes(MediaFrame frame) => frame.Format is FlvTagFormat { TrackId: > 0 };

    /// <summary>Notes the format of a frame that <see cref="Includes"/> is true of.</summary>
    /// <returns>The track's place in <see cref="Formats"/>, or -1 when there are too many.</returns>
    public int Note(MediaFrame frame)
    {
        var format = (FlvTagFormat)frame.Format;
        int place = PlaceOf(format);
        if (place < _formats.Length && ReferenceEquals(_formats[place], format))
        {
            return place;
        }

        if (place == Maximum)
        {
            return -1;
        }

        // Outlets hold on to the list that they were handed: a change makes another.
        TrackFormat[] formats = place == _formats.Length ? [.. _formats, format] : [.. _formats];
        formats[place] = format;
        _formats = formats;
        return place;
    }

    /// <summary>Forgets them all: another publisher has come.</summary>
    public void Clear() => _formats = [];

    /// <summary>Where the track is, or where it would go.</summary>
    private int PlaceOf(FlvTagFormat format)
    {
        for (int place = 0; place < _formats.Length; place++)
        {
            if (_formats[place] is FlvTagFormat known && known.Kind == format.Kind && known.TrackId == format.TrackId)
            {
                return place;
            }
        }

        return _formats.Length;
    }
}
