using System.ComponentModel.DataAnnotations;

namespace MediaGateway.Configuration;

/// <summary>Playing files: section <c>Vod</c>.</summary>
internal sealed class VodOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Vod";

    /// <summary>The folder whose files can be played, with the folders in it; null: none. Nothing outside it is ever opened.</summary>
    public string? Root { get; set; }

    /// <summary>The applications that play files of <see cref="Root"/> instead of live streams; when none is named, <c>vod</c>.</summary>
    public IList<string> Applications { get; } = [];

    /// <summary>
    /// How much a player is sent ahead of time until it says how much it buffers. 3 s is what FFmpeg asks for; Flash players ask for less.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:01:00")]
    public TimeSpan BufferLength { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// The most that a player is sent ahead of time, whatever it asks for: rtmpdump asks for hours, to copy a file as fast as it can.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "24:00:00")]
    public TimeSpan MaximumBufferLength { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// A player of a file that takes not one byte for so long is disconnected. Longer than for live streams: some players pause by not reading.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:10", "24:00:00")]
    public TimeSpan StalledViewerTimeout { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Threads that read files for players. They wait for the disk, so that nothing else has to.</summary>
    [Range(1, 64)]
    public int Threads { get; set; } = 2;

    /// <summary>Files that are open at the same time, however many play each; further ones are refused.</summary>
    [Range(1, 100_000)]
    public int MaximumFiles { get; set; } = 256;

    /// <summary>Memory for indexes of files, in bytes. Two hours of film take some 25 MB. Those of files that nobody plays are dropped first.</summary>
    [Range(1024 * 1024, 64L * 1024 * 1024 * 1024)]
    public long IndexCacheBytes { get; set; } = 256 * 1024 * 1024;
}
