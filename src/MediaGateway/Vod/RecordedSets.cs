using MediaGateway.Configuration;
using MediaGateway.Media.Frames;
using Microsoft.Extensions.Options;

namespace MediaGateway.Vod;

/// <summary>
/// Files of the same content at several rates: those that a manifest <c>clip.smil</c> in the folder names, or else files beside each other
/// whose names end in a height or in the name of a ladder's level, <c>clip_720.mp4</c>, <c>clip_360p.mp4</c>. Any thread.
/// </summary>
internal sealed class RecordedSets(VodCatalog catalog, IOptions<LadderOptions> ladders)
{
    /// <summary>The most files of a set; further ones are left out.</summary>
    public const int MaximumLevels = 16;

    private static readonly int[] Heights = [2160, 1440, 1080, 720, 576, 540, 480, 432, 360, 288, 270, 240, 180, 144];

    /// <summary>Extensions, and the prefix that players need with them.</summary>
    private static readonly (string Extension, string Prefix)[] Containers = [(".mp4", "mp4:"), (".m4v", "mp4:"), (".mov", "mp4:"), (".flv", "")];

    /// <summary>Whether an application plays files.</summary>
    public bool IsVod(string application) => catalog.IsVod(application);

    /// <summary>The files of a set, the highest rate first; none when there is no set of that name.</summary>
    /// <param name="application">The application.</param>
    /// <param name="path">Folders and the set's name, without an extension.</param>
    public async Task<IReadOnlyList<RecordedLevel>> FindAsync(string application, string path)
    {
        if (!VodName.TryParse(path, out VodName? name, out _) || name.Prefix.Length > 0)
        {
            return [];
        }

        List<RecordedLevel> levels = [];
        foreach ((string file, long rate) in FilesOf(application, name).Take(MaximumLevels))
        {
            if (await MeasureAsync(application, file, rate) is { } level)
            {
                levels.Add(level);
            }
        }

        levels.Sort(static (one, other) => other.BitsPerSecond.CompareTo(one.BitsPerSecond));
        return levels;
    }

    private static string NameOf(string file)
    {
        (string extension, string prefix) = Array.Find(Containers, container => file.EndsWith(container.Extension, StringComparison.OrdinalIgnoreCase));
        return prefix?.Length > 0 ? prefix + file : extension is null ? file : file[..^extension.Length]; // FLV has neither prefix nor extension.
    }

    private IEnumerable<(string File, long Rate)> FilesOf(string application, VodName name)
    {
        byte[]? manifest = catalog.ReadSmall(application, name with { Prefix = VodName.Manifest }, SetManifest.MaximumBytes);
        return manifest is not null ? Named(name.Path, manifest) : Beside(application, name.Path);
    }

    /// <summary>What a manifest names lies where the manifest lies, or below.</summary>
    private static IEnumerable<(string File, long Rate)> Named(string path, byte[] manifest)
    {
        string folder = path[..(path.LastIndexOf('/') + 1)];
        foreach ((string source, long rate) in SetManifest.Read(manifest) ?? [])
        {
            if (VodName.TryParse(source, out VodName? named, out _))
            {
                yield return (folder + named.Path, rate);
            }
        }
    }

    private IEnumerable<(string File, long Rate)> Beside(string application, string path)
    {
        IEnumerable<string> suffixes = Heights.SelectMany(static height => (string[])[$"{height}", $"{height}p"])
            .Concat(ladders.Value.Ladders.Values.SelectMany(static ladder => ladder.Keys))
            .Distinct(StringComparer.Ordinal);
        foreach (string suffix in suffixes)
        {
            foreach ((string extension, _) in Containers)
            {
                string file = $"{path}_{suffix}{extension}";
                if (catalog.Exists(application, new VodName(file, VodName.Exact)))
                {
                    yield return (file, 0);
                    break;
                }
            }
        }
    }

    private async Task<RecordedLevel?> MeasureAsync(string application, string file, long rate)
    {
        VodOpening opening = await catalog.OpenAsync(application, new VodName(file, VodName.Exact));
        using VodFile? opened = opening.File;
        if (opened is null)
        {
            return null;
        }

        var video = opened.Index.Track(TrackKind.Video)?.Format as H264Format;
        double seconds = opened.Index.Duration.TotalSeconds;
        long measured = seconds > 0 ? (long)(opened.Index.Tracks.Sum(static track => track.Bytes) * 8 / seconds) : 0;
        return new RecordedLevel(NameOf(file), rate > 0 ? rate : measured, video?.Width ?? 0, video?.Height ?? 0);
    }
}
