using System.Globalization;
using System.Text;

namespace MediaGateway.Media.Hls;

/// <summary>Writes multivariant playlists (RFC 8216bis 4.4.6).</summary>
public static class HlsMultivariantWriter
{
    /// <summary>Writes the entries in their order: players begin with the first.</summary>
    public static string Write(IReadOnlyList<HlsVariant> variants)
    {
        ArgumentNullException.ThrowIfNull(variants);
        var text = new StringBuilder("#EXTM3U\n#EXT-X-VERSION:9\n");
        foreach (HlsVariant variant in variants)
        {
            text.Append(CultureInfo.InvariantCulture, $"#EXT-X-STREAM-INF:BANDWIDTH={variant.BitsPerSecond}");
            if (variant.Codecs.Length > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $",CODECS=\"{variant.Codecs}\"");
            }

            if (variant is { Width: > 0, Height: > 0 })
            {
                text.Append(CultureInfo.InvariantCulture, $",RESOLUTION={variant.Width}x{variant.Height}");
            }

            if (variant.Name is { } name)
            {
                text.Append(CultureInfo.InvariantCulture, $",NAME=\"{name}\"");
            }

            text.Append('\n').Append(variant.Address).Append('\n');
        }

        return text.ToString();
    }
}
