using System.Globalization;
using System.Security;
using System.Text;

namespace MediaGateway.Servers.Smil;

/// <summary>
/// Writes manifests of dynamic streaming in the one shape that every player reads. JW Player takes children by their position: the first
/// child of the head is the address, the second child of the root is the body, whose first child is the switch; no layout, no comment and no
/// namespace may come between. Rates are in bit/s.
/// </summary>
internal static class SmilManifest
{
    /// <summary>The media type of manifests.</summary>
    public const string MediaType = "application/smil+xml; charset=utf-8";

    /// <summary>The manifest as text.</summary>
    /// <param name="address">The RTMP address of the application; ends with a slash.</param>
    /// <param name="levels">What there is to choose from.</param>
    public static string Write(string address, IEnumerable<SmilLevel> levels)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"<smil><head><meta base=\"{Escape(address)}\"/></head><body><switch>");
        foreach (SmilLevel level in levels)
        {
            text.Append(CultureInfo.InvariantCulture, $"<video src=\"{Escape(level.Source)}\" system-bitrate=\"{level.BitsPerSecond}\"");
            if (level is { Width: > 0, Height: > 0 })
            {
                text.Append(CultureInfo.InvariantCulture, $" width=\"{level.Width}\" height=\"{level.Height}\"");
            }

            text.Append("/>");
        }

        return text.Append("</switch></body></smil>").ToString();
    }

    private static string Escape(string text) => SecurityElement.Escape(text);
}
