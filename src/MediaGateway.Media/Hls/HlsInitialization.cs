using MediaGateway.Media.Frames;
using MediaGateway.Media.Mp4;

namespace MediaGateway.Media.Hls;

/// <summary>What the segments of one range have in common: their tracks, and what a player must read before them. Immutable.</summary>
/// <param name="Number">Counts from 0; names the address.</param>
/// <param name="Video">The pictures, or null.</param>
/// <param name="Audio">The sound, or null.</param>
/// <param name="Bytes">The media initialization section (RFC 8216bis 3.1.2); null in MPEG-TS, which needs none.</param>
public sealed record HlsInitialization(int Number, TrackFormat? Video, TrackFormat? Audio, byte[]? Bytes)
{
    /// <summary>The value of <c>CODECS</c> (RFC 6381).</summary>
    public string Codecs => string.Join(',', Names());

    private IEnumerable<string> Names()
    {
        if (Mp4Track.Of(Video) is { } video)
        {
            yield return video.CodecName;
        }

        if (Mp4Track.Of(Audio) is { } audio)
        {
            yield return audio.CodecName;
        }
    }
}
