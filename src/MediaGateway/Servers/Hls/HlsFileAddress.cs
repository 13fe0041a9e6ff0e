using System.Globalization;
using MediaGateway.Vod;

namespace MediaGateway.Servers.Hls;

/// <summary>What an address below <c>/hls/application/</c> of files asks for.</summary>
internal enum HlsFileItem
{
    /// <summary>The multivariant playlist.</summary>
    Index,

    /// <summary>The media playlist.</summary>
    Media,

    /// <summary>A media initialization section.</summary>
    Initialization,

    /// <summary>A segment.</summary>
    Segment,
}

/// <summary>An address of a file's HLS, taken apart.</summary>
/// <param name="Name">The file, or the set of files.</param>
/// <param name="Item">What is asked for.</param>
/// <param name="Secret">What only those know who have a playlist; empty for playlists.</param>
/// <param name="Number">Which segment or initialization section.</param>
internal sealed record HlsFileAddress(VodName Name, HlsFileItem Item, string Secret, int Number)
{
    private static readonly (string Prefix, string Suffix, HlsFileItem Item)[] Numbered =
        [("init", ".mp4", HlsFileItem.Initialization), ("", ".m4s", HlsFileItem.Segment), ("", ".ts", HlsFileItem.Segment)];

    /// <summary>Takes an address apart; null when it is none.</summary>
    /// <param name="path">What stands behind the application.</param>
    public static HlsFileAddress? Parse(string path)
    {
        int slash = path.LastIndexOf('/');
        if (slash <= 0)
        {
            return null;
        }

        (string folder, string last) = (path[..slash], path[(slash + 1)..]);
        if (last == HlsContainer.Fragments.Index() || last == HlsContainer.Fragments.Media())
        {
            HlsFileItem item = last == HlsContainer.Fragments.Index() ? HlsFileItem.Index : HlsFileItem.Media;
            return VodName.TryParse(folder, out VodName? name, out _) ? new HlsFileAddress(name, item, "", 0) : null;
        }

        slash = folder.LastIndexOf('/');
        return slash > 0 && VodName.TryParse(folder[..slash], out VodName? file, out _) ? ParseNumbered(file, folder[(slash + 1)..], last) : null;
    }

    private static HlsFileAddress? ParseNumbered(VodName file, string secret, string last)
    {
        foreach ((string prefix, string suffix, HlsFileItem item) in Numbered)
        {
            if (last.Length > prefix.Length + suffix.Length
                && last.StartsWith(prefix, StringComparison.Ordinal) && last.EndsWith(suffix, StringComparison.Ordinal)
                && int.TryParse(last.AsSpan()[prefix.Length..^suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                return new HlsFileAddress(file, item, secret, number);
            }
        }

        return null;
    }
}
