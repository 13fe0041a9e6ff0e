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
        for (int place = 0; place < _formats.Length; place++)
        {
            if (ReferenceEquals(_formats[place], format))
            {
                return place;
            }
        }

        int known = Array.FindIndex(_formats, other => other is FlvTagFormat tag && tag.Kind == format.Kind && tag.TrackId == format.TrackId);
        if (known < 0 && _formats.Length == Maximum)
        {
            return -1;
        }

        // Outlets hold on to the list that they were handed: a change makes another.
        TrackFormat[] formats = known < 0 ? [.. _formats, format] : [.. _formats];
        int changed = known < 0 ? _formats.Length : known;
        formats[changed] = format;
        _formats = formats;
        return changed;
    }

    /// <summary>Forgets them all: another publisher has come.</summary>
    public void Clear() => _formats = [];
}
