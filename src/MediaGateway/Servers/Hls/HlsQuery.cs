using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace MediaGateway.Servers.Hls;

/// <summary>The delivery directives of a playlist's address (RFC 8216bis 6.2.5). <c>default</c>: none.</summary>
/// <param name="Segment"><c>_HLS_msn</c>: the playlist is to hold this segment; null when it may be any.</param>
/// <param name="Part"><c>_HLS_part</c>: or at least this part of it.</param>
/// <param name="IsDelta"><c>_HLS_skip</c>: old segments may be left out.</param>
/// <param name="NeedsHoldBack">The playlist is to hold what a player who knows no parts stays behind, if it comes in time.</param>
internal readonly record struct HlsQuery(long? Segment, int? Part, bool IsDelta, bool NeedsHoldBack)
{
    /// <summary>What the names of all directives begin with.</summary>
    public const string Prefix = "_HLS_";

    /// <summary>Reads them; false when they are not numbers, or there is a part without a segment.</summary>
    public static bool TryRead(HttpRequest request, out HlsQuery directives)
    {
        directives = default;
        IQueryCollection query = request.Query;
        long segment = 0;
        int part = 0;
        bool hasSegment = query.TryGetValue("_HLS_msn", out StringValues number);
        bool hasPart = query.TryGetValue("_HLS_part", out StringValues index);
        if ((hasSegment && !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out segment))
            || (hasPart && !int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out part))
            || (hasPart && !hasSegment))
        {
            return false;
        }

        bool isDelta = query.TryGetValue("_HLS_skip", out StringValues skip) && ((string?)skip) is "YES" or "v2";
        directives = new HlsQuery(hasSegment ? segment : null, hasPart ? part : null, isDelta, IsOfVideoElement(request.Headers));
        return true;
    }

    /// <summary>
    /// Whether Chromium itself plays, without a script: it knows no parts, and a live playlist with less than it stays behind ends in an error
    /// or a standing picture. Apple's players tell their session, and begin with parts.
    /// </summary>
    private static bool IsOfVideoElement(IHeaderDictionary headers) =>
        headers["Sec-Fetch-Dest"] is ["video" or "audio"] && !headers.ContainsKey("X-Playback-Session-Id");
}
