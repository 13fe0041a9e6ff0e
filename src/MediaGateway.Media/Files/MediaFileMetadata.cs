using MediaGateway.Media.Amf;
using MediaGateway.Media.Flv;
using MediaGateway.Media.Frames;

namespace MediaGateway.Media.Files;

/// <summary>What <c>onMetaData</c> says of a file (Video File Format v10.1, E.5): of its tracks, its length, and where one may seek to.</summary>
public static class MediaFileMetadata
{
    /// <summary>Keyframes that are named; of more, every second, third, and so on. Readers take some thousand values.</summary>
    public const int MaximumKeyframes = 1000;

    private const double BitsPerKilobyte = 8.0 / 1000;

    /// <summary>All properties.</summary>
    /// <param name="file">The file.</param>
    /// <param name="formats">The formats of the tracks that the receiver gets.</param>
    public static AmfEcmaArray Build(MediaFile file, IReadOnlyList<TrackFormat> formats)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(formats);
        List<KeyValuePair<string, AmfValue>> properties = [.. FlvMetadata.Build(formats, file.Metadata).Properties];
        double seconds = file.Duration.TotalSeconds;
        Set(properties, "duration", seconds);
        if (seconds > 0)
        {
            AddRates(properties, file, formats, seconds);
        }

        Set(properties, "filesize", file.IndexedBytes);
        Set(properties, "canSeekToEnd", new AmfBoolean(true));
        if (file.Keyframes.Length > 0)
        {
            AddKeyframes(properties, file);
        }

        return new AmfEcmaArray(properties);
    }

    private static void AddRates(List<KeyValuePair<string, AmfValue>> properties, MediaFile file, IReadOnlyList<TrackFormat> formats, double seconds)
    {
        foreach (MediaFileTrack track in file.Tracks)
        {
            if (track.Kind == TrackKind.Data || !formats.Any(format => format.Kind == track.Kind))
            {
                continue;
            }

            Set(properties, track.Kind == TrackKind.Video ? "videodatarate" : "audiodatarate", track.Bytes * BitsPerKilobyte / seconds);
            if (track.Kind == TrackKind.Video)
            {
                double shown = (track.End - track.Start).TotalSeconds;
                Set(properties, "framerate", shown > 0 ? Math.Round(track.Samples / shown, 3) : 0);
            }
        }
    }

    private static void AddKeyframes(List<KeyValuePair<string, AmfValue>> properties, MediaFile file)
    {
        int step = ((file.Keyframes.Length - 1) / MaximumKeyframes) + 1;
        List<AmfValue> times = [];
        List<AmfValue> positions = [];
        for (int place = 0; place < file.Keyframes.Length; place += step)
        {
            MediaSample keyframe = file[file.Keyframes[place]];
            times.Add(new AmfNumber(file.DecodingOf(in keyframe).ToMilliseconds() / 1000.0));
            positions.Add(new AmfNumber(keyframe.Offset));
        }

        Set(properties, "hasKeyframes", new AmfBoolean(true));
        Set(properties, "keyframes", new AmfObject(
            ClassName: null,
        [
            new KeyValuePair<string, AmfValue>("times", new AmfStrictArray(times)),
            new KeyValuePair<string, AmfValue>("filepositions", new AmfStrictArray(positions)),
        ]));
    }

    private static void Set(List<KeyValuePair<string, AmfValue>> properties, string name, double value) => Set(properties, name, new AmfNumber(value));

    private static void Set(List<KeyValuePair<string, AmfValue>> properties, string name, AmfValue value)
    {
        properties.RemoveAll(property => string.Equals(property.Key, name, StringComparison.OrdinalIgnoreCase));
        properties.Add(new KeyValuePair<string, AmfValue>(name, value));
    }
}
