using System.Globalization;
using System.Text;

namespace MediaGateway.Media.Hls;

/// <summary>
/// Writes media playlists (RFC 8216bis 4.4.3) of a live window: the newest form, with parts, which older players read as a plain playlist
/// since they pass over tags that they do not know.
/// </summary>
/// <param name="prefix">What the addresses of segments begin with, relative to the playlist's.</param>
/// <param name="extension">What they end with.</param>
public sealed class HlsPlaylistWriter(string prefix, string extension)
{
    /// <summary>Parts are told of segments within so many target durations of the end (RFC 8216bis 6.2.2).</summary>
    public const int TargetsWithParts = 3;

    /// <summary>A player who has the playlist may leave out what is older than so many target durations (4.4.3.8: six at least).</summary>
    public const int TargetsBeforeSkip = 6;

    /// <summary>How far from the end players are to stay: three target durations, three part targets (4.4.3.8).</summary>
    public const int HoldBack = 3;

    private const int Version = 9;
    private const int BytesPerSegment = 160;
    private const long MicrosecondsPerSecond = 1_000_000;

    private static readonly CompositeFormat SegmentPattern = CompositeFormat.Parse("{0}{1}.{2}");
    private static readonly CompositeFormat PartPattern = CompositeFormat.Parse("{0}{1}.{3}.{2}");
    private static readonly CompositeFormat InitializationPattern = CompositeFormat.Parse("{0}init{1}.mp4");

    /// <summary>Writes the playlist. Only while <see cref="HlsWindow.IsListed"/>.</summary>
    /// <param name="window">The segments; not changed meanwhile.</param>
    /// <param name="isDelta">Whether old segments are left out, as a player has asked (<c>_HLS_skip=YES</c>).</param>
    public string Write(HlsWindow window, bool isDelta)
    {
        ArgumentNullException.ThrowIfNull(window);
        ReadOnlySpan<HlsSegment> segments = window.Listed;
        var text = new StringBuilder(1024 + (segments.Length * BytesPerSegment));
        long target = window.TargetSeconds * MicrosecondsPerSecond;
        WriteHead(text, window, segments);
        long fromEnd = 0;
        foreach (HlsSegment segment in segments)
        {
            fromEnd += segment.Microseconds;
        }

        int skipped = isDelta ? CountOld(segments, fromEnd, TargetsBeforeSkip * target) : 0;
        if (skipped > 0)
        {
            Line(text, $"#EXT-X-SKIP:SKIPPED-SEGMENTS={skipped}");
        }

        HlsInitialization? initialization = null;
        for (int index = 0; index < segments.Length; index++)
        {
            HlsSegment segment = segments[index];
            fromEnd -= segment.Microseconds;
            if (index >= skipped)
            {
                WriteSegment(text, segment, initialization, fromEnd < TargetsWithParts * target);
            }

            initialization = segment.Initialization;
        }

        WriteTail(text, window);
        return text.ToString();
    }

    /// <summary>Writes how far another level is (RFC 8216bis 4.4.5.4): a line at a playlist's end.</summary>
    /// <param name="text">Where to.</param>
    /// <param name="address">The other level's playlist, relative to this one.</param>
    /// <param name="number">Its last segment.</param>
    /// <param name="part">The last part of it; null when it has none.</param>
    public static void WriteReport(StringBuilder text, string address, long number, int? part)
    {
        ArgumentNullException.ThrowIfNull(text);
        string lastPart = part is { } index ? string.Create(CultureInfo.InvariantCulture, $",LAST-PART={index}") : "";
        Line(text, $"#EXT-X-RENDITION-REPORT:URI=\"{address}\",LAST-MSN={number}{lastPart}");
    }

    /// <summary>The address of a segment.</summary>
    public string Segment(long number) => string.Format(CultureInfo.InvariantCulture, SegmentPattern, prefix, number, extension);

    /// <summary>The address of a part.</summary>
    public string Part(long number, int part) => string.Format(CultureInfo.InvariantCulture, PartPattern, prefix, number, extension, part);

    /// <summary>The address of a media initialization section.</summary>
    public string Initialization(int number) => string.Format(CultureInfo.InvariantCulture, InitializationPattern, prefix, number);

    private static int CountOld(ReadOnlySpan<HlsSegment> segments, long fromEnd, long boundary)
    {
        int count = 0;
        foreach (HlsSegment segment in segments)
        {
            fromEnd -= segment.Microseconds;
            if (fromEnd < boundary || !segment.IsComplete)
            {
                break;
            }

            count++;
        }

        return count;
    }

    private static void WriteHead(StringBuilder text, HlsWindow window, ReadOnlySpan<HlsSegment> segments)
    {
        text.Append("#EXTM3U\n");
        Line(text, $"#EXT-X-VERSION:{Version}");
        Line(text, $"#EXT-X-TARGETDURATION:{window.TargetSeconds}");
        string skip = Seconds(TargetsBeforeSkip * window.TargetSeconds * MicrosecondsPerSecond);
        string hold = Seconds(HoldBack * window.TargetSeconds * MicrosecondsPerSecond);
        string partHold = Seconds(HoldBack * window.PartTargetMicroseconds);
        Line(text, $"#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL={skip},HOLD-BACK={hold},PART-HOLD-BACK={partHold}");
        Line(text, $"#EXT-X-PART-INF:PART-TARGET={Seconds(window.PartTargetMicroseconds)}");
        Line(text, $"#EXT-X-MEDIA-SEQUENCE:{segments[0].Number}");
        Line(text, $"#EXT-X-DISCONTINUITY-SEQUENCE:{window.DiscontinuitySequence}");
    }

    private void WriteSegment(StringBuilder text, HlsSegment segment, HlsInitialization? before, bool withParts)
    {
        bool partsAreTold = withParts && segment.ListsParts && segment.Parts.Count > 0;
        if (!segment.IsComplete && !partsAreTold)
        {
            return;
        }

        if (segment.IsDiscontinuity)
        {
            text.Append("#EXT-X-DISCONTINUITY\n");
        }

        if (!ReferenceEquals(segment.Initialization, before) && segment.Initialization.Bytes is not null)
        {
            Line(text, $"#EXT-X-MAP:URI=\"{Initialization(segment.Initialization.Number)}\"");
        }

        Line(text, $"#EXT-X-PROGRAM-DATE-TIME:{segment.ProgramTime.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}");
        for (int part = 0; partsAreTold && part < segment.Parts.Count; part++)
        {
            HlsPart its = segment.Parts[part];
            string independent = its.IsIndependent ? ",INDEPENDENT=YES" : "";
            Line(text, $"#EXT-X-PART:DURATION={Seconds(its.Microseconds)},URI=\"{Part(segment.Number, part)}\"{independent}");
        }

        if (segment.IsComplete)
        {
            Line(text, $"#EXTINF:{Seconds(segment.Microseconds)},");
            Line(text, $"{Segment(segment.Number)}");
        }
    }

    private void WriteTail(StringBuilder text, HlsWindow window)
    {
        if (window.HasEnded)
        {
            text.Append("#EXT-X-ENDLIST\n");
            return;
        }

        (long number, int parts) = window.Edge;
        Line(text, $"#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"{Part(number, parts)}\"");
    }

    private static void Line(StringBuilder text, FormattableString line) =>
        text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private static string Seconds(long microseconds) =>
        string.Create(CultureInfo.InvariantCulture, $"{microseconds / MicrosecondsPerSecond}.{microseconds % MicrosecondsPerSecond:D6}");
}
