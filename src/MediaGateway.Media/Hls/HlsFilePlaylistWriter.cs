using System.Globalization;
using System.Text;

namespace MediaGateway.Media.Hls;

/// <summary>Writes the media playlist of a file (RFC 8216bis 4.4.3.5): <c>VOD</c>, and <c>EVENT</c> as long as the file is being written.</summary>
public static class HlsFilePlaylistWriter
{
    private const int Version = 7;
    private const long MicrosecondsPerSecond = 1_000_000;

    /// <summary>Writes it.</summary>
    /// <param name="plan">How the file is cut.</param>
    /// <param name="origin">Where the file comes from.</param>
    /// <param name="prefix">What addresses begin with, relative to the playlist's.</param>
    /// <param name="suffix">What they end with after the extension: parameters, or nothing.</param>
    public static string Write(HlsFilePlan plan, HlsFileOrigin origin, string prefix, string suffix)
    {
        ArgumentNullException.ThrowIfNull(plan);
        // The last segment of a growing file will be longer when it is read again. Before another one has begun, all that there is is shown.
        bool isEvent = origin == HlsFileOrigin.Growing && plan.Segments.Count > 1;
        int count = plan.Segments.Count - (isEvent ? 1 : 0);
        int target = origin == HlsFileOrigin.Plain ? plan.TargetSeconds : (int)HlsFilePlan.LongestSegment.TotalSeconds;
        string extension = HlsFileReader.PackagerOf(plan).Extension;
        var text = new StringBuilder(256 + (plan.Segments.Count * 64));
        text.Append(CultureInfo.InvariantCulture, $"#EXTM3U\n#EXT-X-VERSION:{Version}\n#EXT-X-TARGETDURATION:{target}\n");
        text.Append("#EXT-X-MEDIA-SEQUENCE:0\n");
        text.Append(isEvent ? "#EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-START:TIME-OFFSET=0\n" : "#EXT-X-PLAYLIST-TYPE:VOD\n");
        text.Append(plan.IsIndependent && !isEvent ? "#EXT-X-INDEPENDENT-SEGMENTS\n" : "");
        int range = -1;
        for (int number = 0; number < count; number++)
        {
            HlsFileSegment segment = plan.Segments[number];
            if (segment.Range != range)
            {
                text.Append(range >= 0 ? "#EXT-X-DISCONTINUITY\n" : "");
                range = segment.Range;
                text.Append(plan.NeedsTransportStream
                    ? ""
                    : string.Create(CultureInfo.InvariantCulture, $"#EXT-X-MAP:URI=\"{prefix}init{range}.mp4{suffix}\"\n"));
            }

            (long seconds, long rest) = Math.DivRem(segment.Microseconds, MicrosecondsPerSecond);
            text.Append(CultureInfo.InvariantCulture, $"#EXTINF:{seconds}.{rest:D6},\n{prefix}{number}.{extension}{suffix}\n");
        }

        return text.Append(isEvent ? "" : "#EXT-X-ENDLIST\n").ToString();
    }
}
