using System.ComponentModel.DataAnnotations;

namespace MediaGateway.Configuration;

/// <summary>Recording of live streams into files: section <c>Recording</c>.</summary>
internal sealed class RecordingOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Recording";

    /// <summary>
    /// The folder of all recordings, made when it is not there; relative to the program. Null: nothing is recorded, whoever asks. It must
    /// be the gateway's own: whoever may change its folders decides where files go.
    /// </summary>
    public string? Root { get; set; }

    /// <summary>
    /// <c>mp4</c>, fragmented, for browsers and editors; or <c>flv</c>, one file whatever changes. What MP4 cannot carry is written as FLV.
    /// </summary>
    [AllowedValues("mp4", "flv", ErrorMessage = "The field {0} must be mp4 or flv.")]
    public string Format { get; set; } = "mp4";

    /// <summary>
    /// Folder and name of a file below <see cref="Root"/>, without the extension: text with <c>{app}</c>, <c>{name}</c>, <c>{date}</c> and
    /// <c>{time}</c> of the beginning in UTC, <c>{id}</c> of the recording and <c>{sessionId}</c> of the publisher. A name that is taken
    /// gets a number at its end.
    /// </summary>
    public string NameTemplate { get; set; } = "{app}/{name}-{date}-{time}";

    /// <summary>Whether a publisher's wish counts: RTMP's publish type <c>record</c>, the page's flag, the hook's answer.</summary>
    public bool OnRequest { get; set; } = true;

    /// <summary>The application under which recordings, also running ones, are played as files. Empty: they are not.</summary>
    public string Application { get; set; } = "recordings";

    /// <summary>
    /// How long frames may stay in memory before they are given to the operating system: what a crash of the gateway costs, besides the
    /// frames on their way.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:01")]
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Bytes of one recording that may wait for a slow disk; then everything up to the next keyframe is left out.</summary>
    [Range(1024 * 1024, 16 * 1024 * 1024)]
    public int QueueBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// Threads that write. A disk that hangs holds up no more than these, and nothing but recordings.
    /// </summary>
    [Range(1, 64)]
    public int Writers { get; set; } = 2;

    /// <summary>
    /// Streams that are recorded at the same time, at most: each may hold <see cref="QueueBytes"/> and wants its share of the disk. Further
    /// wishes are refused; their streams play on.
    /// </summary>
    [Range(1, 10_000)]
    public int MaximumRecordings { get; set; } = 100;

    /// <summary>A longer recording goes on in another file at the next keyframe; FLV's times end after 24 days.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "24.00:00:00")]
    public TimeSpan MaximumDuration { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Finished recordings older than this are deleted; 0: none are.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00")]
    public TimeSpan MaximumAge { get; set; }

    /// <summary>When recordings take more bytes, the oldest finished ones are deleted; 0: they may take everything.</summary>
    [Range(0L, long.MaxValue)]
    public long MaximumBytes { get; set; }

    /// <summary>When the disk has fewer bytes free, the oldest finished recordings are deleted; 0: none are.</summary>
    [Range(0L, long.MaxValue)]
    public long MinimumFreeBytes { get; set; }

    /// <summary>
    /// While the disk has fewer bytes free, running recordings end with whole files and none begins: the rest of the disk is the system's
    /// and the log's. 0: recordings may fill it.
    /// </summary>
    [Range(0L, long.MaxValue)]
    public long ReservedBytes { get; set; } = 64 * 1024 * 1024;
}
