using System.Globalization;
using System.Xml;

namespace MediaGateway.Vod;

/// <summary>
/// Reads manifests of sets that lie in the folder, as Wowza's servers and ours write them: <c>smil</c>, in it <c>body</c>, in it
/// <c>switch</c>, in it <c>video</c> with <c>src</c> and, where it is there, <c>system-bitrate</c> in bit/s. No document type, no entities, no
/// address of anything elsewhere.
/// </summary>
internal static class SetManifest
{
    /// <summary>The largest manifest, in bytes.</summary>
    public const int MaximumBytes = 64 * 1024;

    /// <summary>The most entries of a manifest.</summary>
    public const int MaximumLevels = 32;

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = MaximumBytes,
        IgnoreComments = true,
        IgnoreWhitespace = true,
        IgnoreProcessingInstructions = true,
    };

    private static readonly string[][] Places = [["smil", "body", "switch", "video"], ["smil", "body", "video"]];

    /// <summary>The entries of a manifest; null when it is none.</summary>
    public static IReadOnlyList<(string Source, long BitsPerSecond)>? Read(byte[] text)
    {
        if (text.Length > MaximumBytes)
        {
            return null;
        }

        try
        {
            using var reader = XmlReader.Create(new MemoryStream(text), Settings);
            return Read(reader);
        }
        catch (XmlException)
        {
            return null;
        }
    }

    private static List<(string Source, long BitsPerSecond)>? Read(XmlReader reader)
    {
        List<(string Source, long BitsPerSecond)> entries = [];
        List<string> path = [];
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element)
            {
                continue;
            }

            path.RemoveRange(Math.Min(reader.Depth, path.Count), Math.Max(0, path.Count - reader.Depth));
            path.Add(reader.LocalName);
            if (reader.Depth == 0 && reader.LocalName != "smil")
            {
                return null;
            }

            if (!Array.Exists(Places, place => place.SequenceEqual(path, StringComparer.Ordinal)))
            {
                continue;
            }

            if (entries.Count == MaximumLevels || reader.GetAttribute("src") is not { Length: > 0 } source)
            {
                return null;
            }

            entries.Add((source, RateOf(reader.GetAttribute("system-bitrate"))));
        }

        return entries;
    }

    private static long RateOf(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long rate) ? rate : 0;
}
