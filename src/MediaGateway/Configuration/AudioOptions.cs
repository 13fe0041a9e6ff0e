using System.ComponentModel.DataAnnotations;

namespace MediaGateway.Configuration;

/// <summary>The sound for viewers that cannot take the publisher's codec: section <c>Audio</c>.</summary>
internal sealed class AudioOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Audio";

    /// <summary>AAC-LC rate for both channels together, in bit/s. 128 kbit/s is transparent for most stereo sources.</summary>
    [Range(32_000, 320_000)]
    public int Bitrate { get; set; } = 128_000;

    /// <summary>
    /// FFmpeg's quantizer. <c>fast</c> takes 1 % of a core for each stream, and its noise is lower on speech, music and noise at 128 kbit/s;
    /// <c>twoloop</c> takes 2 to 6 %, and is better on single tones.
    /// </summary>
    [AllowedValues("twoloop", "fast", ErrorMessage = "The field {0} must be twoloop or fast.")]
    public string Coder { get; set; } = "fast";

    /// <summary>How long a stream's sound is still converted after its last viewer left: a reconnecting player finds it running.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan Linger { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Threads that convert sound. 0: one per core.</summary>
    [Range(0, 256)]
    public int Workers { get; set; }
}
